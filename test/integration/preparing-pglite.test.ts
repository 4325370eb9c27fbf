import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { PreparingPGlite } from '../../src/db/preparing-pglite.ts';
import { type Backend, createBackend } from '../support/backends.ts';

let backend: Backend;
let client: PreparingPGlite;
beforeAll(async () => {
  backend = await createBackend('embedded');
  client = await PreparingPGlite.open({ dataDir: join(backend.settings.dataDir, 'pg') });
  await client.exec('create table fruit (name text primary key, weight int, at timestamptz, tags text[])');
});
afterAll(async () => {
  await client.close();
  await backend.remove();
});

/** How often the compiled Postgres is called for something. */
async function calls(work: () => Promise<unknown>): Promise<number> {
  const spy = vi.spyOn(PGlite.prototype, 'execProtocolRawSync');
  try {
    await work();
    return spy.mock.calls.length;
  } finally {
    spy.mockRestore();
  }
}

const rejection = (work: Promise<unknown>): Promise<unknown> => work.then(() => undefined, Object);

const kept = async () =>
  (await client.query<{ count: number }>('select count(*)::int from pg_prepared_statements')).rows[0]?.count;

test('a query that came before is one call of the database, whatever it is given', async () => {
  const ask = (weight: number) => client.query('select name from fruit where weight = $1', [weight]);
  expect(await calls(() => ask(1))).toBe(2);
  expect(await calls(() => ask(2))).toBe(1);
  const inTransaction = () =>
    client.transaction(async (tx) => void (await tx.query('select name from fruit where weight = $1', [3])));
  expect(await calls(inTransaction)).toBe(3); // with begin and commit
});

test('lists are lists of what is in them', async () => {
  const lists = `select array[1, 2] as numbers, array['x'] as texts, array[at] as moments from fruit`;
  const at = new Date('2026-01-02T03:04:05.678Z');
  await client.query('insert into fruit (name, at) values ($1, $2)', ['fig', at]);
  const found = await client.query(lists);
  await client.query('delete from fruit');
  expect(found.rows).toEqual([{ numbers: [1, 2], texts: ['x'], moments: [at] }]);
});

describe('the first time and each time after it', () => {
  const insert = 'insert into fruit values ($1, $2, $3, $4) returning *';
  const at = new Date('2026-01-02T03:04:05.678Z');
  const row = { name: 'a "fig", {ripe}', weight: 5, at, tags: ['x', 'y,"z"'] };

  test.each([1, 2, 3])('gives rows and counts (%i)', async () => {
    expect((await client.query(insert, Object.values(row))).rows).toEqual([row]);
    expect(await client.query('update fruit set weight = weight + $1', [1])).toMatchObject({
      affectedRows: 1,
      rows: [],
    });
    const arrays = await client.query('select name, weight from fruit', [], { rowMode: 'array' });
    expect(arrays.rows).toEqual([[row.name, 6]]);
    expect(arrays.fields.map(({ name }) => name)).toEqual(['name', 'weight']);
    const asText = { parsers: { 1184: (text: string) => `at ${text.slice(0, 4)}` } };
    expect((await client.query('select at from fruit', [], asText)).rows).toEqual([{ at: 'at 2026' }]);
    expect((await client.query('delete from fruit')).affectedRows).toBe(1);
    expect((await client.query('')).rows).toEqual([]);
  });

  test.each([1, 2, 3])('fails as Postgres says, and works again at once (%i)', async () => {
    const twice = () => client.query('insert into fruit (name) values ($1)', ['plum']);
    await twice();
    expect(await rejection(twice())).toMatchObject({
      code: '23505',
      query: expect.stringContaining('fruit'),
    });
    await client.query('delete from fruit');
    expect(await rejection(client.query('select $1::int', ['x']))).toMatchObject({ code: '22P02' });
    expect((await client.query('select $1::int as n', [1])).rows).toEqual([{ n: 1 }]);
    expect(await rejection(client.query('nonsense'))).toMatchObject({ code: '42601' });
    const failing = client.transaction(async (tx) => {
      await tx.query('insert into fruit (name) values ($1)', ['pear']);
      await rejection(tx.query('select 1 / $1::int', [0]));
      await tx.query('select count(*) from fruit');
    });
    expect(await rejection(failing)).toMatchObject({ code: '25P02' });
    expect((await client.query('select count(*) from fruit')).rows).toEqual([{ count: 0 }]);
  });

  test.each([1, 2, 3])('describes a query (%i)', async () => {
    const { queryParams, resultFields } = await client.describeQuery('select $1::int as n');
    expect(queryParams.map(({ dataTypeID }) => dataTypeID)).toEqual([23]);
    expect(resultFields.map(({ name }) => name)).toEqual(['n']);
  });

  test.each([1, 2, 3])('tells those who listen (%i)', async () => {
    const told: string[] = [];
    const end = await client.listen('news', (text) => told.push(text));
    await client.query('select pg_notify($1, $2)', ['news', 'ripe']);
    await end();
    expect(told).toEqual(['ripe']);
  });
});

