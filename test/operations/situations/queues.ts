import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { until } from '../../support/until.ts';
import { type Bot, TIMEOUT_MS } from '../bot.ts';
import { onServer, type Site } from '../site.ts';
import { situation } from '../situation.ts';

/** How long is listened to processes whose queues fail. */
const LISTEN_MS = 6_000;

/**
 * As many lines, of all kinds together, may a process print meanwhile. Without bounds they were thousands a
 * second.
 */
const MOST_LINES = 40;

const OUTAGE = 'A part of me can';

/** What breaks the queues for good, and mends them again. */
type Fault = { begin(): Promise<unknown>; end(): Promise<unknown> };

/**
 * Chat and worker work; then the queues fail. People are told once, the processes keep still, and all goes on
 * once the fault is over. Returns how many lines they printed.
 */
async function keepsStill(site: Site, environment: Record<string, string>, fault: Fault): Promise<string> {
  const bots = await Promise.all([
    site.started(environment, { words: ['chat'] }),
    site.started(environment, { words: ['worker'] }),
  ]);
  await site.answers();
  await fault.begin();
  site.model.script = () => ({ text: 'Aye, later.' });
  const asked = site.ask('and now?');
  await site.shows(asked, OUTAGE);
  site.slack.say('U0ADA', asked.channel, 'hello?', asked.ts);
  const counts = await Promise.all(bots.map((bot) => linesWithin(bot, LISTEN_MS)));
  assert.ok(Math.max(...counts) <= MOST_LINES, `${counts.join(' and ')} lines\n${site.describe()}`);
  const notes = site.slack.workspace
    .thread(asked.channel, asked.ts)
    .filter(({ text, bot_id }) => bot_id !== undefined && text.includes(OUTAGE));
  assert.equal(notes.length, 1);
  await fault.end();
  await site.shows(asked, 'Aye, later.');
  await until('the note is taken back', () => !site.shown(asked).includes(OUTAGE), TIMEOUT_MS);
  return `${counts.join(' and ')} lines in ${LISTEN_MS / 1000} s`;
}

async function linesWithin(bot: Bot, ms: number): Promise<number> {
  const before = bot.log.length + bot.stray.length + bot.said.length;
  await sleep(ms);
  assert.ok(bot.isRunning, bot.describe());
  return bot.log.length + bot.stray.length + bot.said.length - before;
}

/** Commands to a Redis, as its operator. */
async function command(url: string, ...words: readonly string[]): Promise<unknown> {
  const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null });
  redis.on('error', () => {}); // the rejected call tells
  try {
    await redis.connect();
    const [name = '', ...rest] = words;
    return await redis.call(name, ...rest);
  } finally {
    redis.disconnect();
  }
}

async function onRedis(site: Site, begin: readonly string[], end: readonly string[]): Promise<string> {
  const redis = await site.ownRedis();
  const environment = { DATABASE_URL: await site.database(), REDIS_URL: redis.url };
  return keepsStill(site, environment, {
    begin: () => command(redis.url, ...begin),
    end: () => command(redis.url, ...end),
  });
}

export const QUEUES = [
  situation('Redis becomes a replica that takes no writes: quiet, told once, goes on', (site) =>
    onRedis(site, ['replicaof', '127.0.0.1', '1'], ['replicaof', 'no', 'one']),
  ),
  situation('Redis is full: quiet, told once, goes on', (site) =>
    onRedis(site, ['config', 'set', 'maxmemory', '1'], ['config', 'set', 'maxmemory', '0']),
  ),
  situation('Redis wants a password from one moment to the next: quiet, told once, goes on', async (site) => {
    const redis = await site.ownRedis();
    const environment = { DATABASE_URL: await site.database(), REDIS_URL: redis.url };
    const authorised = redis.url.replace('redis://', 'redis://:other@');
    return keepsStill(site, environment, {
      async begin() {
        await command(redis.url, 'config', 'set', 'requirepass', 'other');
        await command(authorised, 'client', 'kill', 'type', 'normal');
      },
      end: () => command(authorised, 'config', 'set', 'requirepass', ''),
    });
  }),
  situation('Redis forbids scripts from one moment to the next: quiet, told once, goes on', (site) =>
    onRedis(
      site,
      ['acl', 'setuser', 'default', '-eval', '-evalsha'],
      ['acl', 'setuser', 'default', '+eval', '+evalsha'],
    ),
  ),
  situation('Redis is killed, and comes back empty: quiet, told once, goes on', async (site) => {
    const redis = await site.ownRedis();
    const environment = { DATABASE_URL: await site.database(), REDIS_URL: redis.url };
    return keepsStill(site, environment, { begin: async () => redis.kill(), end: () => redis.restart() });
  }),
  situation('Redis hangs: quiet, told once, goes on', async (site) => {
    const redis = await site.ownRedis();
    const environment = { DATABASE_URL: await site.database(), REDIS_URL: redis.url };
    return keepsStill(site, environment, {
      begin: async () => redis.freeze(),
      end: async () => redis.thaw(),
    });
  }),
  situation('what gives out jobs is missing on Postgres: quiet, told once, goes on', async (site) => {
    const url = await site.database();
    return keepsStill(
      site,
      { DATABASE_URL: url },
      {
        begin: () => onServer(url, 'alter function bullmq.move_to_active rename to gone'),
        end: () => onServer(url, 'alter function bullmq.gone rename to move_to_active'),
      },
    );
  }),
  situation('the tables of the queues are missing on Postgres: quiet, told once, goes on', async (site) => {
    const url = await site.database();
    return keepsStill(
      site,
      { DATABASE_URL: url },
      {
        begin: () => onServer(url, 'alter schema bullmq rename to gone'),
        end: () => onServer(url, 'alter schema gone rename to bullmq'),
      },
    );
  }),
];
