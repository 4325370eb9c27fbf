import type { WebClient } from '@slack/web-api';
import { beforeEach, describe, expect, test } from 'vitest';
import { ANY, type Row } from '../../adapters/slack/error-codes.ts';
import { DIALOGS } from '../../adapters/slack/forms.ts';
import { openDialog, tellPrivately } from '../../adapters/slack/private-answers.ts';
import { type Field, whyForm } from '../../src/controller/forms.ts';
import { createLogger } from '../../src/lib/log.ts';
import type { Failed, Outbound } from '../../src/thread/delivery/outbound.ts';
import type { SlackDouble } from '../doubles/slack/server.ts';
import { expectMeaning, REASONS as SHARED } from '../support/refusals/error-codes.ts';
import {
  ACTS,
  ADDRESS,
  methodsOf,
  ownMessage,
  ROWS,
  slackOutbound,
  useRefusingSlack,
} from '../support/refusals/slack.ts';

let slack: SlackDouble;
let client: WebClient;
useRefusingSlack((made) => {
  ({ slack, client } = made);
});

let outbound: Outbound;
beforeEach(() => {
  outbound = slackOutbound(client);
});

const QUIET = createLogger('silent', (text) => text);

/** What each meaning comes to for a delivery. */
const REASONS = {
  ...SHARED,
  shorter: 'too_long',
  plainer: 'form',
  unmarked: 'form',
  streaming: 'frozen',
  unstreamed: 'form',
} as const satisfies Record<Row['means'], Failed['reason']>;

describe('every error code that a method documents', () => {
  test.each(ROWS.filter(([, row]) => methodsOf(row).length > 0))(
    '%s means what the table says',
    async (code, row) => {
      const deliveries = methodsOf(row).map((method) => {
        // What may not be deleted is changed to say nothing.
        const isFine = row.means === 'done' || (row.means === 'denied' && method === 'chat.delete');
        return {
          name: method,
          refuse: () => slack.refusals.refuse(method, code),
          deliver: () => deliver(method),
          expected: isFine ? { ok: true as const } : { ok: false as const, reason: REASONS[row.means] },
        };
      });
      await expectMeaning(row, deliveries, () => slack.refusals.lift());
    },
  );

  test('and one that nobody knows, or a page in place of JSON, is not clear, and no key of an object either', async () => {
    for (const code of ['a_code_of_next_year', 'constructor', '<html>Bad gateway</html>', '']) {
      slack.refusals.refuse('chat.postMessage', code);
      expect(await deliver('chat.postMessage')).toMatchObject({
        ok: false,
        reason: 'unclear',
        isBug: false,
      });
    }
  });
});

function deliver(method: string) {
  const act = ACTS[method];
  if (act === undefined) throw new Error(`nothing is delivered with ${method}`);
  return act(outbound, ownMessage(slack).ts);
}

/** The codes of a method, with those that all share. */
const codesOf = (method: string): [code: string, means: Row['means']][] =>
  ROWS.flatMap(([code, { methods, means }]) =>
    methods.includes(method) || methods.includes(ANY) ? [[code, means]] : [],
  );

/** What would meet whatever is sent in place of a stream as well. */
const STOPS: ReadonlySet<Row['means']> = new Set(['limited', 'passing', 'closed']);

