import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { onServer } from '../site.ts';
import { situation } from '../situation.ts';

/** How long is listened to processes that have nothing to do. */
const IDLE_MS = 30_000;

/** After the start, in which migrations are looked at and what was missed is read. */
const SETTLE_MS = 8_000;

const STATEMENTS = 'select coalesce(sum(calls), 0)::int as calls from pg_stat_statements';
const CONNECTIONS = `select count(*)::int as count from pg_stat_activity
  where backend_type = 'client backend' and pid <> pg_backend_pid()`;

/** The most that a process may take by default, as docs/OPERATIONS.md says. */
const MOST_CONNECTIONS = 11;

export const MODEST = [
  situation(
    'two chat and three worker processes at rest: under 2 statements a second, few connections',
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
      if (rate >= 2) {
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
    'the first start of the embedded bot, which makes its database, stays below 1 GB',
    async (site) => {
      const bot = await site.started();
      const status = readFileSync(`/proc/${bot.child.pid}/status`, 'utf8');
      const peak = Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
      assert.ok(peak <= 1_024, `${peak.toFixed(0)} MB`);
      return `peak ${peak.toFixed(0)} MB`;
    },
  ),
];
