import { APPROVE, asMessage } from '../../src/intake/meant.ts';
import type { Snapshot } from '../../src/session/snapshot.ts';
import { type ApprovalRequest, previewOf, type ToolCall } from '../../src/session/tool-calls.ts';
import { reminderText, secondWantedText } from '../../src/thread/words/approvals.ts';
import { WHETHER_APPROVED } from '../../src/thread/words/intake.ts';
import { rulesText } from '../../src/thread/words/stop-rules.ts';
import { ADA, assistant, at, call, exchange, snapshot, user } from '../support/snapshots.ts';

/* What becomes of requests that wait for people. */

const GRACE = { id: 'U0GRACE', name: 'Grace' };

/** A script that no card has room for. */
const LONG_SCRIPT = Array.from(
  { length: 90 },
  (_, i) => `examples_${i} = load_dataset("acme/chats", split="train[${i}%:${i + 1}%]")`,
).join('\n');

const RULES = rulesText({
  on_nan: true,
  no_improvement: { metric: 'eval_loss', direction: 'lower', minutes: 30 },
  usd: 10,
});

type Parts = {
  request: ApprovalRequest;
  waiting(id: string, over?: Partial<ApprovalRequest>): ToolCall;
  thread: Partial<Snapshot['session']>;
};

export function approvals({ request, waiting, thread }: Parts): { heading: string; snapshot: Snapshot }[] {
  const brief = request.brief ?? request.title;
  const parked = (heading: string, toolCalls: ToolCall[], entries: Parameters<typeof snapshot>[0] = {}) => ({
    heading,
    snapshot: snapshot({
      session: {
        ...thread,
        state: toolCalls.some(({ state }) => state.kind === 'awaiting_approval')
          ? { kind: 'parked', on: 'approval' }
          : { kind: 'idle' },
      },
      exchanges: [exchange({ usage: { inputTokens: 21_000, outputTokens: 900, usd: 0.03 } })],
      toolCalls,
      ...entries,
    }),
  });
  const go = user('fine-tune a small model on imdb and tell me the accuracy');
  const over = (id: string, why: 'lapsed' | 'replaced') =>
    call({ ...waiting(id), state: { kind: 'abandoned', why, output: '', request, at: at(3_600) } });
  const once = waiting('c2');
  const byOne: ToolCall = {
    ...once,
    state:
      once.state.kind === 'awaiting_approval'
        ? { ...once.state, first: { by: ADA, at: at(60) } }
        : once.state,
  };
  return [
    parked('A second person has to approve', [byOne], {
      entries: [
        go,
        assistant(''),
        { role: 'notice', text: secondWantedText([brief], ADA), mentions: [GRACE.id] },
      ],
    }),
    parked('Nobody has decided for a day', [waiting('c2')], {
      entries: [
        go,
        assistant(''),
        { role: 'notice', text: reminderText(brief, undefined, 2 * 86_400), mentions: [ADA.id] },
      ],
    }),
    parked('Somebody says yes', [waiting('c2')], {
      entries: [
        go,
        assistant(''),
        {
          role: 'notice',
          text: WHETHER_APPROVED,
          offered: { to: ADA, offers: [APPROVE, asMessage('yes')] },
        },
      ],
    }),
    parked(
      'A request that another took the place of, and one that nobody decided on',
      [over('c2', 'replaced'), over('c3', 'lapsed')],
      { entries: [go, assistant('')] },
    ),
    parked(
      'A smoke test and its run, with rules by which it stops',
      [
        waiting('c2', {
          title: 'Run a smoke test and then a Hugging Face Job on a10g-small',
          facts: [
            ...request.facts.slice(0, 2),
            { label: 'Smoke test first', value: 'with arguments --max_steps 20 · 10 min, at most $0.17' },
            { label: 'Then the run', value: 'by itself, only if that passes · at most $2.00' },
            { label: 'Account', value: 'acme' },
            { label: 'Stops by itself', value: RULES },
          ],
          warnings: [],
          estimate: { usd: 2.17, hourlyUsd: 1 },
        }),
      ],
      { entries: [go, assistant('')] },
    ),
    parked(
      'A script that no card has room for',
      [waiting('c2', { preview: previewOf(LONG_SCRIPT, 'python'), warnings: [] })],
      { entries: [go, assistant('')] },
    ),
  ];
}
