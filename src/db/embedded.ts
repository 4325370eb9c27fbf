import { setFlagsFromString } from 'node:v8';
import type { PGlite, PGliteOptions } from '@electric-sql/pglite';
import { runMigrations } from 'bullmq';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import { ConfigError } from '../lib/config-error.ts';
import { messageOf } from '../lib/errors.ts';
import { loadRecord, requireKnownSchema } from './archive.ts';
import type { ArchiveHead } from './archive-file.ts';
import { serveBackups, writeBackup } from './backup-requests.ts';
import { lockDirectory } from './directory-lock.ts';
import { unpackBase } from './embedded-base.ts';
import { careFor } from './embedded-care.ts';
import {
  checkFiles,
  damaged,
  databaseIn,
  forgetFiles,
  hasDatabase,
  inspectDatabase,
  makeDatabase,
  moveAside,
  noteFiles,
  prepareDirectory,
  removeUnfinished,
} from './embedded-files.ts';
import { MIGRATIONS } from './migrations.ts';
import { PglitePool } from './pglite-pool.ts';
import { PreparingPGlite } from './preparing-pglite.ts';
import { internSchema } from './schema/columns.ts';

/** An embedded database that is open, with the schema of this version. */
export type Embedded = { client: PGlite; close(): Promise<void> };

/**
 * Opens the database of a data directory for this process alone, made where there is nothing yet, and makes
 * the backups that others ask for. Throws ConfigError where the directory is in use, can't be used, or holds
 * something that is no healthy database.
 */
