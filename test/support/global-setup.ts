import { randomBytes } from 'node:crypto';
import { cpSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { openStorage } from '../../src/db/storage.ts';
import type { BackendName } from './backends.ts';
import { FAST_FOLDER } from './fast-folder.ts';
import { embeddedTemplate } from './template.ts';

declare module 'vitest' {
  interface ProvidedContext {
    backends: readonly BackendName[];
    /** A folder that is removed when the run has ended. */
    scratch: string;
    embeddedTemplate: string;
    postgresUrl: string;
    postgresTemplate: string;
    redisUrl: string;
  }
}

const POSTGRES = process.env.TEST_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const REDIS = process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:6379';

/**
 * Makes migrated templates for the tests' databases, on whatever answers. Under CI everything has to answer.
 */
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
  const scratch = await mkdtemp(join(FAST_FOLDER, 'ml-intern-scratch-'));
  cpSync(await embeddedTemplate(), join(scratch, 'template'), { recursive: true });
  const postgresTemplate = `ml_intern_template_${randomBytes(6).toString('hex')}`;
  if (hasPostgres) await createTemplate(postgresTemplate);

  project.provide('backends', backends);
  project.provide('scratch', scratch);
  project.provide('embeddedTemplate', join(scratch, 'template'));
  project.provide('postgresUrl', POSTGRES);
  project.provide('postgresTemplate', postgresTemplate);
  project.provide('redisUrl', REDIS);

  return async () => {
    await rm(scratch, { recursive: true, force: true });
    if (hasPostgres) await onServer(`drop database if exists ${postgresTemplate} with (force)`);
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
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
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
