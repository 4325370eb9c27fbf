import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { createBackend, isThere } from '../support/backends.ts';
import { addUnderWay, fillRecord } from '../support/large-record.ts';
import { explainingPool } from '../support/plans.ts';
import { type RecordWork, workOver } from '../support/record-work.ts';

const A_SESSION = { exchanges: 2, messages: 12, calls: 6, usage: 6, posts: 4, operations: 2, watches: 1 };
const KINDS = ['turn', 'render', 'sweep', 'budget', 'housekeeping'] as const satisfies (keyof RecordWork)[];

/** The queues are BullMQ's own: what it looks after comes by the clock. */
const isOurs = (statement: string): boolean => statement.includes('ml_intern');

/** How many blocks of the record each kind of work touches where so many sessions have been. */
async function touchedOn(sessions: number): Promise<Record<(typeof KINDS)[number], number>> {
  const backend = await createBackend('postgres');
  const connectionString = backend.settings.databaseUrl ?? '';
  const client = new pg.Client({ connectionString });
  await client.connect();
  await fillRecord(client, sessions, A_SESSION);
  await addUnderWay(client);
  await client.query('delete from ml_intern.schedules'); // pings are done beside the rest, when they are due
  const { pool, plans } = explainingPool(connectionString);
  const { work, close } = workOver(pool);
  const blocks = { turn: 0, render: 0, sweep: 0, budget: 0, housekeeping: 0 };
  // The first turn makes what the others are done with, and the first housekeeping clears away what is old.
  await work.turn();
  await work.housekeeping();
  await client.query('vacuum analyze');
  await client.end();
  for (const kind of KINDS) {
    const before = plans.length;
    await work[kind]();
    const touched = plans.slice(before).filter(({ statement }) => isOurs(statement));
    blocks[kind] = touched.reduce((sum, plan) => sum + plan.blocks, 0);
  }
  await close();
  await backend.remove();
  return blocks;
}

describe.skipIf(!isThere('postgres'))('a record with ten times the history', () => {
  test('costs a turn, a render, a sweep, a look at budgets and housekeeping no more than half as much again', async () => {
    const few = await touchedOn(1_000);
    const many = await touchedOn(10_000);
    for (const kind of KINDS) {
      expect(few[kind], kind).toBeGreaterThan(0);
      expect(many[kind] / few[kind], kind).toBeLessThanOrEqual(1.5);
    }
  }, 600_000);
});