export async function openEmbedded(directory: string): Promise<Embedded> {
  prepareDirectory(directory);
  const unlock = lockDirectory(directory);
  const path = databaseIn(directory);
  try {
    if (inspectDatabase(path) === 'nothing') await makeDatabase(path, makeEmpty);
    const { client, close } = await openHealthy(path, migrateEmbedded);
    const backups = serveBackups(client, directory);
    const care = careFor(client);
    return {
      client,
      async close() {
        await Promise.all([backups.stop(), care.stop()]);
        await close();
        unlock();
      },
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

/**
 * Writes the record of a data directory that no process uses to a file; nothing of it changes. Throws
 * ConfigError.
 */
export async function backUpEmbedded(directory: string, file: string): Promise<void> {
  const path = databaseIn(directory);
  if (!hasDatabase(path)) throw new ConfigError(`There is no record in ${directory}: nothing to back up.`);
  prepareDirectory(directory);
  const unlock = lockDirectory(directory);
  try {
    inspectDatabase(path);
    const { client, close } = await openHealthy(path, async () => {});
    try {
      await writeBackup(client, file);
    } finally {
      await close();
    }
  } finally {
    unlock();
  }
}

/**
 * Makes the record of a data directory the one of an archive that was verified. What is there keeps its place
 * unless `isReplaced`: then it is moved aside, and where it is then is returned. Throws ConfigError.
 */
export async function restoreEmbedded(
  directory: string,
  file: string,
  head: ArchiveHead,
  isReplaced: boolean,
): Promise<string | undefined> {
  requireKnownSchema(head);
  prepareDirectory(directory);
  const unlock = lockDirectory(directory);
  const path = databaseIn(directory);
  try {
    if (hasDatabase(path) && !isReplaced) {
      throw new ConfigError(
        `${path} is not empty. With --replace it is moved aside, and the backup takes its place.`,
      );
    }
    let aside: string | undefined;
    await makeDatabase(path, async (unfinished) => {
      await makeEmpty(unfinished);
      const { client, close } = await openHealthy(unfinished, async () => {});
      try {
        await client.exec(WITHOUT_SCHEMAS);
        await loadRecord(client, file, head);
        await migrateEmbedded(client);
      } catch (error) {
        if (error instanceof ConfigError) throw error;
        throw new ConfigError(`${file} can't be restored (${reasonOf(error)}).`, { cause: error });
      } finally {
        await close();
      }
      aside = hasDatabase(path) ? moveAside(path) : undefined;
    });
    return aside;
  } catch (error) {
    removeUnfinished(path);
    throw error;
  } finally {
    unlock();
  }
}

/** An archive comes with the schema of its version. */
const WITHOUT_SCHEMAS = `drop schema if exists ${internSchema.schemaName}, ${MIGRATIONS.migrationsSchema}, bullmq cascade`;

/** An empty database, whose schema whoever opens it brings up to date. Throws ConfigError. */
async function makeEmpty(path: string): Promise<void> {
  try {
    unpackBase(path);
  } catch (error) {
    const reason = messageOf(error);
    throw new ConfigError(
      `The database in ${path} could not be made (${reason}). Mend that and start again.`,
      { cause: error },
    );
  }
}

/** Both schemas in an embedded database, and the path that lets BullMQ find its tables. */
export async function migrateEmbedded(client: PGlite): Promise<void> {
  await migrate(drizzle(client), MIGRATIONS);
  await runMigrations(await new PglitePool(client).connect(), 'bullmq');
  await client.exec('SET search_path TO bullmq, public');
}

/**
 * Opens a database whose files are what they were, and prepares it. After it is closed its files are noted.
 */
async function openHealthy(path: string, prepare: (client: PGlite) => Promise<void>): Promise<Embedded> {
  checkFiles(path);
  forgetFiles(path);
  try {
    const client = await open({ dataDir: path });
    await prepare(client);
    return {
      client,
      async close() {
        await client.close();
        noteFiles(path);
      },
    };
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw damaged(path, `holds a database that can't be used (${reasonOf(error)})`, error);
  }
}

/**
 * Has V8 compile WebAssembly once, when it is called first, and not again once it is called often. Of the
 * compiled Postgres that is one function above all, the parser: 105 KB, for which the second compiler takes
 * 600 MB and two seconds of a processor. What statements as ours take does not change (npm run bench -- steps
 * embedded); those that go through or sort ten thousands of rows take 1.5 to 2.7 times as long.
 */
export function compileOnce(): void {
  // The second and third are what the first implies where it is given to Node itself.
  for (const flag of ['liftoff-only', 'no-wasm-tier-up', 'no-wasm-dynamic-tiering'])
    setFlagsFromString(`--${flag}`);
}

/** How Postgres begins a line that says why it ends. */
const LAST_WORDS = /^.*?\b(?:PANIC|FATAL): {1,2}(.*)$/;

/**
 * Opens a PGlite. What Postgres says before it gives up is what the error says: PGlite itself has only
 * "Aborted()".
 */
async function open(options: PGliteOptions): Promise<PGlite> {
  compileOnce();
  let lastWords: string | undefined;
  try {
    return await PreparingPGlite.open({
      ...options,
      onStderr(text) {
        lastWords = LAST_WORDS.exec(text)?.[1] ?? lastWords;
        return false;
      },
    });
  } catch (error) {
    throw lastWords === undefined ? error : new Error(lastWords, { cause: error });
  }
}

/**
 * The first line of what the database itself said: drizzle's errors are about the query, and have it as their
 * cause.
 */
function reasonOf(error: unknown): string {
  const isQuery = error instanceof Error && 'query' in error && error.cause !== undefined;
  const said = isQuery ? error.cause : error;
  const errno = said instanceof Object && 'errno' in said ? String(said.errno) : '';
  return ERRNO[errno] ?? messageOf(said).split('\n', 1)[0] ?? '';
}

/** What the compiled Postgres's file system throws is a number of WASI's and nothing else. */
const ERRNO: Readonly<Record<string, string>> = {
  2: 'EACCES: permission denied',
  29: 'EIO: input/output error',
  33: 'EMFILE: too many open files',
  44: 'ENOENT: a file is missing',
  51: 'ENOSPC: no space left on the disk',
  63: 'EPERM: not permitted',
  69: 'EROFS: read-only file system',
};
