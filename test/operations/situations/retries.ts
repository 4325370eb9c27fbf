import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { runJob } from '../../support/scripts.ts';
import type { Service } from '../../support/services.ts';
import { until } from '../../support/until.ts';
import { TIMEOUT_MS } from '../bot.ts';
import type { Site } from '../site.ts';
import { situation } from '../situation.ts';

/** How long is counted how often somebody who is gone is asked. */
const LISTEN_MS = 30_000;

/** As often may two processes ask one of them meanwhile. */
const MOST = { postgres: 120, redis: 90, slack: 20, hub: 30, mcp: 12 };

/** Counts who connects to a port, and takes nothing. */
async function refusing(site: Site, port: number): Promise<{ port: number; attempts(): number }> {
  let attempts = 0;
  const server = createServer((socket) => {
    attempts++;
    socket.destroy();
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  site.onClear(() => server.close());
  const address = server.address();
  return { port: address instanceof Object ? address.port : 0, attempts: () => attempts };
}

async function inPlaceOf(site: Site, service: Service) {
  service.kill();
  return until('its port is free', () => refusing(site, service.port).catch(() => undefined), TIMEOUT_MS);
}

/** How much a number grows while nobody does anything. */
async function growth(count: () => number): Promise<number> {
  const before = count();
  await sleep(LISTEN_MS);
  return count() - before;
}

function checked(who: keyof typeof MOST, attempts: number): string {
  assert.ok(attempts <= MOST[who], `${who} was asked ${attempts} times in ${LISTEN_MS / 1000} s`);
  return `${attempts} in ${LISTEN_MS / 1000} s`;
}

/** Chat and worker, with a thread in which the agent is at work. */
async function atWork(site: Site, environment: Record<string, string>): Promise<void> {
  await Promise.all([
    site.started(environment, { words: ['chat'] }),
    site.started(environment, { words: ['worker'] }),
  ]);
  await site.answers();
  site.model.script = () => ({ hangs: true });
  const { length } = site.model.requests;
  site.ask('and now?');
  await until('the model is asked', () => site.model.requests.length > length, TIMEOUT_MS);
}

/** Whoever is gone is asked seldom, and never by a loop that turns as fast as it can: counts, not times. */
export const RETRIES = [
  situation('Postgres is gone while the agent works: it is asked seldom', async (site) => {
    const postgres = await site.ownPostgres();
    await atWork(site, { DATABASE_URL: postgres.url, REDIS_URL: site.redisUrl });
    const { attempts } = await inPlaceOf(site, postgres);
    return checked('postgres', await growth(attempts));
  }),
  situation('Redis is gone while the agent works: it is asked seldom', async (site) => {
    const redis = await site.ownRedis();
    await atWork(site, { DATABASE_URL: await site.database(), REDIS_URL: redis.url });
    const { attempts } = await inPlaceOf(site, redis);
    return checked('redis', await growth(attempts));
  }),
  situation(
    'Slack takes no message: it is asked seldom, and the thread is whole afterwards',
    async (site) => {
      await site.started({ DATABASE_URL: await site.database() });
      await site.answers();
      site.slack.disturb = (method) => (method.startsWith('chat.') ? 503 : undefined);
      site.model.script = () => ({ text: 'Aye, in the end.' });
      const asked = site.ask('and now?');
      const failed = () => site.slack.calls.filter(({ error }) => error === 'status 503').length;
      await until('a message was refused', () => failed() > 0, TIMEOUT_MS);
      const figure = checked('slack', await growth(failed));
      site.slack.disturb = () => undefined;
      await site.shows(asked, 'Aye, in the end.');
      return figure;
    },
  ),
  situation('the Hub is gone while a job is followed: it is asked seldom', async (site) => {
    await site.started({ DATABASE_URL: await site.database(), JOB_POLL_SECONDS: '2' });
    site.hub.course = () => ({ queueMs: 0, runMs: 0, lines: ['step 1'] });
    site.model.script = ({ messages }) =>
      messages.at(-1)?.role === 'tool' ? { text: 'Done.' } : { calls: [runJob] };
    const asked = site.ask('run it');
    await site.shows(asked, '"action_id":"approve"');
    const card = site.slack.workspace
      .thread(asked.channel, asked.ts)
      .find(({ blocks }) => JSON.stringify(blocks ?? []).includes('"action_id":"approve"'));
    assert.ok(card);
    site.slack.click('U0ADA', card, 'approve');
    await until(
      'its log is read',
      () => site.hub.requests.some(({ path }) => path.endsWith('/logs')),
      TIMEOUT_MS,
    );
    site.hub.disturb = () => 503;
    site.hub.cutStreams();
    await sleep(10_000); // the first attempts are quick ones
    return checked('hub', await growth(() => site.hub.requests.length));
  }),
  situation('an MCP server refuses every connection: it is asked seldom', async (site) => {
    const { port, attempts } = await refusing(site, 0);
    await site.started({
      DATABASE_URL: await site.database(),
      HF_MCP: 'true',
      HF_MCP_URL: `http://127.0.0.1:${port}/mcp`,
    });
    await until('it is asked', () => attempts() > 0, TIMEOUT_MS);
    return checked('mcp', await growth(attempts));
  }),
];
