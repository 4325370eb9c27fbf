import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { care } from '../../src/db/embedded-care.ts';
import { createBackend } from '../support/backends.ts';

let backend: Awaited<ReturnType<typeof createBackend>>;
let client: PGlite;
beforeEach(async () => {
  backend = await createBackend('embedded');
  client = await PGlite.create({ dataDir: join(backend.settings.dataDir, 'pg') });
  await client.exec(`insert into ml_intern.sessions (id, platform, workspace, channel, thread, requester, state)
    values ('s1', 'slack', 'T1', 'C1', '1.1', '{"id": "U1", "name": "Ada"}', '{"kind": "idle"}')`);
});
afterEach(async () => {
  await client.close();
  await backend.remove();
});

/** What a session does to its row in days of work. */
const change = (times: number) =>
  client.exec(`do $$ begin for i in 1..${times} loop
    update ml_intern.sessions set rev = rev + 1, updated_at = clock_timestamp();
  end loop; end $$; select pg_stat_force_next_flush()`);

async function sizeOf(table: string): Promise<number> {
  const { rows } = await client.query<{ size: number }>('select pg_total_relation_size($1)::int as size', [
    table,
  ]);
  return rows[0]?.size ?? 0;
}

test('a row that is changed again and again takes no more room than before', async () => {
  await change(800);
  await care(client);
  const size = await sizeOf('ml_intern.sessions');
  for (let i = 0; i < 5; i++) {
    await change(800);
    await care(client);
  }
  expect(await sizeOf('ml_intern.sessions')).toBeLessThan(2 * size);
});

test('the log of changes is cut while the database is open', async () => {
  const segments = () =>
    readdirSync(join(backend.settings.dataDir, 'pg/pg_wal')).filter((name) => /^[0-9A-F]{24}$/.test(name))
      .length;
  const write = () =>
    client.exec(`do $$ begin for i in 1..20 loop
      perform pg_logical_emit_message(false, 'test', repeat('x', 1024 * 1024));
    end loop; end $$`);
  for (let i = 0; i < 12; i++) {
    await write();
    await care(client);
  }
  expect(segments()).toBeLessThan(8); // of 16 MB; 240 MB were written
});

test('what was hardly changed is left alone', async () => {
  await care(client);
  const { rows } = await client.query(
    'select relname from pg_stat_user_tables where last_vacuum is not null',
  );
  await change(10);
  await care(client);
  expect(
    (await client.query('select relname from pg_stat_user_tables where last_vacuum is not null')).rows,
  ).toEqual(rows);
});
