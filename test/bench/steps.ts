import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contextTokens } from '../../src/agent/context-size.ts';
import { nextAction } from '../../src/agent/next-action.ts';
import { requestOf } from '../../src/agent/request.ts';
import type { Tx } from '../../src/db/database.ts';
import { sessions } from '../../src/db/schema/sessions.ts';
import { messages, toolCalls } from '../../src/db/schema/transcript.ts';
import { openStorage } from '../../src/db/storage.ts';
import { TokenCounts } from '../../src/llm/tokens.ts';
import { context } from '../../src/session/snapshot.ts';
import { readSnapshot, readThread } from '../../src/session/store/read-snapshot.ts';
import * as record from '../../src/session/store/record.ts';
import { view } from '../../src/thread/view/view.ts';
import { ADA } from '../support/snapshots.ts';

/*
 * What a step costs besides the model and the tools, by the length of the history: reading the session,
 * deciding what is next, counting tokens, building the request; and what a render costs: reading and making
 * the view. Beside it the same with everything read, as it would be without bounds.
 */

const HISTORIES = [10, 100, 1_000, 10_000] as const;
const ROUNDS = 30;
/** Messages in an exchange, and messages between two summaries, as a working session has them. */
const EXCHANGE = 20;
const SUMMARY = 60;

const directory = mkdtempSync(join(tmpdir(), 'ml-intern-bench-'));
const storage = await openStorage({ databaseUrl: undefined, redisUrl: undefined, embedded: directory });
const { db } = storage;
const counts = new TokenCounts();

const write = <T>(work: (tx: Tx) => Promise<T>): Promise<T> =>
  db.transaction('what a session is made of', work);

/** A session of `length` messages, every second one a call with a result of 2,000 characters. */
async function session(length: number): Promise<string> {
  const id = `s_${length}`;
  const address = { platform: 'slack', workspace: 'T', channel: 'C', thread: id };
  await db.insert(sessions).values({ id, ...address, requester: ADA, state: { kind: 'running' } });
  const exchanges = Math.ceil(length / EXCHANGE);
  for (let number = 1; number <= exchanges; number++) {
    await write((tx) => record.openExchange(tx, id, number, []));
    if (number < exchanges) await write((tx) => record.closeExchange(tx, id, number, { kind: 'idle' }));
  }
  const rows = Array.from({ length }, (_, i) => ({
    sessionId: id,
    exchange: Math.floor(i / EXCHANGE) + 1,
    entry:
      i % 2 === 0
        ? { role: 'user', text: `What about ${i}? `.repeat(10), author: ADA, messageId: `${i}` }
        : { role: 'assistant', text: `Looking at ${i}. `.repeat(10), tokens: { input: 9_000, output: 90 } },
  }));
  const ids: number[] = [];
  for (let at = 0; at < rows.length; at += SUMMARY) {
    const added = await db
      .insert(messages)
      .values(rows.slice(at, at + SUMMARY))
      .returning({ id: messages.id });
    ids.push(...added.map((row) => row.id));
    if (ids.length < SUMMARY) continue;
    const [first = 0] = ids;
    const upTo = ids.at(-6) ?? 0;
    const entry = {
      role: 'summary' as const,
      text: 'In short. '.repeat(200),
      after: first,
      upTo,
      replaced: SUMMARY,
    };
    await write((tx) => record.addMessage(tx, id, Math.ceil(ids.length / EXCHANGE), entry));
  }
  const state = { kind: 'done', output: 'result '.repeat(300), at: new Date() };
  const calls = ids
    .map((messageId, i) => ({ messageId, i }))
    .filter(({ i }) => i % 2 === 1)
    .map(({ messageId, i }) => ({
      id: `c_${length}_${i}`,
      sessionId: id,
      messageId,
      exchange: Math.floor(i / EXCHANGE) + 1,
      position: 0,
      providerId: `p${i}`,
      name: 'read',
      arguments: `{"path":"${i}"}`,
      summary: '',
      state,
    }));
  for (let at = 0; at < calls.length; at += 500) await db.insert(toolCalls).values(calls.slice(at, at + 500));
  await db.update(sessions).set({ settledExchange: exchanges - 1 });
  return id;
}

async function step(id: string, part: 'all' | 'context'): Promise<void> {
  const snapshot = await readSnapshot(db, id, part);
  if (snapshot === undefined) throw new Error('the session has vanished');
  const tokens = await contextTokens(snapshot, counts, () => 'system prompt and tools');
  nextAction(snapshot, { maxModelCalls: 300, warnUsd: 5, tokens, tokenLimit: 90_000, windowTokens: 100_000 });
  requestOf('system', context(snapshot), snapshot.toolCalls);
}

async function render(id: string, part: 'all' | 'thread'): Promise<void> {
  const snapshot = part === 'all' ? await readSnapshot(db, id) : (await readThread(db, id))?.snapshot;
  if (snapshot) view(snapshot);
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

async function timed(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

const histories: { length: number; id: string }[] = [];
for (const length of HISTORIES) histories.push({ length, id: await session(length) });
await db.execute('analyze');

// In turns, so that whatever else the machine does falls on all of them.
const times = new Map<string, number[]>();
async function note(name: string, work: () => Promise<void>): Promise<void> {
  times.set(name, [...(times.get(name) ?? []), await timed(work)]);
}
for (let round = 0; round < ROUNDS; round++) {
  for (const { length, id } of histories) {
    const snapshot = await readSnapshot(db, id, 'context');
    await note(`step ${length}`, () => step(id, 'context'));
    await note(`render ${length}`, () => render(id, 'thread'));
    await note(`all ${length}`, () => step(id, 'all'));
    await note(
      `count ${length}`,
      async () => void (snapshot && (await contextTokens(snapshot, counts, () => 'fixed'))),
    );
  }
}
const of = (name: string) => median(times.get(name) ?? []);
const found = HISTORIES.map((length) => ({
  length,
  step: of(`step ${length}`),
  render: of(`render ${length}`),
  all: of(`all ${length}`),
  count: of(`count ${length}`),
}));
const [, base] = found;
const ms = (value: number) => `${value.toFixed(2)} ms`.padStart(11);
const lines = found.map(
  (row) =>
    `${String(row.length).padStart(7)} messages: step ${ms(row.step)} (${(row.step / (base?.step ?? 1)).toFixed(2)} times that at 100), render ${ms(row.render)}, counting an unchanged history ${ms(row.count)}; a step that reads everything ${ms(row.all)}`,
);
process.stdout.write(`${lines.join('\n')}\n`);
await storage.close();
rmSync(directory, { recursive: true, force: true });