test('a change of the schema counts at once, inside of a transaction and after it was rolled back', async () => {
  const all = 'select * from grown';
  const change = client.transaction(async (tx) => {
    await tx.exec('create table grown (a int)');
    await tx.query('insert into grown values ($1)', [1]);
    expect((await tx.query(all)).rows).toEqual([{ a: 1 }]);
    await tx.query('alter table grown add b text');
    expect((await tx.query(all)).rows).toEqual([{ a: 1, b: null }]);
    await tx.exec('alter table grown drop a');
    expect((await tx.query(all)).rows).toEqual([{ b: null }]);
    throw new Error('not so');
  });
  await expect(change).rejects.toThrow('not so');
  expect(await rejection(client.query(all))).toMatchObject({ code: '42P01' });
});

test('a statement is planned anew when the table has grown and was analysed', async () => {
  await client.exec('create table heap (id int primary key); insert into heap values (1); analyze heap');
  const find = (id: number) => client.query('select * from heap where id = $1', [id]);
  for (let i = 0; i < 10; i++) await find(i);
  await client.exec('insert into heap select generate_series(2, 20000); analyze heap');
  const scans = 'select seq_scan::int, idx_scan::int from pg_stat_user_tables where relname = $1';
  const look = async () => {
    await client.query('select pg_stat_force_next_flush()');
    return (await client.query<{ seq_scan: number; idx_scan: number }>(scans, ['heap'])).rows[0];
  };
  const before = await look();
  for (let i = 0; i < 10; i++) await find(i);
  const after = await look();
  expect(after?.seq_scan).toBe(before?.seq_scan);
  expect(after?.idx_scan).toBe((before?.idx_scan ?? 0) + 10);
});

test('only so many are kept, those that were used last; long texts are not', async () => {
  const long = `select length('${'long '.repeat(2_000)}') as n`;
  const { rows } = await client.query(long);
  expect(rows).toEqual([{ n: 10_000 }]);
  expect(await calls(() => client.query(long))).toBe(6);
  await kept();
  for (let i = 0; i < 400; i++) {
    await client.query(`select ${i} as n`);
    if (i % 100 === 0) await kept();
  }
  expect(await calls(kept)).toBe(1);
  expect(await calls(() => client.query('select 399 as n'))).toBe(1);
  expect(await kept()).toBeLessThanOrEqual(301);
  expect(await calls(() => client.query('select 1 as n'))).toBe(2);
});

test('queries one after the other let others have their turn', async () => {
  let turns = 0;
  const count = () => {
    turns++;
    next = setImmediate(count);
  };
  let next = setImmediate(count);
  const began = performance.now();
  while (performance.now() - began < 400)
    await client.query('select count(*) from generate_series(1, 20000)');
  clearImmediate(next);
  expect(turns).toBeGreaterThan(3);
});
