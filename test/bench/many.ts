import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Bot } from '../operations/bot.ts';
import { Site } from '../operations/site.ts';
import { ROOT } from '../support/root.ts';
import { type Service, startPostgres, startRedis } from '../support/services.ts';
import { until } from '../support/until.ts';
import type { Bench, Found, Size } from './bench.ts';
import { cpuOver, type LoopDelay, loopDelay, megabytes, percentile, startSaying } from './processes.ts';

/** So many sessions at once, each with so many words a second, begun so many a second. */
type Load = { sessions: number; rate: number; arrivals: number; aims?: Aims };

/** What 95 % of the first messages, and 99 % of the loop's delays, should be at most, in milliseconds. */
type Aims = { firstMs: number; lateMs?: number };

const LOADS: readonly Load[] = [
  { sessions: 10, rate: 50, arrivals: 10 },
  { sessions: 100, rate: 50, arrivals: 20 },
  { sessions: 300, rate: 50, arrivals: 20, aims: { firstMs: 2_000, lateMs: 50 } },
  { sessions: 1_000, rate: 5, arrivals: 20, aims: { firstMs: 5_000 } },
];

/** Slack limits each workspace: its limits are widened as if the sessions stood in many. */
const SESSIONS_A_WORKSPACE = 5;

/** People come one after the other, each with one request, in as many channels. */
const CHANNELS = 50;
const NEWCOMERS = 10;
const MEASURED_S = 20;
const NEWCOMER_MS = 500;

/** What makes more of an answer to be seen. */
const GROWS: ReadonlySet<string> = new Set(['chat.update', 'chat.appendStream', 'chat.startStream']);

/** When each thread was asked something, and when it showed something for the first time. */
class Threads {
  readonly asked = new Map<string, number>();
  readonly first = new Map<string, number>();
  readonly #site: Site;

  constructor(site: Site) {
    this.#site = site;
    site.slack.workspace.on('change', ({ bot_id, thread_ts, channel }) => {
      const thread = `${channel}/${thread_ts}`;
      if (bot_id !== undefined && !this.first.has(thread)) this.first.set(thread, performance.now());
    });
  }

  /** How many threads have shown more since a time of `Date.now()`. */
  grownSince(since: number): number {
    const { calls, workspace } = this.#site.slack;
    const grew = new Set<string | undefined>();
    for (const { method, arguments: args, error, at } of calls) {
      if (at < since || error !== undefined || !GROWS.has(method)) continue;
      grew.add(String(args.thread_ts ?? workspace.find(String(args.channel), String(args.ts))?.thread_ts));
    }
    return grew.size;
  }

  ask(number: number): string {
    const channel = `C0MANY${number % CHANNELS}`;
    this.#site.slack.workspace.channels.add(channel);
    const at = performance.now();
    const { ts } = this.#site.slack.mention('U0ADA', channel, `go on with ${number}`);
    const thread = `${channel}/${ts}`;
    this.asked.set(thread, at);
    return thread;
  }

  /** How long after it was asked each of these showed something, in milliseconds. */
  waits(threads: readonly string[]): number[] {
    return threads.map((thread) => (this.first.get(thread) ?? Infinity) - (this.asked.get(thread) ?? 0));
  }
}

type Measured = {
  first: number[];
  newcomers: number[];
  grown: number;
  cpu: { worker: number; chat: number; postgres: number; redis: number };
  memory: { worker: number; workerBefore: number; chat: number };
  late: { worker: LoopDelay; chat: LoopDelay };
};

const postmasterOf = ({ directory }: Service): number =>
  Number(readFileSync(join(directory, 'data/postmaster.pid'), 'utf8').split('\n')[0]);

async function processOfRedis({ url }: Service): Promise<number> {
  const redis = new Redis(url);
  const pid = Number(/process_id:(\d+)/.exec(await redis.info('server'))?.[1]);
  redis.disconnect();
  return pid;
}

const pidOf = ({ child }: Bot): number => {
  if (child.pid === undefined) throw new Error('the bot has not started');
  return child.pid;
};

