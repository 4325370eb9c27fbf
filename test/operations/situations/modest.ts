import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT } from '../../support/root.ts';
import { onServer, type Site } from '../site.ts';
import { situation } from '../situation.ts';

/** How long is listened to processes that have nothing to do. */
const IDLE_MS = 30_000;

/** After the start, in which migrations are looked at and what was missed is read. */
const SETTLE_MS = 8_000;

/** Those of the bot: this test asks, too. */
const STATEMENTS = `select coalesce(sum(calls), 0)::int as calls from pg_stat_statements
  where query not like '%pg_stat_%'`;

/** Some are asked once a minute, so the sum of half a minute is now more, now less. */
const MOST_A_SECOND = 2.2;

const CONNECTIONS = `select count(*)::int as count from pg_stat_activity
  where backend_type = 'client backend' and pid <> pg_backend_pid()`;

/** The most that a process may take by default, as docs/OPERATIONS.md says. */
const MOST_CONNECTIONS = 11;

/**
 * What is read only once it is used, and how many modules a process may read until it is ready: a start takes
 * the time of its modules.
 */
const FIRST_USED_LATER = /node_modules\/(gpt-tokenizer|openai|echarts|@resvg|@astral-sh|cheerio|hyparquet)\//;
const ROLES = [
  { words: ['chat'], most: 1_750, not: /node_modules\/(@electric-sql|@octokit|@modelcontextprotocol)\// },
  { words: ['worker'], most: 1_800, not: /node_modules\/(@electric-sql|@slack|discord\.js)\// },
  { words: [], most: 2_250, not: /node_modules\/discord\.js\// },
];

/** Starts a role; the modules that it has read by then. */
async function modulesOf(site: Site, words: readonly string[]): Promise<string[]> {
  const file = join(site.folder(), 'modules');
  const onServers = { DATABASE_URL: await site.database(), REDIS_URL: site.redisUrl };
  const options = ['-r', join(ROOT, 'test/operations/noting-modules.cjs')];
  const environment = { ...(words.length > 0 ? onServers : {}), MODULES_TO: file };
  const bot = await site.started(environment, { words, options });
  const read = readFileSync(file, 'utf8').trim().split('\n');
  await bot.stop();
  return read;
}

export const MODEST = [
  situation('a role reads its own modules until it is ready, and no library before its use', async (site) => {
    const counts: string[] = [];
    for (const { words, most, not } of ROLES) {
      const read = await modulesOf(site, words);
      const early = read.filter((url) => FIRST_USED_LATER.test(url) || not.test(url));
      assert.deepEqual(early, []);
      assert.ok(read.length <= most, `${words.join() || 'both'}: ${read.length} modules, more than ${most}`);
      counts.push(`${words.join() || 'both'} ${read.length}`);
    }
    return `modules read: ${counts.join(', ')}`;
  }),
  situation(
    'two chat and three worker processes at rest: some 2 statements a second, few connections',
    async (site) => {
      const [postgres, redis] = await Promise.all([
        site.ownPostgres(['shared_preload_libraries=pg_stat_statements', 'pg_stat_statements.track=top']),
        site.ownRedis(),
      ]);
      await onServer(postgres.url, 'create extension pg_stat_statements');
      const environment = { DATABASE_URL: postgres.url, REDIS_URL: redis.url };
      const roles = ['chat', 'chat', 'worker', 'worker', 'worker'];
      await Promise.all(roles.map((role) => site.started(environment, { words: [role] })));
      await site.answers();
      await sleep(SETTLE_MS);
      await onServer(postgres.url, 'select pg_stat_statements_reset()');
      await sleep(IDLE_MS);
      const [asked] = await onServer(postgres.url, STATEMENTS);
      const [connections] = await onServer(postgres.url, CONNECTIONS);
      const rate = Number(asked?.calls) / (IDLE_MS / 1000);
      const open = Number(connections?.count);
      if (rate >= MOST_A_SECOND) {
        const rows = await onServer(
          postgres.url,
          'select calls, left(query, 140) as query from pg_stat_statements order by calls desc limit 25',
        );
        assert.fail(`${rate.toFixed(2)} statements a second\n${JSON.stringify(rows, null, 1)}`);
      }
      assert.ok(open <= roles.length * MOST_CONNECTIONS);
      return `${rate.toFixed(2)} statements a second, ${open} connections`;
    },
  ),
  situation(
    'the first start of the embedded bot, which makes its database, stays below 450 MB',
    async (site) => {
      const bot = await site.started();
      const status = readFileSync(`/proc/${bot.child.pid}/status`, 'utf8');
      const peak = Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
      assert.ok(peak <= 450, `${peak.toFixed(0)} MB`);
      return `peak ${peak.toFixed(0)} MB`;
    },
  ),
];
