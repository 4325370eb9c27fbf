import { randomBytes } from 'node:crypto';
import { cpSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { describe, inject } from 'vitest';
import { compileOnce } from '../../src/db/embedded.ts';
import { openStorage, type Storage, type Timed } from '../../src/db/storage.ts';
import { FAST_FOLDER } from './fast-folder.ts';
import { borrow } from './shared-database.ts';

/** Every kind of storage there is. */
export const EVERYWHERE = ['embedded', 'postgres', 'postgres+redis'] as const;

export type BackendName = (typeof EVERYWHERE)[number];

/**
 * Storage for one test, from a migrated template: `embedded` and `postgres` are a database of its own.
 * `shared` is an embedded one that the tests of a process use one after another, for those that are not about
 * storage.
 */
export type Backend = {
  name: BackendName | 'shared';
  settings: { databaseUrl: string | undefined; redisUrl: string | undefined; dataDir: string };
  /** What the bot is to open its storage with. */
  openStorage: typeof openStorage;
  /** Opens it, again and again. */
  open(settings?: { timed?: Timed }): Promise<Storage>;
  remove(): Promise<void>;
};

/** The part of it that the types of Node leave out. */
const { WebAssembly: WASM } = globalThis as unknown as {
  WebAssembly: { compile(bytes: Uint8Array): Promise<unknown> };
};

/**
 * What the embedded Postgres is compiled to, for as long as the process lives: every one that is opened
 * shares it. V8 aborts now and then where it is given up and made anew again and again
 * (https://github.com/nodejs/node/issues/64500).
 */
compileOnce();
const compiled = WASM.compile(
  readFileSync(new URL('pglite.wasm', import.meta.resolve('@electric-sql/pglite'))),
);

/** Whether it answered when the run began; the embedded default always does. */
export const isThere = (name: BackendName): boolean => inject('backends').includes(name);

/**
 * Declares tests once for each of these kinds of storage. On one that does not answer they count as skipped.
 */
export function describeOn(
  what: string,
  backends: readonly BackendName[],
  body: (backend: BackendName) => void,
): void {
  for (const backend of backends) {
    describe.skipIf(!isThere(backend))(`${what}, on ${backend}`, () => body(backend));
  }
}

/** Where the record is the subject: what the queues run on makes no difference. */
export const RECORDS: readonly BackendName[] = ['embedded', 'postgres'];

export async function createBackend(name: BackendName | 'shared'): Promise<Backend> {
  await compiled;
  const dataDir = await mkdtemp(join(FAST_FOLDER, 'ml-intern-test-'));
  if (name === 'shared') return sharedBackend(dataDir);
  const database = name === 'embedded' ? undefined : await createDatabase();
  if (name === 'embedded') {
    cpSync(inject('embeddedTemplate'), join(dataDir, 'pg'), { recursive: true });
  }
  const databaseUrl = database?.url;
  const redisUrl = name === 'postgres+redis' ? inject('redisUrl') : undefined;
  return {
    name,
    settings: { databaseUrl, redisUrl, dataDir },
    openStorage,
    open: ({ timed } = {}) => openStorage({ databaseUrl, redisUrl, embedded: dataDir, timed }),
    async remove() {
      await database?.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function sharedBackend(dataDir: string): Promise<Backend> {
  const loan = await borrow();
  return {
    name: 'shared',
    settings: { databaseUrl: undefined, redisUrl: undefined, dataDir },
    openStorage: loan.open,
    open: loan.open,
    async remove() {
      await loan.giveBack();
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
