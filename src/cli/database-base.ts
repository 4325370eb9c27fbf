import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { migrateEmbedded } from '../db/embedded.ts';
import { BASE_SETTINGS } from '../db/embedded-base.ts';

/** What new databases are copied from: nobody makes any there, and two thirds of the files are theirs. */
const WITHOUT_TEMPLATES = [
  'update pg_database set datistemplate = false, datallowconn = true where datname <> current_database()',
  'drop database template0',
  'drop database template1',
  'vacuum',
  // The log of changes begins with an empty file, and leaves none to be used again.
  'set wal_recycle = off',
  'checkpoint',
  'select pg_switch_wal()',
  'checkpoint',
];

/** Makes the files of an empty database: what initdb makes, with both schemas as they are now. */
export async function makeBase(path: string): Promise<void> {
  const client = await PGlite.create({ dataDir: path });
  await migrateEmbedded(client);
  for (const statement of WITHOUT_TEMPLATES) await client.exec(statement);
  await client.close();
  appendFileSync(join(path, 'postgresql.conf'), BASE_SETTINGS);
}
