import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { Bound } from './slopes.ts';

/** Quantities by their names: `a table of the record: rows`, for one. */
export type Quantities = Readonly<Record<string, number>>;

/** Looks at a place where the record and the queues are. */
export type Gauge = { read(): Promise<Quantities>; close(): Promise<void> };

/**
 * Tables (or the folder with all of them) that are the record of what was asked and done:
 * docs/RELIABILITY.md says why nothing bounds them.
 */
const KEPT = new Set([
  'folder',
  'sessions',
  'exchanges',
  'messages',
  'tool_calls',
  'watches',
  'posts',
  'feedback',
  'operations',
  'usage',
]);

/** What a quantity may grow by, told from its name. */
export function boundOf(name: string): Bound {
  const [of = '', what = ''] = name.split(': ');
  if (what === 'database calls') return { per: 'request', most: 10, share: 1.15 };
  if (KEPT.has(of)) return { per: 'request', most: what === 'rows' ? 0.5 : 0.01, share: 1.3 };
  return { per: 'hour', ...(BOUNDS[what] ?? BOUNDS.rows) };
}

type Hourly = { most: number; share: number };

const BOUNDS: Readonly<Record<string, Hourly>> & { rows: Hourly } = {
  'RSS MB': { most: 20, share: 0.1 },
  'heap MB': { most: 5, share: 0.1 },
  handles: { most: 5, share: 0.1 },
  files: { most: 5, share: 0.1 },
  connections: { most: 2, share: 0.1 },
  keys: { most: 30, share: 0.1 },
  'MB besides events': { most: 1, share: 0.1 },
  // Postgres writes over a row's old version once its vacuum has been by, once a minute at most.
  MB: { most: 0.5, share: 0.1 },
  // Deleted after days by the record's clock, which is set forward every few minutes.
  rows: { most: 100, share: 0.25 },
  // It is kept in pieces of 16 MB.
  'MB of log': { most: 64, share: 0 },
};

/** The folder of an embedded database. Its log of changes is no part of the record. */
export function folderGauge(directory: string): Gauge {
  return {
    async read() {
      const log = sizeOf(join(directory, 'pg/pg_wal'));
      return { 'folder: MB in all': sizeOf(directory) - log, 'log of changes: MB of log': log };
    },
    close: async () => {},
  };
}

const sizeOf = (directory: string): number =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => statSync(join(directory, name), { throwIfNoEntry: false }))
    .reduce((sum, stat) => sum + (stat?.isFile() ? stat.size : 0), 0) /
  2 ** 20;

/** A Postgres with the record (and the queues), and a Redis with the queues. */
export function serversGauge(postgresUrl: string, redisUrl: string | undefined): Gauge {
  const client = new pg.Client({ connectionString: postgresUrl, application_name: 'gauge' });
  client.on('error', () => {}); // the next look fails, and says so
  const connected = client.connect();
  const redis = redisUrl === undefined ? undefined : new Redis(redisUrl);
  return {
    async read() {
      await connected;
      return { ...(await inPostgres(client)), ...(redis ? await inRedis(redis) : {}) };
    },
    async close() {
      redis?.disconnect();
      await client.end();
    },
  };
}

async function inPostgres(client: pg.Client): Promise<Quantities> {
  const { rows: tables } = await client.query<{ schema: string; name: string; mb: number }>(
    `select schemaname as schema, relname as name, pg_total_relation_size(relid) / 1048576.0 as mb
      from pg_stat_user_tables where schemaname <> 'ml_intern_migrations' order by relname`,
  );
  const all: Record<string, number> = {};
  for (const { schema, name, mb } of tables) {
    const { rows } = await client.query<{ n: string }>(`select count(*) as n from "${schema}"."${name}"`);
    const called = schema === 'ml_intern' ? name : `${schema}.${name}`;
    all[`${called}: rows`] = Number(rows[0]?.n);
    all[`${called}: MB`] = Number(mb);
  }
  const { rows } = await client.query<{ n: string }>(
    `select count(*) as n from pg_stat_activity
      where backend_type = 'client backend' and application_name <> 'gauge'`,
  );
  all['Postgres: connections'] = Number(rows[0]?.n);
  return all;
}

/** BullMQ keeps its last 10,000 events of each queue: they fill up, and then stay, so they are told apart. */
async function inRedis(redis: Redis): Promise<Quantities> {
  const info = await redis.info('memory');
  const used = Number(/used_memory_dataset:(\d+)/.exec(info)?.[1]);
  const streams = (await redis.keys('*')).filter((key) => key.endsWith(':events'));
  const sizes = await Promise.all(streams.map((key) => redis.memory('USAGE', key, 'SAMPLES', 0)));
  const events = sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
  return {
    'Redis: keys': await redis.dbsize(),
    'Redis: MB besides events': (used - events) / 2 ** 20,
  };
}