async function measure(
  servers: Servers,
  { sessions, rate, arrivals }: Load,
  seconds: number,
): Promise<Measured> {
  const site = await Site.open(servers, Math.max(20, sessions / SESSIONS_A_WORKSPACE));
  const model = await startSaying(process.execPath, [
    join(ROOT, 'test/bench/streaming-model.ts'),
    ...['--rate', `${rate}`],
  ]);
  try {
    const settings = {
      DATABASE_URL: await site.database(),
      REDIS_URL: site.redisUrl,
      MODEL_BASE_URL: model.said.replace('MODEL_BASE_URL=', ''),
    };
    const files = [join(site.folder(), 'worker'), join(site.folder(), 'chat')] as const;
    const watched = (file: string) => ({ LOOP_DELAY_FILE: file });
    const options = [
      ...(process.env.BENCH_PROF ? [`--cpu-prof`, `--cpu-prof-dir=${process.env.BENCH_PROF}`] : []),
      '--import',
      join(ROOT, 'test/bench/loop-delay.ts'),
    ];
    const chat = await site.started(settings, { words: ['chat'], options, environment: watched(files[1]) });
    const worker = await site.started(settings, {
      words: ['worker'],
      options,
      environment: watched(files[0]),
    });
    await until('the bot is connected', () => site.slack.connections > 0, 60_000);
    const [w, c] = [pidOf(worker), pidOf(chat)];
    const workerBefore = megabytes(w, 'VmRSS');
    const threads = new Threads(site);

    const all: string[] = [];
    const began = performance.now();
    while (all.length < sessions) {
      const due = Math.min(sessions, Math.floor(((performance.now() - began) / 1000) * arrivals) + 1);
      while (all.length < due) all.push(threads.ask(all.length));
      await sleep(10);
    }
    await isShown(threads, all);

    const late = async () => ({
      worker: await loopDelay(w, files[0], (text) => writeFileSync(files[0], text)),
      chat: await loopDelay(c, files[1], (text) => writeFileSync(files[1], text)),
    });
    await sleep(2_000);
    await late();
    const from = Date.now();
    const redis = await processOfRedis(servers.redis);
    const [workerCpu = 0, chatCpu = 0, redisCpu = 0, postgresCpu = 0] = await cpuOver(
      [w, c, redis, postmasterOf(servers.postgres)],
      seconds,
    );
    const lateness = await late();
    const grown = threads.grownSince(from) / sessions;
    const memory = { worker: megabytes(w, 'VmRSS'), workerBefore, chat: megabytes(c, 'VmRSS') };

    const newcomers: string[] = [];
    for (let i = 0; i < NEWCOMERS; i++) {
      newcomers.push(threads.ask(sessions + i));
      await sleep(NEWCOMER_MS);
    }
    await isShown(threads, newcomers);
    return {
      first: threads.waits(all),
      newcomers: threads.waits(newcomers),
      grown,
      cpu: { worker: workerCpu, chat: chatCpu, redis: redisCpu, postgres: postgresCpu },
      memory,
      late: lateness,
    };
  } finally {
    await site.close();
    await model.end();
  }
}

/** Waits until threads show something; those that do not within so long are left as they are. */
async function isShown(threads: Threads, which: readonly string[]): Promise<void> {
  const shown = () => which.every((thread) => threads.first.has(thread));
  await until('all threads show something', shown, 90_000).catch(() => {});
}

type Bare = { cpu: number; memory: number; late: LoopDelay };

/** The same streams, read by the OpenAI client alone. */
async function bare({ sessions, rate }: Load, seconds: number, file: string): Promise<Bare> {
  const model = await startSaying(process.execPath, [
    join(ROOT, 'test/bench/streaming-model.ts'),
    ...['--rate', `${rate}`],
  ]);
  const reader = await startSaying('/usr/bin/env', [
    `LOOP_DELAY_FILE=${file}`,
    process.execPath,
    ...['--import', join(ROOT, 'test/bench/loop-delay.ts')],
    join(ROOT, 'test/bench/bare-streams.ts'),
    ...['--base-url', model.said.replace('MODEL_BASE_URL=', ''), '--streams', `${sessions}`],
  ]);
  const late = () => loopDelay(reader.pid, file, (text) => writeFileSync(file, text));
  await sleep(2_000);
  await late();
  const [cpu = 0] = await cpuOver([reader.pid], seconds);
  const found = { cpu, memory: megabytes(reader.pid, 'VmRSS'), late: await late() };
  await reader.end();
  await model.end();
  return found;
}

