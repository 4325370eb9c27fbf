import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { openStorage } from '../../src/db/storage.ts';
import { addUnderWay, fillRecord } from '../support/large-record.ts';
import { explainingPool } from '../support/plans.ts';
import { type RecordWork, workOver } from '../support/record-work.ts';
import { noteStatements } from '../support/statements.ts';
import { type Bench, type Found, median, type Size, spread } from './bench.ts';

const SERVER = process.env.TEST_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';

/** With 20,000 sessions: 2,000,000 messages, 1,000,000 model calls and as many tool calls. */
const A_SESSION = {
  exchanges: 5,
  messages: 100,
  calls: 50,
  usage: 50,
  posts: 20,
  operations: 10,
  watches: 2,
};

const KINDS = [
  'turn',
  'render',
  'sweep',
  'budget',
  'housekeeping',
] as const satisfies readonly (keyof RecordWork)[];
type Kind = (typeof KINDS)[number];

/** Rounds before those that count: connections are opened, plans are made, what is used is in memory. */
const WARM_UP = 5;
const EXPLAINED_ROUNDS = 5;

type Cost = { ms: readonly number[]; statements: number };

async function onServer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: SERVER });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** A record of its own, for as long as `use` takes. */
async function withRecord(
  sessions: number,
  use: (url: string, held: string) => Promise<void>,
): Promise<void> {
  const name = `ml_intern_bench_${randomBytes(6).toString('hex')}`;
  const url = new URL(SERVER);
  url.pathname = `/${name}`;
  await onServer(`create database ${name}`);
  try {
    const storage = await openStorage({ databaseUrl: url.href, redisUrl: undefined, embedded: '' });
    await storage.close();
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    if (sessions > 0) await fillRecord(client, sessions, A_SESSION);
    await addUnderWay(client);
    await client.query('vacuum analyze');
    const { rows } = await client.query<{ size: string; messages: string; usage: string }>(
      `select pg_size_pretty(pg_database_size(current_database())) as size,
        (select count(*) from ml_intern.messages) as messages, (select count(*) from ml_intern.usage) as usage`,
    );
    await client.end();
    const [held] = rows;
    await use(url.href, `${held?.messages} messages, ${held?.usage} model calls, ${held?.size}`);
  } finally {
    await onServer(`drop database ${name} with (force)`);
  }
}

/**
 * Time and statements of each kind, the records in turns, so that whatever else the machine does falls on
 * both.
 */
async function costsOf(urls: readonly string[], rounds: number): Promise<Map<Kind, Cost>[]> {
  const sides = urls.map((connectionString) => {
    const pool = new pg.Pool({ connectionString, options: '-c search_path=bullmq', max: 8 });
    return { ...workOver(pool), asked: noteStatements([pool]), ms: listOf(), statements: listOf() };
  });
  for (let round = -WARM_UP; round < rounds; round++) {
    for (const kind of KINDS) {
      for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
        const before = side.asked.texts.length;
        const began = performance.now();
        await side.work[kind]();
        const ms = performance.now() - began;
        if (round < 0) continue;
        side.ms[kind].push(ms);
        side.statements[kind].push(side.asked.texts.length - before);
      }
    }
  }
  for (const side of sides) await side.close();
  return sides.map(
    ({ ms, statements }) =>
      new Map(KINDS.map((kind) => [kind, { ms: ms[kind], statements: median(statements[kind]) }])),
  );
}

/** How many blocks of the record each kind touches. */
async function touched(connectionString: string): Promise<Map<Kind, number>> {
  const { pool, plans } = explainingPool(connectionString);
  const { work, close } = workOver(pool);
  const blocks = listOf();
  for (let round = 0; round < EXPLAINED_ROUNDS; round++) {
    for (const kind of KINDS) {
      const before = plans.length;
      await work[kind]();
      blocks[kind].push(plans.slice(before).reduce((sum, plan) => sum + plan.blocks, 0));
    }
  }
  await close();
  return new Map(KINDS.map((kind) => [kind, median(blocks[kind])]));
}

const listOf = (): Record<Kind, number[]> => ({
  turn: [],
  render: [],
  sweep: [],
  budget: [],
  housekeeping: [],
});

/**
 * How many times as long anything may take: what blocks cost is in memory, and an index of a long history is
 * two or three of them deeper.
 */
const MOST = 1.5;

async function run({ isSmoke }: Size): Promise<Found> {
  const [sessions, rounds] = isSmoke ? [20, 3] : [20_000, 40];
  const rows: string[][] = [];
  const faults: string[] = [];
  const notes: string[] = [];
  await withRecord(0, (empty, inEmpty) =>
    withRecord(sessions, async (large, inLarge) => {
      notes.push(
        `Empty: ${inEmpty}. Long: ${inLarge}. Statements and blocks are those of the empty, the long one.`,
      );
      const [few, many] = await costsOf([empty, large], rounds);
      const [fewBlocks, manyBlocks] = [await touched(empty), await touched(large)];
      for (const kind of KINDS) {
        const [a, b] = [few?.get(kind), many?.get(kind)];
        const ratio = median(b?.ms ?? []) / median(a?.ms ?? []);
        if (!isSmoke && ratio > MOST) faults.push(`${kind} takes ${ratio.toFixed(2)} times as long`);
        rows.push([
          kind,
          spread(a?.ms ?? [], 'ms', 1),
          spread(b?.ms ?? [], 'ms', 1),
          ratio.toFixed(2),
          `${a?.statements}, ${b?.statements}`,
          `${fewBlocks.get(kind)}, ${manyBlocks.get(kind)}`,
        ]);
      }
    }),
  );
  return { columns: ['', 'empty', 'long', 'ratio', 'statements', 'blocks touched'], rows, notes, faults };
}

export const record: Bench = {
  name: 'record',
  measures:
    'What a turn, a render, a sweep, a look at budgets and housekeeping cost on a record with a long history, beside an empty one with the same under way: in time, in statements, and in blocks of the record that are touched, which depend on no other load. It fails where one takes half as long again. On the Postgres at TEST_POSTGRES_URL, as a superuser; what it makes there it takes away.',
  run,
};
