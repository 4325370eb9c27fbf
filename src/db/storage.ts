import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PGlite, type PGliteOptions } from '@electric-sql/pglite';
import { runMigrations } from 'bullmq';
import { drizzle as drizzlePostgres } from 'drizzle-orm/node-postgres';
import { migrate as migratePostgres } from 'drizzle-orm/node-postgres/migrator';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import { drizzle as drizzlePglite } from 'drizzle-orm/pglite';
import { migrate as migratePglite } from 'drizzle-orm/pglite/migrator';
import pg from 'pg';
import { lockDirectory } from './directory-lock.ts';
import { PglitePool } from './pglite-pool.ts';

/** The record: the same queries on Postgres and on the embedded database, inside a transaction or not. */
export type Db = PgDatabase<PgQueryResultHKT>;

/** What BullMQ runs on. */
export type QueueConnection =
  | { kind: 'postgres'; pool: pg.Pool | PglitePool }
  | { kind: 'redis'; url: string };

export type Storage = {
  db: Db;
  queues: QueueConnection;
  /** How the choice reads in a log: `embedded`, `postgres` or `postgres+redis`. */
  name: string;
  close(): Promise<void>;
};

export type StorageSettings = {
  databaseUrl: string | undefined;
  redisUrl: string | undefined;
  /** Directory of the embedded database, or a PGlite to use (a test's, made from a template). */
  embedded: string | PGliteOptions;
};

const MIGRATIONS = {
  migrationsFolder: fileURLToPath(new URL('./migrations', import.meta.url)),
  migrationsSchema: 'ml_intern_migrations',
};

/** Any number, the same in every process: serialises migrations. */
const MIGRATION_LOCK = 724_091_553;

/**
 * Opens the record, brings its schema up to date and says what the queues run on. This is the one place that knows
 * the choice: nothing set is the embedded database for both, `DATABASE_URL` is Postgres for both, `REDIS_URL`
 * besides moves the queues to Redis.
 */
export async function openStorage(settings: StorageSettings): Promise<Storage> {
  const record =
    settings.databaseUrl === undefined
      ? await openEmbedded(settings.embedded)
      : await openPostgres(settings.databaseUrl);
  if (settings.redisUrl === undefined) return record;
  return { ...record, queues: { kind: 'redis', url: settings.redisUrl }, name: `${record.name}+redis` };
}

async function openEmbedded(embedded: string | PGliteOptions): Promise<Storage> {
  const unlock = typeof embedded === 'string' ? lockFor(embedded) : () => {};
  const client = await PGlite.create(
    typeof embedded === 'string' ? { dataDir: join(embedded, 'pg') } : embedded,
  );
  await migrateEmbedded(client);
  const db = drizzlePglite(client);
  async function close() {
    await client.close();
    unlock();
  }
  return { db, queues: { kind: 'postgres', pool: new PglitePool(client) }, name: 'embedded', close };
}

/** Both schemas in an embedded database, and the path that lets BullMQ find its tables. */
export async function migrateEmbedded(client: PGlite): Promise<void> {
  await migratePglite(drizzlePglite(client), MIGRATIONS);
  await runMigrations(await new PglitePool(client).connect(), 'bullmq');
  await client.exec('SET search_path TO bullmq, public');
}

function lockFor(directory: string): () => void {
  mkdirSync(directory, { recursive: true });
  return lockDirectory(directory);
}

async function openPostgres(connectionString: string): Promise<Storage> {
  // Every BullMQ queue and worker keeps one client listening; the rest is for queries.
  const pool = new pg.Pool({ connectionString, max: 24, options: '-c search_path=bullmq,public' });
  // A connection that breaks is told by the query that was on it; the pool opens another when one is needed.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  await migrateServer(pool);
  const db = drizzlePostgres(pool);
  return { db, queues: { kind: 'postgres', pool }, name: 'postgres', close: () => pool.end() };
}

/** Both schemas on a server, one process at a time. */
async function migrateServer(pool: pg.Pool): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await migratePostgres(drizzlePostgres(client), MIGRATIONS);
    await runMigrations(client, 'bullmq');
  } finally {
    await client.query('select pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    client.release();
  }
}
