import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { z } from 'zod';
import { HubDouble } from '../doubles/hub/server.ts';
import { SlackDouble } from '../doubles/slack/server.ts';
import { ROOT } from '../support/root.ts';
import { startPostgres, startRedis } from '../support/services.ts';

/** What those that are measured talk to: each has a process of its own, or this one. */
export type Servers = Awaited<ReturnType<typeof startServers>>;

/** What has been asked of Postgres so far; undefined where it does not count. */
export type Counts = { queries: number; commits: number };

const COUNTED = 'pg_stat_statements';

/** Postgres as an operator has it, on a disk and with every commit there before it is answered. */
async function startRecord() {
  const durable = ['fsync=on', 'shared_buffers=128MB'];
  const preload = `shared_preload_libraries=${COUNTED}`;
  const postgres = await startPostgres([...durable, preload], tmpdir());
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  await client.query(`create extension ${COUNTED}`);
  return { postgres, client };
}

async function startModel(): Promise<{ child: ChildProcess; url: string }> {
  const child = fork(join(ROOT, 'test/bench/instant-model.ts'));
  const [{ url }] = (await once(child, 'message')) as [{ url: string }];
  return { child, url };
}

const Ended = z.object({ askedAt: z.array(z.number()), refused: z.array(z.string()) });

export async function startServers() {
  const [{ postgres, client }, redis, hub, slack, model] = await Promise.all([
    startRecord(),
    startRedis(),
    HubDouble.start(),
    SlackDouble.start({ rateScale: 1 }),
    startModel(),
  ]);
  return {
    slack,
    redisUrl: redis.url,
    hubUrl: hub.url,
    modelUrl: `${model.url}/v1`,
    /** A new, empty database: its URL. */
    async database(): Promise<string> {
      const name = `bench_${randomBytes(6).toString('hex')}`;
      await client.query(`create database ${name}`);
      return Object.assign(new URL(postgres.url), { pathname: `/${name}` }).toString();
    },
    /** Statements in this database, and transactions anywhere that have written something. */
    async counts(url: string): Promise<Counts> {
      const { rows } = await client.query(
        `select coalesce(sum(calls), 0)::int as queries,
           pg_snapshot_xmax(pg_current_snapshot())::text::int as commits
         from ${COUNTED} join pg_database on dbid = pg_database.oid where datname = $1`,
        [new URL(url).pathname.slice(1)],
      );
      return rows[0];
    },
    /** When each answer of a run was asked for, in milliseconds, once the last one has been. */
    async ended(run: string, signal: AbortSignal): Promise<number[]> {
      const response = await fetch(`${model.url}/runs/${run}`, { signal });
      const { askedAt, refused } = Ended.parse(await response.json());
      if (refused.length > 0) throw new Error(`the model has turned down: ${refused.join('; ')}`);
      return askedAt;
    },
    async close(): Promise<void> {
      model.child.disconnect();
      await Promise.all([client.end(), hub.close(), slack.close()]);
      postgres.stop();
      redis.stop();
    },
  };
}
