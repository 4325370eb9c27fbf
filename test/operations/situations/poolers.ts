import assert from 'node:assert/strict';
import type { Service } from '../../support/services.ts';
import { inDatabase, onServer, type Site } from '../site.ts';
import { situation } from '../situation.ts';

const CHAT = { words: ['chat'] };
const WORKER = { words: ['worker'] };

/** Chat and worker start with this environment and answer in a thread, and nothing goes wrong meanwhile. */
async function answersWith(site: Site, environment: Record<string, string>): Promise<void> {
  const bots = await Promise.all([site.started(environment, CHAT), site.started(environment, WORKER)]);
  await site.answers();
  for (const bot of bots) {
    const complaints = bot.log.filter(({ level }) => Number(level) >= 40);
    assert.deepEqual(complaints, []);
  }
}

/** What a process with this environment says before it ends with code 1. */
async function refusal(site: Site, environment: Record<string, string>): Promise<string> {
  const bot = site.bot(environment);
  assert.equal((await bot.ends()).code, 1);
  return bot.said;
}

/**
 * A database of this situation's own on the shared server, by the server's URL and by that of a pooler before
 * it.
 */
async function pooled(site: Site, mode: string, ...settings: string[]) {
  const direct = await site.database();
  const pooler = await site.pooler(site.postgres, [`pool_mode = ${mode}`, ...settings]);
  return { direct, url: through(pooler, direct), pooler };
}

function through(pooler: Service, url: string): string {
  return inDatabase(pooler.url, new URL(url).pathname.slice(1));
}

function withOptions(url: string, options: string): string {
  return `${url}?options=${encodeURIComponent(options)}`;
}

const HOSTILE =
  '-c search_path=public -c statement_timeout=45s -c timezone=Asia/Kolkata -c application_name=ours';

export const POOLERS = [
  situation('options= in DATABASE_URL: both roles answer, and the options hold', async (site) => {
    const url = await site.database();
    await answersWith(site, { DATABASE_URL: withOptions(url, HOSTILE) });
    const named = await onServer(
      url,
      "select pid from pg_stat_activity where datname = current_database() and application_name = 'ours'",
    );
    assert.ok(named.length > 0);
  }),
  situation('options= in DATABASE_URL, queues on Redis: both roles answer', async (site) => {
    const url = withOptions(await site.database(), HOSTILE);
    await answersWith(site, { DATABASE_URL: url, REDIS_URL: site.redisUrl });
  }),
  situation('a search path that the database sets for everybody: both roles answer', async (site) => {
    const url = await site.database();
    const name = new URL(url).pathname.slice(1);
    await onServer(url, `alter database ${name} set search_path = 'nowhere'`);
    await answersWith(site, { DATABASE_URL: url });
  }),
  situation('PgBouncer in session mode: both roles answer', async (site) => {
    const { url } = await pooled(site, 'session');
    await answersWith(site, { DATABASE_URL: url });
  }),
  situation('PgBouncer in transaction mode, queues on Redis: both roles answer', async (site) => {
    const { url } = await pooled(site, 'transaction');
    await answersWith(site, { DATABASE_URL: url, REDIS_URL: site.redisUrl });
  }),
  situation(
    'PgBouncer in transaction mode that takes turns, queues on Redis: both roles answer',
    async (site) => {
      const { url } = await pooled(site, 'transaction', 'server_round_robin = 1', 'default_pool_size = 3');
      await answersWith(site, { DATABASE_URL: url, REDIS_URL: site.redisUrl });
    },
  ),
  situation('PgBouncer in transaction mode and DATABASE_DIRECT_URL: both roles answer', async (site) => {
    const { url, direct } = await pooled(site, 'transaction');
    await answersWith(site, { DATABASE_URL: url, DATABASE_DIRECT_URL: direct });
  }),
  situation('PgBouncer in transaction mode alone: says that DATABASE_DIRECT_URL is missing', async (site) => {
    const { url } = await pooled(site, 'transaction');
    assert.match(
      await refusal(site, { DATABASE_URL: url }),
      /^DATABASE_URL leads through a pooler that shares sessions .* set DATABASE_DIRECT_URL .*REDIS_URL\.$/,
    );
  }),
  situation(
    'PgBouncer in transaction mode that takes turns: says that DATABASE_DIRECT_URL is missing',
    async (site) => {
      const { url } = await pooled(site, 'transaction', 'server_round_robin = 1', 'min_pool_size = 4');
      assert.match(await refusal(site, { DATABASE_URL: url }), /set DATABASE_DIRECT_URL/);
    },
  ),
  situation('DATABASE_DIRECT_URL leads through the pooler too: says so', async (site) => {
    const { url } = await pooled(site, 'transaction');
    assert.match(
      await refusal(site, { DATABASE_URL: url, DATABASE_DIRECT_URL: url }),
      /^DATABASE_DIRECT_URL leads through a pooler/,
    );
  }),
  situation('DATABASE_DIRECT_URL leads to another database: says so', async (site) => {
    const { url } = await pooled(site, 'transaction');
    assert.match(
      await refusal(site, { DATABASE_URL: url, DATABASE_DIRECT_URL: await site.database() }),
      /^DATABASE_DIRECT_URL leads to another database than DATABASE_URL/,
    );
  }),
  situation('DATABASE_DIRECT_URL without DATABASE_URL: says so', async (site) => {
    assert.match(
      await refusal(site, { DATABASE_DIRECT_URL: await site.database() }),
      /^DATABASE_URL is not set, but DATABASE_DIRECT_URL is/,
    );
  }),
  situation('PgBouncer that takes no options=: says what to do', async (site) => {
    const { url } = await pooled(site, 'transaction');
    const environment = { DATABASE_URL: withOptions(url, HOSTILE), REDIS_URL: site.redisUrl };
    assert.match(await refusal(site, environment), /^DATABASE_URL has "options", .*pooler .*refuses/);
  }),
  situation('PgBouncer in statement mode: says that it takes no transactions', async (site) => {
    const { url } = await pooled(site, 'statement');
    const said = await refusal(site, { DATABASE_URL: url, REDIS_URL: site.redisUrl });
    assert.match(said, /^DATABASE_URL leads through a pooler in statement mode/);
  }),
];
