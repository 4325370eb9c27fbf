import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { z } from 'zod';
import { contextTokens } from '../../src/agent/context-size.ts';
import { runTurn, type TurnDeps } from '../../src/agent/turn.ts';
import type { Db, Tx } from '../../src/db/database.ts';
import { sessions } from '../../src/db/schema/sessions.ts';
import { messages, toolCalls } from '../../src/db/schema/transcript.ts';
import { openStorage } from '../../src/db/storage.ts';
import { randomIds } from '../../src/lib/clock.ts';
import type { ModelClient } from '../../src/llm/client.ts';
import { TokenCounts } from '../../src/llm/tokens.ts';
import { claim, fenced, releaseIn } from '../../src/session/store/lease.ts';
import { readSnapshot, readThread } from '../../src/session/store/read-snapshot.ts';
import * as record from '../../src/session/store/record.ts';
import { view } from '../../src/thread/view/view.ts';
import { createRegistry } from '../../src/tools/registry.ts';
import { defineTool } from '../../src/tools/tool.ts';
import { intakeOn } from '../support/intake.ts';
import { ADA } from '../support/snapshots.ts';
import { turnDepsOn } from '../support/turn-deps.ts';
import { type Bench, type Found, median, type Size, spread, timed } from './bench.ts';

/** Messages in an exchange, and messages between two summaries, as a working session has them. */
const EXCHANGE = 20;
const SUMMARY = 60;

const addressOf = (thread: string) => ({
  platform: 'slack' as const,
  workspace: 'T',
  channel: 'C',
  thread,
});

