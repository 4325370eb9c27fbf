import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { createBackend, isThere } from '../support/backends.ts';
import { addUnderWay, fillRecord } from '../support/large-record.ts';
import { explainingPool } from '../support/plans.ts';
import { workOver } from '../support/record-work.ts';

/** Tables that grow with what has ever been asked. */
const LARGE: ReadonlySet<string> = new Set([
  'sessions',
  'exchanges',
  'messages',
  'tool_calls',
  'usage',
  'watches',
  'operations',
  'posts',
]);

/** Many sessions with little in each: the server may go through what is small. */
const A_SESSION = { exchanges: 2, messages: 12, calls: 6, usage: 6, posts: 4, operations: 2, watches: 1 };

describe.skipIf(!isThere('postgres'))('a record with a long history', () => {
  test('is gone through by no statement of a turn, a render, a sweep, housekeeping, a look at budgets or a note', {
    tags: 'long',
  }, async () => {
    const backend = await createBackend('postgres');
    const connectionString = backend.settings.databaseUrl ?? '';
    const client = new pg.Client({ connectionString });
    await client.connect();
    await fillRecord(client, 5_000, A_SESSION);
    await addUnderWay(client);
    await client.end();

    const { pool, plans } = explainingPool(connectionString);
    const { work, close } = workOver(pool);
    await work.turn();
    await work.render();
    await work.sweep();
    await work.budget();
    await work.housekeeping();
    await work.digest();
    await close();
    await backend.remove();

    expect(plans.length).toBeGreaterThan(50);
    const through = plans.flatMap(({ scanned, statement }) =>
      scanned.filter((table) => LARGE.has(table)).map((table) => `${table}: ${statement}`),
    );
    expect(through).toEqual([]);
  });
});
