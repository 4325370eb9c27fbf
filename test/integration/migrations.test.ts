import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import { afterEach, expect, test } from 'vitest';
import { migrateEmbedded } from '../../src/db/storage.ts';
import { readSnapshot } from '../../src/session/read-snapshot.ts';
import { ROOT } from '../support/root.ts';

const MIGRATIONS = join(ROOT, 'src/db/migrations');
const directory = mkdtempSync(join(tmpdir(), 'ml-intern-migrations-'));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('a database with the first schema and a session in it is brought up to date and keeps the session', async () => {
  const first = join(directory, 'first');
  cpSync(MIGRATIONS, first, { recursive: true });
  const journalFile = join(first, 'meta/_journal.json');
  const journal = JSON.parse(readFileSync(journalFile, 'utf8')) as { entries: unknown[] };
  writeFileSync(journalFile, JSON.stringify({ ...journal, entries: journal.entries.slice(0, 1) }));

  const client = await PGlite.create();
  await migrate(drizzle(client), { migrationsFolder: first, migrationsSchema: 'ml_intern_migrations' });
  await client.exec(`insert into ml_intern.sessions (id, platform, workspace, channel, thread, requester, state)
    values ('s1', 'slack', 'T1', 'C1', '1.1', '{"id": "U1", "name": "Ada"}', '{"kind": "idle"}')`);
  await migrateEmbedded(client);
  await migrateEmbedded(client); // a second time changes nothing
  expect((await readSnapshot(drizzle(client), 's1'))?.session).toMatchObject({ state: { kind: 'idle' } });
  await client.close();
});

test('no migration takes away what an older version, running beside, still uses', () => {
  const scripts = readdirSync(MIGRATIONS).filter((name) => name.endsWith('.sql'));
  expect(scripts.length).toBeGreaterThan(1);
  for (const name of scripts) {
    const text = readFileSync(join(MIGRATIONS, name), 'utf8');
    // An older version that still runs must find what it knows; giving up a NOT NULL takes nothing away.
    expect(text.replaceAll('DROP NOT NULL', ''), name).not.toMatch(
      /\b(DROP|RENAME|TRUNCATE)\b|SET NOT NULL/i,
    );
  }
});