/** A session of `length` messages, every second one a call with a result of 2,000 characters. */
async function session(db: Db, length: number): Promise<string> {
  const write = <T>(work: (tx: Tx) => Promise<T>): Promise<T> =>
    db.transaction('what a session is made of', work);
  const id = `s_${length}`;
  const address = addressOf(id);
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

/** Words that are no two times the same, and pack as well as prose does. */
function prose(seed: number, characters: number): string {
  const words: string[] = [];
  let [state, left] = [seed + 1, characters];
  while (left > 0) {
    state = (state * 48_271) % 2_147_483_647;
    const word = (state % 50_000).toString(36);
    words.push(word);
    left -= word.length + 1;
  }
  return words.join(' ').slice(0, characters);
}

const ANSWER_CHARACTERS = 200;
const RESULT_CHARACTERS = 2_000;

const lookUp = defineTool({
  name: 'hub_search',
  description: 'looks something up',
  schema: z.object({ query: z.string() }),
  research: true,
  isReadOnly: true,
  summary: ({ query }) => query,
  run: async ({ query }) => ({ kind: 'done', output: prose(Number(query), RESULT_CHARACTERS) }),
});

/** Makes two look-ups in each of `steps` answers, then is done; `asked` is told when it is called. */
function model(steps: number, asked: () => void): ModelClient {
  let step = 0;
  return {
    async complete({ model: name }) {
      asked();
      step++;
      const calls = [1, 2].map((i) => ({
        providerId: `p${step}-${i}`,
        name: lookUp.name,
        arguments: JSON.stringify({ query: `${step * 2 + i}` }),
      }));
      return {
        text: prose(step, ANSWER_CHARACTERS),
        reasoning: '',
        calls: step > steps ? [] : calls,
        isTruncated: false,
        usage: { inputTokens: 9_000, cachedTokens: 0, outputTokens: 90 },
        model: name,
        firstTokenMs: 1,
        totalMs: 2,
      };
    },
  };
}

/** Somebody asks, and a turn of so many steps answers: how long each took, in milliseconds. */
async function turn(db: Db, id: string, steps: number, changed: Partial<TurnDeps> = {}): Promise<number[]> {
  const askedAt: number[] = [];
  const asks = model(steps, () => void askedAt.push(performance.now()));
  const deps = turnDepsOn(db, asks, createRegistry([lookUp]), { maxModelCalls: steps + 1, ...changed });
  const messageId = randomIds.next('m');
  const message = { address: addressOf(id), sourceId: messageId, messageId };
  await intakeOn(db, () => {}).message({ ...message, text: 'Go on.', author: ADA });
  const end = await runTurn(deps, id, 'bench', new AbortController().signal);
  if (end !== 'released' || askedAt.length !== steps + 1) throw new Error(`the turn ended: ${end}`);
  return askedAt.slice(1).map((at, i) => at - (askedAt[i] ?? at));
}

/** What a worker does before its first step: it takes the session, reads it, and counts what is there. */
async function resume(db: Db, id: string): Promise<number> {
  const began = performance.now();
  const held = await claim(db, id, 'another', 60_000);
  const snapshot = await readSnapshot(db, id, 'context');
  if (held === undefined || snapshot === undefined) throw new Error('the session can not be had');
  await contextTokens(snapshot, new TokenCounts(), () => 'system prompt and tools');
  const took = performance.now() - began;
  await fenced(held, (tx) => releaseIn(tx, held));
  return took;
}

async function render(db: Db, id: string): Promise<void> {
  const snapshot = (await readThread(db, id))?.snapshot;
  if (snapshot) view(snapshot);
}

/** Bytes of all tables with their indexes, and of the rows alone. */
async function bytesOf(db: Db): Promise<{ all: number; rows: number }> {
  const result: unknown = await db.execute(sql`
    select sum(pg_total_relation_size(oid))::int as "all",
      sum(pg_total_relation_size(oid) - pg_indexes_size(oid))::int as rows
    from pg_class where relkind = 'r' and relnamespace = 'ml_intern'::regnamespace`);
  const { rows } = z.object({ rows: z.array(z.object({ all: z.number(), rows: z.number() })) }).parse(result);
  return rows[0] ?? { all: 0, rows: 0 };
}

/** What steps take in the record, and what was said in them, by the model and by tools, in bytes. */
async function sizeOf(db: Db, steps: number) {
  const id = await session(db, 20);
  await db.execute(sql`vacuum full`);
  const before = await bytesOf(db);
  const facts = { contextTokens: 10_000_000, price: undefined, seesImages: false, takesTools: true };
  await turn(db, id, steps, { factsOf: async () => facts });
  const written = await bytesOf(db);
  await db.execute(sql`vacuum full`);
  const kept = await bytesOf(db);
  const said = steps * (ANSWER_CHARACTERS + 2 * RESULT_CHARACTERS);
  const grown = (after: typeof before, of: 'all' | 'rows') => after[of] - before[of];
  return { said, written: grown(written, 'all'), all: grown(kept, 'all'), rows: grown(kept, 'rows') };
}

const kilobytes = (bytes: number) => `${Math.round(bytes / 1000).toLocaleString('en')} kB`;

async function onFreshRecord<T>(work: (db: Db) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'ml-intern-bench-'));
  const storage = await openStorage({ databaseUrl: undefined, redisUrl: undefined, embedded: directory });
  try {
    return await work(storage.db);
  } finally {
    await storage.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

type Times = Record<'step' | 'resume' | 'render' | 'all', number[]>;

/** All lengths in turns, so that whatever else the machine does falls on all of them. */
async function timesOf(db: Db, lengths: readonly number[], isSmoke: boolean): Promise<Map<number, Times>> {
  const [rounds, steps] = isSmoke ? [1, 2] : [8, 10];
  const histories: { length: number; id: string; times: Times }[] = [];
  for (const length of lengths) {
    const times = { step: [], resume: [], render: [], all: [] };
    histories.push({ length, id: await session(db, length), times });
  }
  await db.execute('analyze');
  for (const { id } of histories) await turn(db, id, steps); // what Node compiles, and what is read first
  for (let round = 0; round < rounds; round++) {
    for (const { id, times } of histories) {
      times.step.push(...(await turn(db, id, steps)));
      times.resume.push(await resume(db, id));
      times.render.push(await timed(() => render(db, id)));
      times.all.push(await timed(() => readSnapshot(db, id, 'all')));
    }
  }
  return new Map(histories.map(({ length, times }) => [length, times]));
}

async function run({ isSmoke }: Size): Promise<Found> {
  const lengths = isSmoke ? [10, 100] : [10, 100, 1_000, 10_000];
  const steps = isSmoke ? 3 : 300;
  const found = await onFreshRecord((db) => timesOf(db, lengths, isSmoke));
  const size = await onFreshRecord((db) => sizeOf(db, steps));
  const of = (what: keyof Times, length: number) => found.get(length)?.[what] ?? [];
  const to100 = (what: keyof Times, length: number) => median(of(what, length)) / median(of(what, 100));
  return {
    columns: [
      'messages',
      'step in a turn',
      'to that at 100',
      'resume',
      'to that at 100',
      'render',
      'read all',
    ],
    rows: lengths.map((length) => [
      String(length),
      spread(of('step', length), 'ms'),
      to100('step', length).toFixed(2),
      spread(of('resume', length), 'ms'),
      to100('resume', length).toFixed(2),
      spread(of('render', length), 'ms'),
      spread(of('all', length), 'ms'),
    ]),
    notes: [
      'On the embedded database.',
      `${steps} steps take ${kilobytes(size.all)} of the record, ${kilobytes(size.rows)} of them without indexes, once what was written over is cleared away (${kilobytes(size.written)} before). The model and the tools said ${kilobytes(size.said)}, which the database packs.`,
    ],
    faults: isSmoke
      ? []
      : lengths
          .filter((length) => length > 100 && to100('step', length) > FLAT)
          .map(
            (length) =>
              `a step at ${length} messages takes ${to100('step', length).toFixed(2)} times as long`,
          ),
  };
}

/** How many times as long as at 100 messages a step may take at any length. */
const FLAT = 1.2;

export const steps: Bench = {
  name: 'steps',
  measures:
    'What a step with two look-ups costs within a turn besides the model and the tools, by the length of the history; what it takes a worker to go on with a session that another had (claiming it, reading it, counting its tokens); a render (reading, and making the view); and beside them reading everything, as it would be without bounds.',
  run,
};
