import assert from 'node:assert/strict';
import { freePort } from '../../support/free-port.ts';
import { until } from '../../support/until.ts';
import { TIMEOUT_MS } from '../bot.ts';
import type { Site } from '../site.ts';
import { situation } from '../situation.ts';

type Report = {
  status: string;
  roles: string[];
  parts: Record<string, { state: string; trouble?: string } | undefined>;
};

/** What a path of a health port says, as an orchestrator asks. */
async function ask(port: number, path: string): Promise<{ code: number; report: Report }> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(10_000) });
  return { code: response.status, report: (await response.json()) as Report };
}

const states = ({ parts }: Report) =>
  Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, part?.state]));

/** Waits until a process is ready or not, as asked for. */
async function untilReady(port: number, code: 200 | 503): Promise<Report> {
  const found = await until(
    `/readyz says ${code}`,
    () =>
      ask(port, '/readyz').then(
        (answer) => (answer.code === code ? answer : undefined),
        () => undefined,
      ),
    TIMEOUT_MS,
  );
  return found.report;
}

/** A process with a health port, which it is found by. */
async function withHealth(site: Site, environment: Record<string, string>, ...words: string[]) {
  const port = await freePort();
  const bot = site.bot({ ...environment, HEALTH_PORT: String(port) }, { words });
  return { port, bot };
}

export const HEALTH = [
  situation('health of the embedded bot: ready, with every part up', async (site) => {
    const { port } = await withHealth(site, {});
    const report = await untilReady(port, 200);
    assert.deepEqual(states(report), {
      record: 'up',
      queues: 'up',
      slack: 'up',
      terminal: 'up',
      tokens: 'up',
    });
    assert.deepEqual(report.roles, ['chat', 'worker']);
    assert.equal((await ask(port, '/healthz')).code, 200);
  }),
  situation('health of chat and worker: each its own, no secrets in it', async (site) => {
    const environment = { DATABASE_URL: await site.database(), REDIS_URL: site.redisUrl };
    const [chat, worker] = await Promise.all([
      withHealth(site, environment, 'chat'),
      withHealth(site, environment, 'worker'),
    ]);
    const reports = await Promise.all([untilReady(chat.port, 200), untilReady(worker.port, 200)]);
    assert.equal(reports[0].parts.slack?.state, 'up');
    assert.equal(reports[1].parts.slack, undefined);
    for (const report of reports) {
      for (const secret of Object.values(site.environment).filter((value) => /^(?:xox|xapp|hf_)/.test(value)))
        assert.ok(!JSON.stringify(report).includes(secret));
    }
  }),
  situation('health over HTTP mode and on Discord: ready', async (site) => {
    const discord = await site.discord();
    const environment = {
      SLACK_MODE: 'http',
      SLACK_SIGNING_SECRET: 'signing-secret',
      PORT: String(await freePort()),
      DISCORD_TOKEN: discord.token,
      DISCORD_API_URL: `${discord.url}/api`,
    };
    const { port } = await withHealth(site, environment);
    const report = await untilReady(port, 200);
    assert.equal(report.parts.slack?.state, 'up');
    assert.equal(report.parts.discord?.state, 'up');
  }),
  situation('health while Redis, Postgres and Slack come and go: says which', async (site) => {
    const [postgres, redis] = await Promise.all([site.ownPostgres(), site.ownRedis()]);
    const environment = { DATABASE_URL: postgres.url, REDIS_URL: redis.url };
    const { port, bot } = await withHealth(site, environment);
    await untilReady(port, 200);
    redis.kill();
    const withoutRedis = await untilReady(port, 503);
    assert.equal(withoutRedis.parts.queues?.state, 'down');
    assert.equal(withoutRedis.parts.record?.state, 'up');
    assert.equal((await ask(port, '/healthz')).code, 200);
    await redis.restart();
    await untilReady(port, 200);
    postgres.kill();
    assert.equal((await untilReady(port, 503)).parts.record?.state, 'down');
    await postgres.restart();
    await untilReady(port, 200);
    await site.slack.close();
    assert.equal((await untilReady(port, 503)).parts.slack?.state, 'down');
    assert.ok(bot.isRunning);
  }),
  situation('HEALTH_PORT is taken: says so', async (site) => {
    const { port } = await withHealth(site, {});
    await untilReady(port, 200);
    const second = site.bot({ HEALTH_PORT: String(port), DATA_DIR: site.folder() });
    assert.equal((await second.ends()).code, 1);
    assert.match(second.said, /^HEALTH_PORT \d+ is taken by another program/);
  }),
];
