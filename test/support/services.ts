import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import pg from 'pg';
import { FAST_FOLDER } from './fast-folder.ts';
import { freePort } from './free-port.ts';
import { until } from './until.ts';

/** A server of our own that may be killed and comes back on the same port with what it had on disk. */
export type Service = {
  url: string;
  port: number;
  /** Its folder: Postgres's with `data`, PgBouncer's with its settings. */
  directory: string;
  pid(): number;
  kill(): void;
  /** Stops the process without ending it: connections are taken by the kernel, and nothing answers. */
  freeze(): void;
  thaw(): void;
  restart(): Promise<void>;
  stop(): void;
};

const IS_UP_MS = 60_000;

/** The folder of a fresh Postgres cluster, made once: a server of its own takes a copy. */
let fresh: string | undefined;

function freshCluster(): string {
  if (fresh !== undefined) return fresh;
  const directory = folder('pg-fresh');
  const options = ['-U', 'postgres', '-A', 'trust', '--no-sync', '-E', 'UTF8', '--locale', 'C'];
  execFileSync(join(postgresBin(), 'initdb'), ['-D', join(directory, 'data'), ...options], {
    ...unprivileged(),
    stdio: 'ignore',
  });
  fresh = join(directory, 'data');
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  return fresh;
}

/**
 * `settings` are lines of postgresql.conf, e.g. `max_connections=10`. Its files are in memory where there is
 * room, unless `place` is another folder.
 */
export async function startPostgres(settings: readonly string[] = [], place = FAST_FOLDER): Promise<Service> {
  const directory = folder('pg', place);
  const data = join(directory, 'data');
  cpSync(freshCluster(), data, { recursive: true });
  chown(data);
  chmodSync(data, 0o700); // Postgres refuses one that others may read
  const port = await freePort();
  const all = [
    'listen_addresses=127.0.0.1',
    `port=${port}`,
    'fsync=off',
    'max_connections=300',
    'shared_buffers=16MB',
  ];
  const lines = [...all, ...settings].flatMap((setting) => ['-c', setting]);
  const launch = () =>
    spawn(join(postgresBin(), 'postgres'), ['-D', data, '-k', directory, ...lines], {
      ...unprivileged(),
      stdio: 'ignore',
    });
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  return supervise({ url, port, directory }, launch, () => answers(url));
}

/**
 * A pooler in front of a Postgres server. `settings` are lines of pgbouncer.ini besides, e.g. `pool_mode =
 * session`. Its databases are those of the server behind it.
 */
export async function startPooler(behind: Service, settings: readonly string[]): Promise<Service> {
  const directory = folder('pooler');
  const port = await freePort();
  const file = join(directory, 'pgbouncer.ini');
  const lines = [
    '[databases]',
    // With auth_type "any" every client is the one user that is named here.
    `* = host=127.0.0.1 user=postgres port=${behind.port}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = any',
    'max_client_conn = 500',
    'default_pool_size = 20',
    ...settings,
  ];
  writeFileSync(file, lines.join('\n'));
  chown(file);
  const launch = () => spawn('pgbouncer', ['-q', file], { ...unprivileged(), stdio: 'ignore' });
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  return supervise({ url, port, directory }, launch, () => answers(url));
}

/**
 * Redis that keeps nothing on disk: killing it loses every queue. `options` are those of its command line.
 */
export async function startRedis(options: readonly string[] = []): Promise<Service> {
  const port = await freePort();
  const args = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    ...options,
  ];
  const directory = folder('redis');
  const launch = () => spawn('redis-server', args, { stdio: 'ignore', cwd: directory });
  const url = `redis://127.0.0.1:${port}`;
  return supervise({ url, port, directory }, launch, () => pongs(url));
}

async function answers(url: string): Promise<boolean> {
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

/** A refusal (a password that is wanted, a dataset that is being loaded) is an answer too. */
async function pongs(url: string): Promise<boolean> {
  const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null });
  let said = '';
  redis.on('error', (error) => {
    said = error.message; // the rejected call only tells that the connection was closed
  });
  return redis
    .connect()
    .then(() => redis.ping())
    .then(
      () => true,
      () => said.startsWith('NOAUTH'),
    )
    .finally(() => redis.disconnect());
}

async function supervise(
  place: { url: string; port: number; directory: string },
  launch: () => ChildProcess,
  isUp: () => Promise<boolean>,
): Promise<Service> {
  let child = launch();
  const clean = () => rmSync(place.directory, { recursive: true, force: true });
  process.once('exit', () => {
    child.kill('SIGKILL');
    clean();
  });
  await until('the service answers', isUp, IS_UP_MS);
  return {
    ...place,
    pid: () => child.pid ?? 0,
    kill: () => void child.kill('SIGKILL'),
    freeze: () => signalAll(child, 'SIGSTOP'),
    thaw: () => signalAll(child, 'SIGCONT'),
    // What a killed server leaves behind can keep the next one from starting for a moment.
    async restart() {
      await until(
        'the service is back',
        async () => {
          if (child.exitCode !== null || child.signalCode !== null) child = launch();
          return isUp();
        },
        IS_UP_MS,
      );
    },
    stop() {
      if (child.exitCode !== null || child.signalCode !== null) return clean();
      child.once('exit', clean);
      child.kill('SIGKILL');
    },
  };
}

/** A server's process and those that it has made, each of which may serve a connection. */
function signalAll({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  process.kill(pid, signal);
  const found = spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' });
  for (const id of found.stdout.split(/\s+/).filter(Boolean)) {
    try {
      process.kill(Number(id), signal);
    } catch (error) {
      // One that served a connection may have ended since it was listed.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

function folder(name: string, place = FAST_FOLDER): string {
  const directory = mkdtempSync(join(place, `ml-intern-${name}-`));
  chown(directory);
  return directory;
}

/**
 * Postgres and PgBouncer refuse to run as root: there they run as the user that the package of Postgres made.
 */
function unprivileged(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** Of a file, or of a folder with all that is in it. */
function chown(path: string): void {
  const identity = unprivileged();
  if (identity === undefined) return;
  const inside = statSync(path).isDirectory() ? readdirSync(path, { recursive: true, encoding: 'utf8' }) : [];
  for (const file of [path, ...inside.map((name) => join(path, name))]) {
    chownSync(file, identity.uid, identity.gid);
  }
}

function postgresBin(): string {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  const newest = versions[0];
  if (newest === undefined) throw new Error('this needs a Postgres server: apt install postgresql');
  return join(root, newest, 'bin');
}