type Servers = { postgres: Service; redis: Service };

const ms = (value: number) => (value === Infinity ? 'not within 90 s' : `${(value / 1000).toFixed(2)} s`);
const percent = (share: number) => `${(share * 100).toFixed(0)} %`;

async function run({ isSmoke }: Size): Promise<Found> {
  const loads = isSmoke ? [{ sessions: 3, rate: 20, arrivals: 10 }] : LOADS;
  const seconds = isSmoke ? 1 : MEASURED_S;
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
  const rows: string[][] = [];
  const faults: string[] = [];
  try {
    for (const load of loads) {
      const found = await measure({ postgres, redis }, load, seconds);
      const beside = await bare(load, seconds, join(postgres.directory, 'late'));
      rows.push(rowOf(load, found, beside));
      faults.push(...missed(load, found));
    }
  } finally {
    postgres.stop();
    redis.stop();
  }
  return { columns: COLUMNS, rows, notes: NOTES, faults };
}

/** The aims that were not met, and by how much. */
function missed({ sessions, aims }: Load, { first, late }: Measured): string[] {
  if (aims === undefined) return [];
  const { firstMs, lateMs = Number.POSITIVE_INFINITY } = aims;
  const seen = percentile(first, 0.95);
  const { p99 } = late.worker;
  return [
    ...(seen > firstMs
      ? [`At ${sessions} sessions 95 % see something after ${ms(seen)} (at most ${ms(firstMs)}).`]
      : []),
    ...(p99 > lateMs
      ? [
          `At ${sessions} sessions the worker’s event loop is ${p99.toFixed(0)} ms late (at most ${lateMs} ms).`,
        ]
      : []),
  ];
}

const COLUMNS = [
  'sessions, words a second each',
  'first message, p50, p95',
  'a newcomer’s, p50, p95',
  'threads that grew',
  'CPU: worker, chat, Postgres, Redis',
  'worker’s to bare',
  'memory: worker, chat; bare',
  'late p99: worker, chat; bare',
];

function rowOf({ sessions, rate }: Load, found: Measured, beside: Bare): string[] {
  const { cpu, memory, late, first, newcomers, grown } = found;
  const mb = (value: number) => `${value.toFixed(0)} MB`;
  return [
    `${sessions}, ${rate}`,
    `${ms(percentile(first, 0.5))}, ${ms(percentile(first, 0.95))}`,
    `${ms(percentile(newcomers, 0.5))}, ${ms(percentile(newcomers, 0.95))}`,
    percent(grown),
    [cpu.worker, cpu.chat, cpu.postgres, cpu.redis].map(percent).join(', '),
    `${(cpu.worker / beside.cpu).toFixed(1)} (bare ${percent(beside.cpu)})`,
    `${mb(memory.worker)} (${mb(memory.workerBefore)} before), ${mb(memory.chat)}; ${mb(beside.memory)}`,
    `${late.worker.p99.toFixed(0)} ms, ${late.chat.p99.toFixed(0)} ms; ${beside.late.p99.toFixed(0)} ms`,
  ];
}

const NOTES = [
  'Slack’s limits are widened as if each workspace had 5 of the sessions, or 20 times at least.',
  'Doubles of Slack and the model, Postgres and Redis run on the same cores. Where the CPU of all of them together is near what the machine has, as at 300 sessions on two cores, who waits is waiting for a core.',
];

export const many: Bench = {
  name: 'many',
  measures:
    'Many sessions at once on one worker process and one chat process, beside the OpenAI client alone that reads the same streams in one process: how long people wait for the first thing that their thread shows, how long somebody does who comes when all are busy, in what share of the threads something new was seen within 20 s, and what it costs.',
  run,
};
