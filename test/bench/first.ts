import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BOT_USER } from '../doubles/discord/guild.ts';
import { askOnDiscord, onDiscord } from '../operations/on-discord.ts';
import { Site } from '../operations/site.ts';
import { ROOT } from '../support/root.ts';
import { startPostgres, startRedis } from '../support/services.ts';
import { until } from '../support/until.ts';
import type { Bench, Found, Size } from './bench.ts';
import { percentile, type Started, startSaying } from './processes.ts';

/** How long every request of a bot is on its way to its platform. */
const LATENCY_MS = 150;

/** People ask one after the other, each in a thread of their own, once the one before has its answer. */
const BETWEEN_MS = 600;

/** A platform, as far as it is measured: asking it something, and when an answer is seen. */
type Place = {
  isConnected(): boolean;
  /** Asks, and returns the thread in which the answer is to be. */
  ask(number: number): string;
  /** Is told of each message of a bot, by its thread. */
  onShown(seen: (thread: string) => void): void;
  /** How many requests the bot has made so far about a thread. */
  requests(thread: string): number;
};

/** How long after it was asked each thread showed something, and after how many requests. */
type Waits = { ms: number[]; requests: number[] };

async function waitsOf(place: Place, count: number): Promise<Waits> {
  await until('the bot is connected', place.isConnected, 60_000);
  const waits: Waits = { ms: [], requests: [] };
  for (let i = -WARM; i < count; i++) {
    const began = performance.now();
    const { promise, resolve } = Promise.withResolvers<void>();
    const thread = place.ask(i + WARM);
    place.onShown((shown) => shown === thread && resolve());
    await promise;
    if (i >= 0) {
      waits.ms.push(performance.now() - began);
      waits.requests.push(place.requests(thread));
    }
    await sleep(BETWEEN_MS);
  }
  return waits;
}

/** The first ones are not counted: a process reads then what it has not needed before. */
const WARM = 5;

function slackOf(site: Site): Place {
  const { slack } = site;
  let seen: (thread: string) => void = () => {};
  slack.workspace.on('change', ({ bot_id, thread_ts }, how) => {
    if (bot_id !== undefined && thread_ts !== undefined && how === 'posted') seen(thread_ts);
  });
  return {
    isConnected: () => slack.connections > 0,
    ask: (number) => site.ask(`look at ${number}`).ts,
    onShown(listener) {
      seen = listener;
    },
    requests: (thread) =>
      slack.calls.filter((call) => JSON.stringify(call.arguments).includes(thread)).length,
  };
}

function discordOf(discord: Awaited<ReturnType<typeof onDiscord>>['discord']): Place {
  let seen: (thread: string) => void = () => {};
  discord.guild.on('change', ({ author, channel_id }, how) => {
    if (author.id === BOT_USER.id && how === 'posted') seen(channel_id);
  });
  return {
    isConnected: () => discord.gateway.connections > 0,
    ask: (number) => askOnDiscord(discord, `look at ${number}`).id,
    onShown(listener) {
      seen = listener;
    },
    requests: (thread) => discord.calls.filter(({ path }) => path.includes(thread)).length,
  };
}

type Setting = { name: string; isOnDiscord: boolean; servers: readonly ['chat', 'worker'] | [] | 'bare' };

const SETTINGS: readonly Setting[] = [
  { name: 'Slack: Bolt alone', isOnDiscord: false, servers: 'bare' },
  { name: 'Slack: embedded, one process', isOnDiscord: false, servers: [] },
  { name: 'Slack: Postgres and Redis, chat and worker', isOnDiscord: false, servers: ['chat', 'worker'] },
  { name: 'Discord: discord.js alone', isOnDiscord: true, servers: 'bare' },
  { name: 'Discord: embedded, one process', isOnDiscord: true, servers: [] },
  { name: 'Discord: Postgres and Redis, chat and worker', isOnDiscord: true, servers: ['chat', 'worker'] },
];

async function measure(site: Site, { isOnDiscord, servers }: Setting, count: number): Promise<Waits> {
  const other = isOnDiscord ? await onDiscord(site) : undefined;
  const place = other === undefined ? slackOf(site) : discordOf(other.discord);
  const slowDown = () => {
    (other?.discord ?? site.slack).latencyMs = LATENCY_MS;
  };
  if (servers === 'bare') {
    const handler = await bare(site, isOnDiscord, other?.environment);
    slowDown();
    try {
      return await waitsOf(place, count);
    } finally {
      await handler.end();
    }
  }
  const database =
    servers.length > 0 ? { DATABASE_URL: await site.database(), REDIS_URL: site.redisUrl } : {};
  const environment = { ...other?.environment, ...database };
  for (const role of servers) await site.started(environment, { words: [role] });
  if (servers.length === 0) await site.started(environment);
  slowDown();
  return waitsOf(place, count);
}

/** The library alone, in a process of its own. */
function bare(
  site: Site,
  isOnDiscord: boolean,
  environment: Readonly<Record<string, string>> = {},
): Promise<Started> {
  const all = Object.entries({ ...site.environment, ...environment }).map(
    ([key, value]) => `${key}=${value}`,
  );
  const file = join(ROOT, `test/bench/bare-${isOnDiscord ? 'discord' : 'slack'}.ts`);
  return startSaying('/usr/bin/env', [...all, process.execPath, file]);
}

async function run({ isSmoke }: Size): Promise<Found> {
  const count = isSmoke ? 2 : 60;
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
  const rows: string[][] = [];
  const faults: string[] = [];
  let beside = [Number.NaN, Number.NaN];
  try {
    for (const setting of SETTINGS) {
      const site = await Site.open({ postgres, redis }, 100);
      const { ms, requests } = await measure(site, setting, count);
      await site.close();
      const waited = [percentile(ms, 0.5), percentile(ms, 0.99)];
      if (setting.servers === 'bare') beside = waited;
      const ratios = waited.map((value, i) => value / (beside[i] ?? Number.NaN));
      const worst = Math.max(...ratios);
      if (!isSmoke && worst > 2) faults.push(`${setting.name} takes ${worst.toFixed(2)} times as long`);
      const times = waited.map((value) => `${value.toFixed(0)} ms`);
      const besides = ratios.map((ratio) => ratio.toFixed(2)).join(', ');
      rows.push([setting.name, ...times, besides, `${percentile(requests, 0.5)}`]);
    }
  } finally {
    postgres.stop();
    redis.stop();
  }
  const columns = ['', 'p50', 'p99', 'both to the library alone', 'requests until then'];
  const notes = [
    `Every request is on its way for ${LATENCY_MS} ms. On Discord a thread is begun first, and the answer is posted there.`,
  ];
  return { columns, rows, notes, faults };
}

export const first: Bench = {
  name: 'first',
  measures:
    'How long it takes from a mention to the first message that is seen in its thread, beside the libraries for Slack and Discord alone, which do nothing but answer; and how many requests were made until then.',
  run,
};
