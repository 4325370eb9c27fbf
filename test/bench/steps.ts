import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contextTokens } from '../../src/agent/context-size.ts';
import { nextAction } from '../../src/agent/next-action.ts';
import { requestOf } from '../../src/agent/request.ts';
import type { Db, Tx } from '../../src/db/database.ts';
import { sessions } from '../../src/db/schema/sessions.ts';
import { messages, toolCalls } from '../../src/db/schema/transcript.ts';
import { openStorage } from '../../src/db/storage.ts';
import { TokenCounts } from '../../src/llm/tokens.ts';
import { context } from '../../src/session/snapshot.ts';
import { readSnapshot, readThread } from '../../src/session/store/read-snapshot.ts';
import * as record from '../../src/session/store/record.ts';
import { view } from '../../src/thread/view/view.ts';
import { ADA } from '../support/snapshots.ts';
import { type Bench, type Found, median, type Size, spread, timed } from './bench.ts';

/** Messages in an exchange, and messages between two summaries, as a working session has them. */
const EXCHANGE = 20;
const SUMMARY = 60;

/** A session of `length` messages, every second one a call with a result of 2,000 characters. */
async function session(db: Db, length: number): Promise<string> {
  const write = <T>(work: (tx: Tx) => Promise<T>): Promise<T> =>
    db.transaction('what a session is made of', work);
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

type Read = { db: Db; counts: TokenCounts };

async function step({ db, counts }: Read, id: string, part: 'all' | 'context'): Promise<void> {
  const snapshot = await readSnapshot(db, id, part);
  if (snapshot === undefined) throw new Error('the session has vanished');
  const tokens = await contextTokens(snapshot, counts, () => 'system prompt and tools');
  nextAction(snapshot, { maxModelCalls: 300, warnUsd: 5, tokens, tokenLimit: 90_000, windowTokens: 100_000 });
  requestOf('system', context(snapshot), snapshot.toolCalls);
}

async function render({ db }: Read, id: string): Promise<void> {
  const snapshot = (await readThread(db, id))?.snapshot;
  if (snapshot) view(snapshot);
}

async function run({ isSmoke }: Size): Promise<Found> {
  const lengths = isSmoke ? [10, 100] : [10, 100, 1_000, 10_000];
  const rounds = isSmoke ? 3 : 30;
  const directory = mkdtempSync(join(tmpdir(), 'ml-intern-bench-'));
  const storage = await openStorage({ databaseUrl: undefined, redisUrl: undefined, embedded: directory });
  const { db } = storage;
  const read = { db, counts: new TokenCounts() };
  const histories: { length: number; id: string }[] = [];
  for (const length of lengths) histories.push({ length, id: await session(db, length) });
  await db.execute('analyze');

  const times = new Map<string, number[]>();
  async function note(name: string, work: () => Promise<unknown>): Promise<void> {
    times.set(name, [...(times.get(name) ?? []), await timed(work)]);
  }
  // In turns, so that whatever else the machine does falls on all of them.
  for (let round = 0; round < rounds; round++) {
    for (const { length, id } of histories) {
      const snapshot = await readSnapshot(db, id, 'context');
      await note(`step ${length}`, () => step(read, id, 'context'));
      await note(`render ${length}`, () => render(read, id));
      await note(`all ${length}`, () => step(read, id, 'all'));
      await note(
        `count ${length}`,
        async () => snapshot && contextTokens(snapshot, read.counts, () => 'fixed'),
      );
    }
  }
  await storage.close();
  rmSync(directory, { recursive: true, force: true });
  const of = (what: string, length: number) => times.get(`${what} ${length}`) ?? [];
  return {
    columns: ['messages', 'step', 'to that at 100', 'render', 'counting', 'step that reads everything'],
    rows: lengths.map((length) => [
      String(length),
      spread(of('step', length), 'ms'),
      (median(of('step', length)) / median(of('step', 100))).toFixed(2),
      spread(of('render', length), 'ms'),
      spread(of('count', length), 'ms'),
      spread(of('all', length), 'ms'),
    ]),
    notes: ['On the embedded database.'],
    faults: [],
  };
}

export const steps: Bench = {
  name: 'steps',
  measures:
    'What a step costs besides the model and the tools, by the length of the history: reading the session, deciding what is next, counting tokens, building the request; and what a render costs: reading and making the view. Beside it the same step with everything read, as it would be without bounds.',
  run,
};
