import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { migrateEmbedded } from '../../src/db/embedded.ts';
import { unpackBase } from '../../src/db/embedded-base.ts';
import { ROOT } from './root.ts';

const CACHE = join(ROOT, 'node_modules/.cache/ml-intern-chat');
const MIGRATIONS = join(ROOT, 'src/db/migrations');

/** To be raised where `make` makes something else of the same migrations. */
const FORMAT = 3;

/** How long one that nobody uses is kept. */
const KEPT_MS = 7 * 86_400_000;

/**
 * The folder of an embedded database with both schemas, to be copied. Making one takes seconds, so it is kept
 * for as long as nothing changes that decides what is in it: our migrations, and the versions of what brings
 * the other schema and runs both. Of two that make it at once, the first one's stays.
 */
export async function embeddedTemplate(): Promise<string> {
  const template = join(CACHE, `template-${key()}`);
  if (!existsSync(template)) await make(template);
  const now = new Date();
  await utimes(template, now, now);
  await removeOld();
  return join(template, 'pg');
}

function key(): string {
  const hash = createHash('sha256').update(`${FORMAT}\n`);
  for (const library of ['@electric-sql/pglite', 'bullmq', 'drizzle-orm']) {
    hash.update(readFileSync(join(ROOT, 'node_modules', library, 'package.json')));
  }
  for (const file of readdirSync(MIGRATIONS, { recursive: true, encoding: 'utf8' }).sort()) {
    const path = join(MIGRATIONS, file);
    if (statSync(path).isFile()) hash.update(`${file}\n`).update(readFileSync(path));
  }
  return hash.digest('hex').slice(0, 24);
}

async function make(template: string): Promise<void> {
  await mkdir(CACHE, { recursive: true });
  const folder = await mkdtemp(join(CACHE, 'new-'));
  unpackBase(join(folder, 'pg'));
  const database = await PGlite.create({ dataDir: join(folder, 'pg') });
  await migrateEmbedded(database);
  await database.close();
  // The 128 MB of the default are cleared at every start, which takes longer than all else of it.
  appendFileSync(join(folder, 'pg/postgresql.conf'), '\nshared_buffers = 4MB\nwal_buffers = 64kB\n');
  await rename(folder, template).catch(async (error: unknown) => {
    if (!existsSync(template)) throw error;
    await rm(folder, { recursive: true, force: true });
  });
}

async function removeOld(): Promise<void> {
  for (const name of await readdir(CACHE)) {
    const path = join(CACHE, name);
    const usedAt = await stat(path).then(
      ({ mtimeMs }) => mtimeMs,
      () => Date.now(),
    );
    if (Date.now() - usedAt > KEPT_MS) await rm(path, { recursive: true, force: true });
  }
}
