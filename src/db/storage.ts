import type pg from 'pg';
import { secretsOf } from '../config/known-secrets.ts';
import type { Config } from '../config/load.ts';
import type { Clock } from '../lib/clock.ts';
import { createRedaction, type Redaction } from '../lib/redaction.ts';
import type { Db } from './database.ts';
import type { PglitePool } from './pglite-pool.ts';

/** What BullMQ runs on. */
export type QueueConnection =
  | { kind: 'postgres'; pool: pg.Pool | PglitePool }
  | { kind: 'redis'; url: string };

export type Storage = {
  db: Db;
  /**
   * The same record for what has to be in time, such as the renewal of leases: on a server it has a
   * connection of its own, and waits behind no other query.
   */
  urgent: Db;
  queues: QueueConnection;
  /** How the choice reads in a log: `embedded`, `postgres` or `postgres+redis`. */
  name: string;
  /** Whether no other process can have the record open. */
  isExclusive: boolean;
  /** Whether the record answers. */
  isReachable(): Promise<boolean>;
  close(): Promise<void>;
};

export type StorageSettings = {
  databaseUrl: string | undefined;
  /** The same database without the pooler that `databaseUrl` may lead through. */
  directUrl?: string | undefined;
  redisUrl: string | undefined;
  /** How many connections to a server the record may take. */
  connections?: number;
  /** Directory of the embedded database. */
  embedded: string;
  /** What is made of the record's clock before it is used: a test's doing. */
  timed?: Timed | undefined;
  /**
   * What takes secrets out of everything that is written; without it their shapes are known, and no values.
   */
  redaction?: Redaction | undefined;
};

export type Timed = (record: Clock) => Clock;

const CONNECTIONS = 10;

/** The storage that a config asks for. */
export const storageOf = (config: Config): StorageSettings => ({
  databaseUrl: config.secrets.DATABASE_URL,
  directUrl: config.secrets.DATABASE_DIRECT_URL,
  redisUrl: config.secrets.REDIS_URL,
  connections: config.database.connections,
  embedded: config.data_dir,
  redaction: createRedaction(secretsOf(config)),
});

/**
 * Opens the record, brings its schema up to date and says what the queues run on. This is the one place that
 * knows the choice: nothing set is the embedded database for both, `DATABASE_URL` is Postgres for both,
 * `REDIS_URL` besides moves the queues to Redis. What one of them needs is read where it is chosen.
 */
export async function openStorage(settings: StorageSettings): Promise<Storage> {
  const record =
    settings.databaseUrl === undefined
      ? await openDirectory(settings)
      : await openServer(settings.databaseUrl, settings);
  if (settings.redisUrl === undefined) return record;
  return { ...record, queues: { kind: 'redis', url: settings.redisUrl }, name: `${record.name}+redis` };
}

async function openServer(url: string, settings: StorageSettings): Promise<Storage> {
  const { openPostgres } = await import('./postgres.ts');
  const { db, urgent, queues, isReachable, close } = await openPostgres({
    url,
    directUrl: settings.directUrl,
    connections: settings.connections ?? CONNECTIONS,
    hasQueues: settings.redisUrl === undefined,
    timed: settings.timed,
    redaction: settings.redaction,
  });
  return {
    db,
    urgent,
    queues: { kind: 'postgres', pool: queues },
    name: 'postgres',
    isExclusive: false,
    isReachable,
    close,
  };
}

async function openDirectory(settings: StorageSettings): Promise<Storage> {
  const { openEmbeddedStorage } = await import('./embedded-storage.ts');
  return openEmbeddedStorage(settings.embedded, settings);
}
