import { randomBytes } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { migrateEmbedded, openStorage } from '../../src/db/storage.ts';
import type { BackendName } from './backends.ts';
import { FAST_FOLDER } from './fast-folder.ts';

declare module 'vitest' {
  interface ProvidedContext {
    backends: readonly BackendName[];
    embeddedTemplate: string;
    postgresUrl: string;
    postgresTemplate: string;
    redisUrl: string;
  }
}

const POSTGRES = process.env.TEST_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const REDIS = process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:6379';

/** Makes migrated templates for the tests' databases, on whatever answers. Under CI everything has to answer. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const hasPostgres = await answers(pingPostgres);
  const hasRedis = await answers(pingRedis);
  if (process.env.CI === 'true' && !(hasPostgres && hasRedis)) {
    throw new Error(
      `CI needs Postgres (${POSTGRES}) and Redis (${REDIS}); ${hasPostgres ? 'Redis' : 'Postgres'} does not answer`,
    );
  }
  const backends: BackendName[] = [
    'embedded',
    ...(hasPostgres ? ['postgres' as const] : []),
    ...(hasPostgres && hasRedis ? ['postgres+redis' as const] : []),
  ];
  const directory = await mkdtemp(join(FAST_FOLDER, 'ml-intern-template-'));
  const embeddedTemplate = join(directory, 'pg');
  const client = await PGlite.create({ dataDir: embeddedTemplate });
  await migrateEmbedded(client);
  await client.close();
  // The 128 MB of the default are cleared at every start, which takes longer than all else of it.
  appendFileSync(join(embeddedTemplate, 'postgresql.conf'), '\nshared_buffers = 4MB\nwal_buffers = 64kB\n');
  const postgresTemplate = `ml_intern_template_${randomBytes(6).toString('hex')}`;
  if (hasPostgres) await createTemplate(postgresTemplate);

  project.provide('backends', backends);
  project.provide('embeddedTemplate', embeddedTemplate);
  project.provide('postgresUrl', POSTGRES);
  project.provide('postgresTemplate', postgresTemplate);
  project.provide('redisUrl', REDIS);

  return async () => {
    await rm(directory, { recursive: true, force: true });
    if (hasPostgres) await onServer(`drop database if exists ${postgresTemplate} with (force)`);
    process.stdout.write(`\nStorage backends that ran: ${backends.join(', ')}\n`);
  };
}

async function createTemplate(name: string): Promise<void> {
  await onServer(`create database ${name}`);
  const url = new URL(POSTGRES);
  url.pathname = `/${name}`;
  const storage = await openStorage({ databaseUrl: url.toString(), redisUrl: undefined, embedded: '' });
  await storage.close();
}

async function onServer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: POSTGRES, connectionTimeoutMillis: 2_000 });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}

const pingPostgres = () => onServer('select 1');

async function pingRedis(): Promise<void> {
  const redis = new Redis(REDIS, { lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null });
  redis.on('error', () => {}); // the rejected call tells
  await redis.connect();
  await redis.ping().finally(() => redis.disconnect());
}

async function answers(ping: () => Promise<void>): Promise<boolean> {
  return ping().then(
    () => true,
    () => false,
  );
}
