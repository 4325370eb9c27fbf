import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import pg from 'pg';
import { freePort } from '../support/free-port.ts';
import { until } from '../support/until.ts';

/** A server of our own that may be killed and comes back on the same port with what it had on disk. */
export type Service = { url: string; kill(): void; restart(): Promise<void>; stop(): void };

export async function startPostgres(): Promise<Service> {
  const directory = mkdtempSync(join(tmpdir(), 'ml-intern-pg-'));
  const identity = unprivileged();
  if (identity) chownSync(directory, identity.uid, identity.gid);
  const bin = postgresBin();
  const port = await freePort();
  execFileSync(
    join(bin, 'initdb'),
    ['-D', join(directory, 'data'), '-U', 'postgres', '-A', 'trust', '--no-sync'],
    {
      ...identity,
      stdio: 'ignore',
    },
  );
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const settings = ['listen_addresses=127.0.0.1', `port=${port}`, 'fsync=off', 'max_connections=300'];
  const args = [
    '-D',
    join(directory, 'data'),
    '-k',
    directory,
    ...settings.flatMap((setting) => ['-c', setting]),
  ];
  const launch = () => spawn(join(bin, 'postgres'), args, { ...identity, stdio: 'ignore' });
  async function isUp(): Promise<boolean> {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 500 });
    client.on('error', () => {}); // it may be killed again
    return client
      .connect()
      .then(() => client.end())
      .then(
        () => true,
        () => false,
      );
  }
  return supervise(url, launch, isUp, () => rmSync(directory, { recursive: true, force: true }));
}

/** Redis that keeps nothing on disk: killing it loses every queue. */
export async function startRedis(): Promise<Service> {
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const launch = () => spawn('redis-server', args, { stdio: 'ignore', cwd: tmpdir() });
  async function isUp(): Promise<boolean> {
    const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null });
    redis.on('error', () => {}); // the rejected call tells
    return redis
      .connect()
      .then(() => redis.ping())
      .then(
        () => true,
        () => false,
      )
      .finally(() => redis.disconnect());
  }
  return supervise(url, launch, isUp, () => {});
}

async function supervise(
  url: string,
  launch: () => ChildProcess,
  isUp: () => Promise<boolean>,
  clean: () => void,
): Promise<Service> {
  let child = launch();
  process.once('exit', () => child.kill('SIGKILL'));
  await until('the service answers', isUp, 60_000);
  return {
    url,
    kill: () => void child.kill('SIGKILL'),
    // What a killed server leaves behind can keep the next one from starting for a moment.
    async restart() {
      await until(
        'the service is back',
        async () => {
          if (child.exitCode !== null || child.signalCode !== null) child = launch();
          return isUp();
        },
        60_000,
      );
    },
    stop() {
      child.once('exit', clean);
      child.kill('SIGKILL');
    },
  };
}

/** Postgres refuses to run as root: there it runs as the user that its package made. */
function unprivileged(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

function postgresBin(): string {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  const newest = versions[0];
  if (newest === undefined) throw new Error('the chaos run needs a Postgres server: apt install postgresql');
  return join(root, newest, 'bin');
}
