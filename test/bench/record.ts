import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { openStorage } from '../../src/db/storage.ts';
import { addUnderWay, fillRecord } from '../support/large-record.ts';
import { explainingPool } from '../support/plans.ts';
import { type RecordWork, workOver } from '../support/record-work.ts';
import { noteStatements } from '../support/statements.ts';

/*
 * What a turn, a render, a sweep and a look at budgets cost on a record with a long history, beside an empty
 * one: in time, in statements, and in blocks of the record that are touched, which depend on no other load.
 * Ends with exit code 1 where one takes half as long again: what blocks cost is in memory, and an index of a
 * long history is two or three of them deeper.
 * Both have the same under way. The largest table that the bot writes is `messages`: about one row a model
 * call, and one a message of people.
 *
 *   npm run bench:record -- [--sessions 20000] [--rounds 40]
 *
 * On the Postgres at TEST_POSTGRES_URL, as a superuser; what it makes there it takes away.
 */

const { values } = parseArgs({
  options: { sessions: { type: 'string', default: '20000' }, rounds: { type: 'string', default: '40' } },
});
const SESSIONS = Number(values.sessions);
const ROUNDS = Number(values.rounds);
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

type Cost = { ms: number; statements: number; blocks: number };

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
async function withRecord(sessions: number, use: (url: string) => Promise<void>): Promise<void> {
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
    for (const { size, messages, usage } of rows) say(`${messages} messages, ${usage} model calls, ${size}`);
    await use(url.href);
  } finally {
    await onServer(`drop database ${name} with (force)`);
  }
}

/**
 * Time and statements of each kind, the records in turns, so that whatever else the machine does falls on
 * both.
 */
async function timed(urls: readonly string[]): Promise<Map<Kind, Omit<Cost, 'blocks'>>[]> {
  const sides = urls.map((connectionString) => {
    const pool = new pg.Pool({ connectionString, options: '-c search_path=bullmq', max: 8 });
    return { ...workOver(pool), asked: noteStatements([pool]), ms: listOf(), statements: listOf() };
  });
  for (let round = -WARM_UP; round < ROUNDS; round++) {
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
      new Map(KINDS.map((kind) => [kind, { ms: median(ms[kind]), statements: median(statements[kind]) }])),
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

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;

const say = (line: string) => process.stdout.write(`${line}\n`);

/** How many times as long anything may take. */
const MOST = 1.5;

await withRecord(0, (empty) =>
  withRecord(SESSIONS, async (large) => {
    const [few, many] = await timed([empty, large]);
    const [fewBlocks, manyBlocks] = [await touched(empty), await touched(large)];
    const tooMuch: Kind[] = [];
    say('             empty          large          ratio    statements      blocks');
    for (const kind of KINDS) {
      const [a, b] = [few?.get(kind), many?.get(kind)];
      const [x = 0, y = 0] = [fewBlocks.get(kind), manyBlocks.get(kind)];
      const times = [a?.ms ?? 0, b?.ms ?? 0];
      const ratio = (times[1] ?? 0) / (times[0] ?? 1);
      if (ratio > MOST) {
        tooMuch.push(kind);
        process.exitCode = 1;
      }
      say(
        [
          kind.padEnd(12),
          ...times.map((ms) => `${ms.toFixed(2)} ms`.padStart(12)),
          ratio.toFixed(2).padStart(12),
          `${a?.statements} / ${b?.statements}`.padStart(14),
          `${x} / ${y} (${(y / x).toFixed(2)})`.padStart(22),
        ].join(' '),
      );
    }
    say(
      tooMuch.length > 0
        ? `more than ${MOST} times as long: ${tooMuch.join(', ')}`
        : `all within ${MOST} times`,
    );
  }),
);
