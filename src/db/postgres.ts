import { runMigrations } from 'bullmq';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import { answering } from '../lib/answers.ts';
import type { Clock } from '../lib/clock.ts';
import { ConfigError } from '../lib/config-error.ts';
import type { Redaction } from '../lib/redaction.ts';
import { closedInTransactions, queryName } from '../lib/transaction-scope.ts';
import { databaseOf } from './database.ts';
import { MIGRATIONS } from './migrations.ts';
import { ANOTHER_DATABASE, isSameDatabase, keepsSessions, reach, sharedSessions } from './pooler.ts';
import { createRecordClock, timeOf } from './record-clock.ts';
import { connectionString } from './server-url.ts';

export type ServerSettings = {
  url: string;
  /** The same database without the pooler that `url` may lead through. */
  directUrl: string | undefined;
  /** How many connections the record may take. */
  connections: number;
  /** Whether BullMQ runs on it too. */
  hasQueues: boolean;
  timed?: ((record: Clock) => Clock) | undefined;
  redaction?: Redaction | undefined;
};

/** Any number, the same in every process: serialises migrations. */
const MIGRATION_LOCK = 724_091_553;

/** BullMQ's schema: its statements name no schema, so that its connections have to look there. */
const QUEUE_SCHEMA = 'bullmq';

/** Clients that BullMQ's workers keep to be told of jobs: of turns, pings and renders. */
const LISTENERS = 3;

/** Besides those, for what queues and workers ask. */
const QUEUE_CONNECTIONS = 5;

/** With what a pool is asked. A transaction has a client of its own. */
const ASKING: ReadonlySet<string> = new Set(['query', 'connect']);

/** How long a connection may take to be made, or to become free. */
const CONNECT_MS = 15_000;

/**
 * The record on a server, and a pool for BullMQ where it runs there too. Our own statements name their schema
 * and keep nothing in a session, so that the record may be reached through a pooler. BullMQ listens and needs
 * its search path in every session: its pool goes the direct way, and what can't be is refused with a
 * ConfigError.
 */
export async function openPostgres(settings: ServerSettings) {
  const pool = openPool({ connectionString: connectionString(settings.url), max: settings.connections });
  const urgent = openPool({ connectionString: connectionString(settings.url), max: 1 });
  const queues = settings.hasQueues
    ? openPool({
        connectionString: connectionString(settings.directUrl ?? settings.url),
        max: LISTENERS + QUEUE_CONNECTIONS,
        // oxlint-disable-next-line typescript/no-misused-promises -- pg-pool waits for it
        onConnect: setSearchPath,
      })
    : undefined;
  const time = createRecordClock(() => timeOf(urgent));
  try {
    await prepare(settings, pool);
    await time.ask();
  } catch (error) {
    await Promise.all([time.stop(), pool.end(), urgent.end(), queues?.end()]);
    throw error;
  }
  const clock = settings.timed?.(time.clock) ?? time.clock;
  return {
    db: databaseOf(drizzle(closedInTransactions(pool, ASKING, queryName)), clock, settings.redaction),
    urgent: databaseOf(drizzle(closedInTransactions(urgent, ASKING, queryName)), clock, settings.redaction),
    queues: closedInTransactions(queues ?? pool, ASKING, queryName),
    isReachable: answering(ANSWER_MS, () => pool.query('select 1')),
    async close() {
      await time.stop();
      await Promise.all([pool.end(), urgent.end(), queues?.end()]);
    },
  };
}

/** After the connection's own options, whatever they say of the path: all else that they set holds. */
async function setSearchPath(client: pg.ClientBase): Promise<undefined> {
  await client.query(`set search_path to ${QUEUE_SCHEMA}`);
}

async function prepare({ directUrl, hasQueues }: ServerSettings, pool: pg.Pool): Promise<void> {
  await reach(pool, 'DATABASE_URL');
  if (directUrl === undefined) {
    if (hasQueues && !(await keepsSessions(pool))) throw sharedSessions('DATABASE_URL');
    return migrateServer(pool, hasQueues);
  }
  const direct = openPool({ connectionString: connectionString(directUrl), max: 2 });
  try {
    await reach(direct, 'DATABASE_DIRECT_URL');
    if (!(await isSameDatabase(pool, direct))) throw new ConfigError(ANOTHER_DATABASE);
    if (hasQueues && !(await keepsSessions(direct))) throw sharedSessions('DATABASE_DIRECT_URL');
    await migrateServer(direct, hasQueues);
  } finally {
    await direct.end();
  }
}

function openPool(settings: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool({ ...settings, connectionTimeoutMillis: CONNECT_MS, keepAlive: true });
  // A connection that breaks is told by the query that was on it; the pool opens another when one is needed.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  takeBackBroken(pool);
  return pool;
}

/** Whoever has a broken client gives it back well within this time, if they ever do. */
const GIVE_BACK_MS = 3_000;

/**
 * Takes back clients whose connection has ended but that nobody has released: a transaction of drizzle-orm
 * 0.45 whose `begin` fails never releases its client, and a pool whose clients are all in use can neither
 * hand out another nor be closed.
 */
function takeBackBroken(pool: pg.Pool): void {
  const inUse = new Set<pg.PoolClient>();
  pool.on('acquire', (client) => inUse.add(client));
  pool.on('release', (_error, client) => inUse.delete(client));
  pool.on('connect', (client) => {
    client.on('end', () => {
      if (!inUse.has(client)) return; // as when the pool is closed: no timer may keep the process alive
      setTimeout(() => {
        if (inUse.has(client)) client.release(true);
      }, GIVE_BACK_MS);
    });
  });
}

const ANSWER_MS = 2_000;

/**
 * Brings the schemas up to date, one process at a time. The lock is a transaction's, not a session's, so that
 * it holds behind a pooler too; whoever waits for it does so without a limit that the server may have on
 * statements.
 */
async function migrateServer(pool: pg.Pool, hasQueues: boolean): Promise<void> {
  const holder = await pool.connect();
  const client = await pool.connect();
  try {
    await holder.query('begin');
    await holder.query('set local statement_timeout = 0');
    await holder.query('set local lock_timeout = 0');
    await holder.query('set local idle_in_transaction_session_timeout = 0');
    await holder.query('select pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    await migrate(drizzle(client), MIGRATIONS);
    if (hasQueues) await runMigrations(client, QUEUE_SCHEMA);
    await holder.query('commit');
  } finally {
    holder.release(true);
    client.release();
  }
}
