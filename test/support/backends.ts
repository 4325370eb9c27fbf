import { randomBytes } from 'node:crypto';
import { cpSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { inject } from 'vitest';
import { openStorage, type Storage } from '../../src/db/storage.ts';
import { FAST_FOLDER } from './fast-folder.ts';

export type BackendName = 'embedded' | 'postgres' | 'postgres+redis';

/** Storage for one test: its own database, from a migrated template; `settings` opens it, again and again. */
export type Backend = {
  name: BackendName;
  settings: { databaseUrl: string | undefined; redisUrl: string | undefined; dataDir: string };
  open(): Promise<Storage>;
  remove(): Promise<void>;
};

/** The part of it that the types of Node leave out. */
const { WebAssembly: WASM } = globalThis as unknown as {
  WebAssembly: { compile(bytes: Uint8Array): Promise<unknown> };
};

/**
 * What the embedded Postgres is compiled to, for as long as the process lives: every one that is opened shares it. V8 aborts
 * now and then where it is given up and made anew again and again (https://github.com/nodejs/node/issues/64500).
 */
const compiled = WASM.compile(
  readFileSync(new URL('pglite.wasm', import.meta.resolve('@electric-sql/pglite'))),
);

/** What answered when the run began; the embedded default always does. */
export const BACKENDS: readonly BackendName[] = inject('backends');

export async function createBackend(name: BackendName): Promise<Backend> {
  const dataDir = await mkdtemp(join(FAST_FOLDER, 'ml-intern-test-'));
  const database = name === 'embedded' ? undefined : await createDatabase();
  if (name === 'embedded') {
    await compiled;
    cpSync(inject('embeddedTemplate'), join(dataDir, 'pg'), { recursive: true });
  }
  const databaseUrl = database?.url;
  const redisUrl = name === 'postgres+redis' ? inject('redisUrl') : undefined;
  return {
    name,
    settings: { databaseUrl, redisUrl, dataDir },
    open: () => openStorage({ databaseUrl, redisUrl, embedded: dataDir }),
    async remove() {
      await database?.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function createDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const base = new URL(inject('postgresUrl'));
  const name = `ml_intern_test_${randomBytes(6).toString('hex')}`;
  await onServer(async (client) => {
    await client.query(`create database ${name} template ${inject('postgresTemplate')}`);
    await client.query(`alter database ${name} set synchronous_commit = off`); // no test cuts the power
  });
  base.pathname = `/${name}`;
  return {
    url: base.toString(),
    drop: () =>
      onServer(async (client) => void (await client.query(`drop database if exists ${name} with (force)`))),
  };
}

async function onServer<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: inject('postgresUrl') });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
