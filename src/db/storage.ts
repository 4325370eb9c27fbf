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
import { answersWithin } from '../ops/answers.ts';
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
  /** Whether the record answers. */
  isReachable(): Promise<boolean>;
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
  const queues = { kind: 'postgres' as const, pool: new PglitePool(client) };
  return { db, queues, name: 'embedded', isReachable: async () => true, close };
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
  takeBackBroken(pool);
  await migrateServer(pool);
  const db = drizzlePostgres(pool);
  const queues = { kind: 'postgres' as const, pool };
  return {
    db,
    queues,
    name: 'postgres',
    isReachable: () => answersWithin(ANSWER_MS, pool.query('select 1')),
    close: () => pool.end(),
  };
}

/** Whoever has a broken client gives it back well within this time, if they ever do. */
const GIVE_BACK_MS = 3_000;

/**
 * Takes clients back whose connection has ended and that nobody gives back: a transaction of drizzle-orm 0.45 whose
 * `begin` fails never releases its client, and a pool that has lent them all gives no other and can't be closed.
 */
function takeBackBroken(pool: pg.Pool): void {
  const lent = new Set<pg.PoolClient>();
  pool.on('acquire', (client) => lent.add(client));
  pool.on('release', (_error, client) => lent.delete(client));
  pool.on('connect', (client) => {
    client.on('end', () => {
      setTimeout(() => {
        if (lent.has(client)) client.release(true);
      }, GIVE_BACK_MS);
    });
  });
}

const ANSWER_MS = 2_000;

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
