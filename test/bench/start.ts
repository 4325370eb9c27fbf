import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TIMEOUT_MS } from '../operations/bot.ts';
import { Site } from '../operations/site.ts';
import { ROOT } from '../support/root.ts';
import { startPostgres, startRedis } from '../support/services.ts';
import { type Bench, type Found, type Size, spread } from './bench.ts';
import { cpuOf, megabytes } from './processes.ts';

/** What one process has taken until it was ready: CPU seconds of all its threads, and megabytes. */
type Start = { cpu: number; wall: number; ready: number };

type Rest = { peak: number; rest: number };

type Running = { start: Start; atRest(restMs: number): Promise<Rest>; end(): Promise<void> };

type Setting = {
  name: string;
  start(site: Site): Promise<{ child: ChildProcess; isReady: Promise<unknown> }>;
};

const REST_MS = 60_000;

/** Starts a process, and what it has taken until it was ready. */
async function begin(setting: Setting, site: Site): Promise<Running> {
  const began = performance.now();
  const { child, isReady } = await setting.start(site);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const late = sleep(TIMEOUT_MS, undefined, { ref: false }).then(() => 'late');
  const first = await Promise.race([isReady.then(() => 'ready'), ended.then(() => 'ended'), late]);
  const { pid } = child;
  if (first !== 'ready' || pid === undefined) throw new Error(`${setting.name} did not start: ${first}`);
  const readyAt = performance.now();
  const [cpu, ready] = [cpuOf(pid), megabytes(pid, 'VmRSS')];
  return {
    start: { cpu, wall: (readyAt - began) / 1000, ready },
    async atRest(restMs) {
      await sleep(Math.max(0, readyAt + restMs - performance.now()));
      return { peak: megabytes(pid, 'VmHWM'), rest: megabytes(pid, 'VmRSS') };
    },
    async end() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** A program of a few words, which says when it has got there. */
const bare = (name: string, words: string): Setting => ({
  name,
  async start() {
    const source = `${words}; process.stdout.write('ready'); setInterval(() => {}, 1e9)`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return { child, isReady: new Promise((resolve) => child.stdout.once('data', resolve)) };
  },
});

/** The program, until it says that it has started. */
function program(name: string, words: readonly string[], settingsOf: SettingsOf): Setting {
  return {
    name,
    async start(site) {
      const bot = site.bot(await settingsOf(site), { words });
      const isReady = new Promise<void>((resolve) => {
        bot.child.stdout?.on('data', () => bot.lines('started').length > 0 && resolve());
      });
      return { child: bot.child, isReady };
    },
  };
}

type SettingsOf = (site: Site) => Promise<Record<string, string>>;

/** What a fresh checkout has not: what Node has compiled before. */
const notCompiled = (folder: () => string) => ({ NODE_COMPILE_CACHE: folder() });

function settings(folder: () => string): Setting[] {
  const kept = folder();
  let database: Promise<string> | undefined;
  const onServers: SettingsOf = async (site) => {
    database ??= site.database();
    return { DATABASE_URL: await database, REDIS_URL: site.redisUrl };
  };
  return [
    bare('an empty Node process', ''),
    bare('Node and the library for Slack', "await import('@slack/bolt')"),
    bare('Node and the library for Discord', "await import('discord.js')"),
    program('embedded, first start of a fresh checkout', [], async () => ({
      DATA_DIR: folder(),
      ...notCompiled(folder),
    })),
    program('embedded, first start', [], async () => ({ DATA_DIR: folder() })),
    program('embedded, later start', [], async () => ({ DATA_DIR: kept })),
    program('role chat, Postgres and Redis', ['chat'], onServers),
    program('role worker, Postgres and Redis', ['worker'], onServers),
    program('role worker, first start of a fresh checkout', ['worker'], async (site) => ({
      ...(await onServers(site)),
      ...notCompiled(folder),
    })),
  ];
}

/** Starts all settings, each some times; the last process of each stays until all have rested. */
async function startAll(all: readonly Setting[], site: Site, { isSmoke }: Size) {
  const [runs, restMs] = isSmoke ? [1, 0] : [5, REST_MS];
  const found: { name: string; starts: Start[]; last: Running }[] = [];
  for (const setting of all) {
    // Once before: what the disk has to be read for, and what Node compiles for the next start.
    if (!isSmoke) await (await begin(setting, site)).end();
    const starts: Start[] = [];
    let last = await begin(setting, site);
    starts.push(last.start);
    while (starts.length < runs) {
      await last.end();
      last = await begin(setting, site);
      starts.push(last.start);
    }
    found.push({ name: setting.name, starts, last });
  }
  const rested = [];
  for (const { name, starts, last } of found) rested.push({ name, starts, ...(await last.atRest(restMs)) });
  for (const { last } of found) await last.end();
  return rested;
}

async function run(size: Size): Promise<Found> {
  const folders: string[] = [];
  const folder = () => {
    const made = mkdtempSync(join(tmpdir(), 'ml-intern-bench-'));
    folders.push(made);
    return made;
  };
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
  const site = await Site.open({ postgres, redis });
  try {
    const all = settings(folder).filter(({ name }) => !size.isSmoke || !name.includes('fresh checkout'));
    const found = await startAll(all, site, size);
    return {
      columns: ['', 'CPU to ready', 'time to ready', 'memory when ready', 'most', 'a minute after'],
      rows: found.map(({ name, starts, peak, rest }) => [
        name,
        spread(
          starts.map(({ cpu }) => cpu),
          's',
        ),
        spread(
          starts.map(({ wall }) => wall),
          's',
        ),
        spread(
          starts.map(({ ready }) => ready),
          'MB',
          0,
        ),
        `${peak.toFixed(0)} MB`,
        `${rest.toFixed(0)} MB`,
      ]),
      notes: [
        'CPU is that of all threads of the process. A fresh checkout has nothing that Node has compiled before.',
      ],
      faults: [],
    };
  } finally {
    await site.close();
    postgres.stop();
    redis.stop();
    for (const one of folders) rmSync(one, { recursive: true, force: true });
  }
}

export const start: Bench = {
  name: 'start',
  measures:
    'What a start costs until the process is ready, and what it holds while nobody asks for anything: the program as an operator starts it, beside doubles of Slack, a model and the Hub.',
  run,
};
