import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { makeBase } from '../../src/cli/database-base.ts';
import { BASE_VERSION, unpackBase } from '../../src/db/embedded-base.ts';
import { FAST_FOLDER } from '../support/fast-folder.ts';

/*
 * The empty database that is shipped holds what initdb of the installed PGlite and all migrations make, and
 * nothing else: nobody can read a packed file in a change.
 */

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(FAST_FOLDER, 'ml-intern-base-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const Installed = z.object({ version: z.string() });

test('it was made by the version that is installed', () => {
  const main = createRequire(import.meta.url).resolve('@electric-sql/pglite');
  const { version } = Installed.parse(createRequire(main)('../package.json'));
  expect(BASE_VERSION).toBe(version);
});

test('it holds what initdb and all migrations make, row by row of its catalogs, and the same settings', async () => {
  unpackBase(join(folder, 'shipped'));
  const shipped = await contents(join(folder, 'shipped'));
  const path = join(folder, 'made');
  await makeBase(path);
  const made = await contents(path);
  expect(shipped.size).toBeGreaterThan(60);
  expect(shipped.get('pg_proc')?.split('\n').length).toBeGreaterThan(3_000);
  for (const [name, rows] of made) expect(shipped.get(name), name).toBe(rows);
  expect([...shipped.keys()]).toEqual([...made.keys()]);
});

/** What a database holds, by catalog, and its settings. */
async function contents(path: string): Promise<Map<string, string>> {
  const client = await PGlite.create({ dataDir: path });
  try {
    const { rows } = await client.query<{ name: string }>(
      "select oid::regclass::text as name from pg_class where relkind = 'r' and oid < 16384 order by 1",
    );
    const held = new Map<string, string>();
    for (const { name } of rows) held.set(name, await rowsOf(client, `select t::text as row from ${name} t`));
    const users = 'select oid::regclass::text as row from pg_class where oid >= 16384';
    held.set('tables of users', await rowsOf(client, users));
    held.set('settings', await rowsOf(client, "select name || '=' || setting as row from pg_settings"));
    return held;
  } finally {
    await client.close();
  }
}

async function rowsOf(client: PGlite, query: string): Promise<string> {
  const { rows } = await client.query<{ row: string }>(query);
  return rows
    .map(({ row }) => row)
    .sort()
    .join('\n');
}
