import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { runJob } from '../../support/scripts.ts';
import { until } from '../../support/until.ts';
import { TIMEOUT_MS } from '../bot.ts';
import { bothEnd, endsInTime } from '../endings.ts';
import type { Site } from '../site.ts';
import { situation } from '../situation.ts';

const CHAT = { words: ['chat'] };
const WORKER = { words: ['worker'] };

/** Chat and worker on servers of their own, both at work. */
async function atWork(site: Site) {
  const [postgres, redis] = await Promise.all([site.ownPostgres(), site.ownRedis()]);
  const environment = { DATABASE_URL: postgres.url, REDIS_URL: redis.url };
  const bots = await Promise.all([site.started(environment, CHAT), site.started(environment, WORKER)]);
  await site.answers();
  return { postgres, redis, bots, environment };
}

export const SHUTDOWN = [
  situation('SIGTERM while Redis is gone: both roles end in time', async (site) => {
    const { redis, bots } = await atWork(site);
    redis.kill();
    return bothEnd(bots);
  }),
  situation('SIGTERM while Redis hangs: both roles end in time', async (site) => {
    const { redis, bots } = await atWork(site);
    redis.freeze();
    return bothEnd(bots);
  }),
  situation('SIGTERM while Postgres is gone: both roles end in time', async (site) => {
    const { postgres, bots } = await atWork(site);
    postgres.kill();
    return bothEnd(bots);
  }),
  situation('SIGTERM while Postgres hangs: both roles end in time', async (site) => {
    const { postgres, bots } = await atWork(site);
    postgres.freeze();
    site.onClear(() => postgres.thaw());
    site.ask('and now?');
    return bothEnd(bots);
  }),
  situation(
    'SIGTERM while Postgres, which has the queues too, is gone: both roles end in time',
    async (site) => {
      const postgres = await site.ownPostgres();
      const environment = { DATABASE_URL: postgres.url };
      const bots = await Promise.all([site.started(environment, CHAT), site.started(environment, WORKER)]);
      await site.answers();
      postgres.kill();
      return bothEnd(bots);
    },
  ),
  situation('SIGTERM while Slack hangs in the middle of an answer: ends in time', async (site) => {
    const bot = await site.started();
    await site.answers();
    site.slack.disturb = () => 'hang';
    site.ask('and now?');
    await until(
      'a call hangs',
      () => site.slack.calls.some(({ error }) => error === 'no answer'),
      TIMEOUT_MS,
    );
    return endsInTime(bot);
  }),
  situation('SIGTERM while Slack is gone: ends in time', async (site) => {
    const bot = await site.started();
    await site.answers();
    await site.slack.close();
    return endsInTime(bot);
  }),
  situation('SIGTERM while the model hangs: ends in time, and another worker goes on', async (site) => {
    const environment = { DATABASE_URL: await site.database(), REDIS_URL: site.redisUrl };
    const [, bot] = await Promise.all([site.started(environment, CHAT), site.started(environment, WORKER)]);
    site.model.script = () => ({ hangs: true });
    const asked = site.ask('hello?');
    await until('the model is asked', () => site.model.requests.length > 0, TIMEOUT_MS);
    const took = await endsInTime(bot);
    site.model.script = () => ({ text: 'Here I am again.' });
    await site.started(environment, WORKER);
    await site.shows(asked, 'Here I am again.');
    return took;
  }),
  situation(
    'SIGTERM while a command of the agent runs: ends in time, and nothing of it is left',
    async (site) => {
      const folder = site.folder();
      chmodSync(folder, 0o755); // where the bot is root, its sandboxes are somebody else's
      const bot = await site.started({ DATABASE_URL: await site.database(), DATA_DIR: folder });
      const mark = `${300 + Math.floor(Math.random() * 1e6)}`;
      site.model.script = () => ({ calls: [{ name: 'bash', arguments: { command: `sleep ${mark}` } }] });
      const asked = site.ask('run something long');
      await until(
        () => `the command; the thread shows ${site.shown(asked)}`,
        () => runs(`sleep ${mark}`),
        TIMEOUT_MS,
      );
      const took = await endsInTime(bot);
      await until('the command is gone', () => !runs(`sleep ${mark}`), TIMEOUT_MS);
      return took;
    },
  ),
  situation('a second SIGTERM ends at once', async (site) => {
    const bot = await site.started({ HAND_OVER_SECONDS: '60' });
    site.model.script = () => ({ hangs: true });
    site.ask('hello?');
    await until('the model is asked', () => site.model.requests.length > 0, TIMEOUT_MS);
    bot.child.kill('SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.ok(bot.isRunning);
    const { afterMs } = await bot.stop();
    // A busy machine takes seconds for it; the first one waits a minute.
    assert.ok(afterMs < 20_000, `after ${afterMs} ms`);
  }),
  situation('SIGINT ends in order as well', async (site) => endsInTime(await site.started(), 'SIGINT')),
  situation('SIGTERM in the middle of the start ends with code 0', async (site) => {
    const postgres = await site.ownPostgres();
    postgres.freeze();
    site.onClear(() => postgres.thaw());
    const bot = site.bot({ DATABASE_URL: postgres.url });
    await bot.logs('starting');
    return endsInTime(bot);
  }),
  situation(
    'SIGTERM right after clicks: what was acknowledged is done, the others are told',
    async (site) => {
      const environment = { DATABASE_URL: await site.database(), REDIS_URL: site.redisUrl };
      const [chat] = await Promise.all([site.started(environment, CHAT), site.started(environment, WORKER)]);
      const asked = await askForJobs(site, 6);
      const cards = asked.map((message) => cardIn(site, message));
      const before = site.slack.receipts.length;
      for (const card of cards) site.slack.click('U0ADA', card, 'approve');
      const took = await endsInTime(chat);
      await until(
        'all clicks have an end',
        () => site.slack.receipts.length >= before + cards.length,
        TIMEOUT_MS,
      );
      const acknowledged = site.slack.receipts.slice(before).filter(({ isAcknowledged }) => isAcknowledged);
      await until(
        () => `${acknowledged.length} jobs; there are ${site.hub.jobs.length}`,
        () => site.hub.jobs.length === acknowledged.length,
        TIMEOUT_MS,
      );
      return `${took}, ${acknowledged.length} of ${cards.length} acknowledged`;
    },
  ),
];

/** Has so many threads ask for a job, and waits for their cards. */
async function askForJobs(site: Site, count: number) {
  site.model.script = (request) =>
    request.messages.at(-1)?.role === 'tool' ? { text: 'Done.' } : { calls: [runJob] };
  const asked = Array.from({ length: count }, (_, i) => site.ask(`job ${i}`));
  for (const message of asked) await site.shows(message, '"action_id":"approve"');
  return asked;
}

/** Whether a process with this command line is there. */
const runs = (command: string) => spawnSync('pgrep', ['-f', command]).status === 0;

function cardIn(site: Site, first: { channel: string; ts: string }) {
  const card = site.slack.workspace
    .thread(first.channel, first.ts)
    .find(({ blocks }) => JSON.stringify(blocks ?? []).includes('"action_id":"approve"'));
  if (card === undefined) throw new Error('there is no card');
  return card;
}