describe('a stream that is refused', () => {
  const growing = (text: string) => ({
    kind: 'message' as const,
    body: { text, blocks: [{ type: 'markdown', text }] },
    stream: { text, to: 'U0ADA', tasks: [] },
  });
  const KEY = 'e1/answer/0#0';
  beforeEach(() => {
    outbound = slackOutbound(client, { isStreamed: true });
  });
  const there = () => slack.workspace.thread('C0ML', ADDRESS.thread).length;

  test.each(codesOf('chat.startStream'))(
    'to begin with %s is posted as any other message, or waits',
    async (code, means) => {
      const before = there();
      slack.refusals.refuse('chat.startStream', code);
      const where = { ...ADDRESS, workspace: `T-${code}` };
      const delivery = await outbound.post(where, KEY, growing('so far'));
      const isMet = STOPS.has(means) || (means === 'unclear' && code !== 'a_code_of_next_year');
      if (isMet) expect(delivery).toMatchObject({ ok: false, reason: REASONS[means] });
      else expect(delivery).toMatchObject({ ok: true, platformId: expect.stringMatching(/^[\d.]+$/) });
      expect(there() - before).toBe(isMet ? 0 : 1);
    },
  );

  test.each(codesOf('chat.appendStream'))(
    'to grow with %s goes on by edits, or waits',
    async (code, means) => {
      const where = { ...ADDRESS, workspace: 'T-append' };
      const begun = await outbound.post(where, KEY, growing('so far'));
      if (!begun.ok) throw new Error(`not begun: ${begun.reason}`);
      const before = there();
      slack.refusals.refuse('chat.appendStream', code);
      const how = { streamed: begun.streamed, isPaced: true };
      const delivery = await outbound.edit(where, KEY, begun.platformId, growing('so far and on'), how);
      if (STOPS.has(means) || means === 'gone')
        expect(delivery).toMatchObject({ ok: false, reason: REASONS[means] });
      else expect(delivery).toMatchObject({ ok: true, platformId: expect.stringMatching(/^[\d.]+$/) });
      expect(there()).toBe(before);
    },
  );

  test.each(codesOf('chat.stopStream'))(
    'to end with %s is ended otherwise, or tried again',
    async (code, means) => {
      const where = { ...ADDRESS, workspace: 'T-stop' };
      const begun = await outbound.post(where, KEY, growing('so far'));
      if (!begun.ok) throw new Error(`not begun: ${begun.reason}`);
      slack.refusals.refuse('chat.stopStream', code);
      const how = { streamed: begun.streamed, isPaced: false };
      const whole = { kind: 'message' as const, body: { text: 'whole', blocks: [] } };
      const delivery = await outbound.edit(where, KEY, begun.platformId, whole, how);
      // The double goes on streaming where it refuses to stop, and so refuses the edit.
      expect(delivery).toMatchObject({
        ok: false,
        reason: means === 'unstreamed' ? 'frozen' : REASONS[means],
      });
    },
  );
});

describe('what one person is told', () => {
  test.each(codesOf('chat.postEphemeral'))(
    'is told in a direct message where Slack says %s',
    async (code) => {
      slack.refusals.refuse('chat.postEphemeral', code);
      await tellPrivately(client, { channel: 'C0ML', user: 'U0ADA' }, `Told in spite of ${code}`, QUIET);
      expect(slack.workspace.topLevel('D0ADA')[0]?.text).toBe(`Told in spite of ${code}`);
    },
  );

  test.each(codesOf('views.open'))('is why a dialog can’t be opened, with %s', async (code, means) => {
    slack.refusals.refuse('views.open', code);
    const said: string[] = [];
    const answer = async (text: string) => void said.push(text);
    const view = DIALOGS.print(whyForm(1), { channel: 'C0ML' });
    await openDialog(client, slack.dialogs.trigger('U0ADA'), view, answer, QUIET);
    expect(said).toEqual([expect.stringMatching(/^The dialog could not be opened: [^.]+\.$/)]);
    const saysWhatToDo =
      /please do it again|has to|somebody|admin|I don't know|try|in this form|trouble|room|Slack/;
    expect(said[0]).toMatch(saysWhatToDo);
    if (means === 'again') expect(said[0]).toContain('please do it again');
  });

  test('is that a dialog would be too large, before Slack is asked', async () => {
    const said: string[] = [];
    const answer = async (text: string) => void said.push(text);
    const [field] = whyForm(1).fields;
    const fields = Array.from({ length: 101 }, (_, i) => ({ ...field, name: `b${i}` }) as Field);
    const tooWide = DIALOGS.print({ ...whyForm(1), fields }, { channel: 'C0ML' });
    const tooHeavy = DIALOGS.print(whyForm(1), { channel: 'C'.repeat(3_001) });
    for (const view of [tooHeavy, tooWide]) {
      await openDialog(client, slack.dialogs.trigger('U0ADA'), view, answer, QUIET);
    }
    expect(said).toHaveLength(2);
    expect(slack.calls.filter(({ method }) => method === 'views.open')).toEqual([]);
  });
});
