import { expect, test } from 'vitest';
import { z } from 'zod';
import { inComponents as onDiscord } from '../../adapters/discord/components.ts';
import { inBlocks as onSlack } from '../../adapters/slack/blocks.ts';
import { runTurn } from '../../src/agent/turn.ts';
import type { Storage } from '../../src/db/storage.ts';
import { randomIds, systemClock } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/lib/log.ts';
import type { ModelAnswer } from '../../src/llm/answer.ts';
import { asMarkdown, asTrace } from '../../src/reports/transcript-export.ts';
import { readSnapshot } from '../../src/session/store/read-snapshot.ts';
import type { Outbound } from '../../src/thread/delivery/outbound.ts';
import { renderThread } from '../../src/thread/delivery/render.ts';
import { createRegistry } from '../../src/tools/registry.ts';
import { defineTool } from '../../src/tools/tool.ts';
import { HOSTILE_TEXTS } from '../support/hostile-texts.ts';
import { intakeOn } from '../support/intake.ts';
import { LONGEST_TURN_MS, quickestTurn } from '../support/longest-turn.ts';
import { takesAll } from '../support/record-work.ts';
import { ADA } from '../support/snapshots.ts';
import { turnDepsOn } from '../support/turn-deps.ts';
import { useStorage } from '../support/use-storage.ts';

/* What a model answers and a tool puts out, as large as may be, on its way into the record and the thread. */

let storage: Storage;
useStorage((made) => {
  storage = made;
});

const MB = 1_000_000;
const hostile = (name: string, size: number) =>
  HOSTILE_TEXTS.find(([known]) => known === name)?.[1](size) ?? '';
const call = (args: string, name = 'pour') => ({ providerId: 'p', name, arguments: args });
/** JSON of one text. */
const written = (text: string) => JSON.stringify({ text });

const ANSWERS: Readonly<Record<string, Partial<ModelAnswer>>> = {
  ...Object.fromEntries(
    ['names of YAML', 'ends of keys', 'commands', 'addresses', 'one letter'].map((name) => [
      `a text of ${name}`,
      { text: hostile(name, 0.99 * MB) },
    ]),
  ),
  links: { text: '[a.example](https://b.example) '.repeat(32_000) },
  fences: { text: '```\n'.repeat(240_000) },
  mentions: { text: '<@U0ADA> <!channel> @everyone '.repeat(33_000) },
  'marks of markdown': { text: '**_~`|>#'.repeat(120_000) },
  'lines of nothing': { text: '\n'.repeat(0.99 * MB) },
  thoughts: { text: 'x', reasoning: hostile('names of YAML', 0.98 * MB) },
  'a call with one long text': { calls: [call(written(hostile('words behind a colon', 0.95 * MB)))] },
  'a call with hostile text': { calls: [call(written(hostile('names of YAML', 0.9 * MB)))] },
  'a call of many values': { calls: [call(`{"many":[${'1,'.repeat(0.49 * MB)}1]}`)] },
  'a call that is no JSON': { calls: [call('{"text":'.repeat(120_000))] },
  'as many calls as there may be': {
    calls: Array.from({ length: 128 }, (_, i) => call(written(`${i} ${'a word '.repeat(1_050)}`))),
  },
};

const OUTPUTS: Readonly<Record<string, string>> = Object.fromEntries(
  HOSTILE_TEXTS.map(([name, make]) => [name, make(10 * MB)]),
);

let next: Partial<ModelAnswer>[] = [];
let output = '';

const pour = defineTool({
  name: 'pour',
  description: 'pours',
  schema: z.looseObject({}),
  isReadOnly: true,
  unasked: 'a test',
  summary: (args) => JSON.stringify(args),
  async run(_args, { show, note }) {
    show(output, true);
    show(output);
    note(output.slice(0, 2_000));
    await new Promise((resolve) => setTimeout(resolve, 50));
    return { kind: 'done', output };
  },
});

/** What a platform shows of a thread, without the platform. */
const PLATFORMS: Readonly<Record<string, Outbound['translate']>> = {
  Slack: (message, divisor) =>
    onSlack(message, divisor, { channel: 'C1' }, { isStreamed: false, asksFeedback: true }),
  Discord: (message, divisor) => onDiscord(message, divisor, { asksFeedback: true }),
};

/** Somebody asks, and the model answers with all of these, one after the other. */
async function story(answers: readonly Partial<ModelAnswer>[]): Promise<void> {
  next = [...answers, { text: 'That is all.' }];
  let sessionId = '';
  const { db } = storage;
  const intake = intakeOn(db, (id) => {
    sessionId = id;
  });
  const thread = randomIds.next('t');
  const address = { platform: 'slack' as const, workspace: 'T1', channel: 'C1', thread };
  await intake.message({ address, sourceId: thread, text: 'go', author: ADA, messageId: thread });
  const render = async () => {
    for (const translate of Object.values(PLATFORMS)) {
      const outbound = { ...takesAll, translate };
      const log = createLogger('silent', (text) => text);
      await renderThread(
        { db, clock: systemClock, log, outboundOf: () => outbound, leaseMs: 10_000 },
        sessionId,
      );
    }
  };
  const model: Parameters<typeof turnDepsOn>[1] = {
    async complete({ model: name, onText }) {
      const answer = { text: '', reasoning: '', calls: [], isTruncated: false, ...next.shift() };
      for (let at = 0; at < answer.text.length; at += 400_000) {
        onText(answer.text.slice(0, at));
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      const usage = { inputTokens: 1, cachedTokens: 0, outputTokens: 1 };
      return { ...answer, usage, model: name, firstTokenMs: 1, totalMs: 1 };
    },
  };
  const deps = turnDepsOn(db, model, createRegistry([pour]), { render, renderProgress: render });
  await runTurn(deps, sessionId, 'worker', new AbortController().signal);
  await render();
  const snapshot = await readSnapshot(db, sessionId);
  if (snapshot === undefined) throw new Error('there is no session');
  expect(snapshot.messages.length).toBeGreaterThan(1);
  await asMarkdown(snapshot, db.redaction);
  await asTrace(snapshot, db.redaction);
}

test.each(Object.entries(ANSWERS))('an answer of %s keeps nobody waiting', async (_what, answer) => {
  output = 'poured';
  const { ms } = await quickestTurn(() => story([answer]));
  expect(ms).toBeLessThan(LONGEST_TURN_MS);
});

test.each(Object.entries(OUTPUTS))('an output of %s keeps nobody waiting', async (_what, text) => {
  output = text;
  const { ms } = await quickestTurn(() => story([{ calls: [call('{}')] }]));
  expect(ms).toBeLessThan(LONGEST_TURN_MS);
});
