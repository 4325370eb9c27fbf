import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { Bot } from '../operations/bot.ts';
import { ROOT } from '../support/root.ts';
import { type Service, startPostgres, startRedis } from '../support/services.ts';
import { until } from '../support/until.ts';
import { Ground } from './ground.ts';
import { cpuOfAll } from './processes.ts';

const POSTGRES = ['shared_preload_libraries=pg_stat_statements', 'shared_buffers=256MB'];
const HEAP = ['--expose-gc', '-r', join(ROOT, 'test/bench/tell-heap.cjs')];
const START_MS = 120_000;

export type Role = 'chat' | 'worker';

/** What every part did over some seconds: CPU as shares of a core, and statements of the bot a second. */
export type Load = { cpu: Readonly<Record<string, number>>; statements: number; seconds: number };

/**
 * The bot as an operator starts it, on a Postgres and a Redis of its own, beside doubles in a process apart.
 */
export class Installation {
  readonly ground: Ground;
  readonly postgres: Service;
  readonly redis: Service;
  readonly db: pg.Client;
  #bots: { role: Role; bot: Bot }[] = [];

  private constructor(ground: Ground, postgres: Service, redis: Service, db: pg.Client) {
    this.ground = ground;
    this.postgres = postgres;
    this.redis = redis;
    this.db = db;
    process.once('exit', () => {
      for (const { bot } of this.#bots) bot.child.kill('SIGKILL');
    });
    process.once('SIGTERM', () => process.exit(143)); // what was started ends with the run
  }

  static async open(rateFactor: number): Promise<Installation> {
    const [ground, postgres, redis] = await Promise.all([
      Ground.start(rateFactor),
      startPostgres(POSTGRES),
      startRedis(),
    ]);
    const db = new pg.Client({ connectionString: postgres.url, application_name: 'bench' });
    await db.connect();
    await db.query('create extension pg_stat_statements');
    return new Installation(ground, postgres, redis, db);
  }

  /** Starts processes, and waits until they are ready; `more` is told to them besides. */
  async start(roles: readonly Role[], more: Readonly<Record<string, string>> = {}): Promise<void> {
    for (const role of roles) {
      const environment = {
        ...this.ground.environment,
        HF_TOKEN: 'hf_benchbenchbench',
        HF_MCP: 'false',
        MODEL_ID: 'scripted/model',
        DATABASE_URL: this.postgres.url,
        REDIS_URL: this.redis.url,
        HOST: '127.0.0.1',
        ...more,
      };
      const bot = new Bot(environment, { words: [role], options: HEAP });
      this.#bots.push({ role, bot });
      await bot.logs('started', START_MS);
    }
  }

  async stop(): Promise<void> {
    for (const { bot } of this.#bots.splice(0)) {
      await bot.stop();
      await bot.remove();
    }
  }

  /** What each part takes while `work` is done. */
  async during(work: () => Promise<unknown>): Promise<Load> {
    const [cpu, statements, began] = [this.#cpu(), await this.#statements(), performance.now()];
    await work();
    const seconds = (performance.now() - began) / 1000;
    const after = this.#cpu();
    const share = ([part, value]: [string, number]) => [part, (value - (cpu[part] ?? 0)) / seconds] as const;
    return {
      cpu: Object.fromEntries(Object.entries(after).map(share)),
      statements: ((await this.#statements()) - statements) / seconds,
      seconds,
    };
  }

  /** What each part takes over some seconds in which nobody does anything. */
  atRest(seconds: number): Promise<Load> {
    return this.during(() => sleep(seconds * 1000));
  }

  /** What the bot's processes hold once what can be given back was, in kilobytes, by role. */
  async heap(): Promise<Record<Role, number>> {
    const all = { chat: 0, worker: 0 };
    for (const { role, bot } of this.#bots) {
      const told = () => [...bot.said.matchAll(/^heap ([\d.]+)$/gm)];
      const before = told().length;
      bot.child.kill('SIGUSR2');
      all[role] += Number((await until('the heap is told', () => told()[before]))[1]);
    }
    return all;
  }

  /** The statements that have taken most time since the last time that this was asked, dearest first. */
  async dearest(): Promise<string[]> {
    const { rows } = await this.db.query<{ calls: string; ms: number; query: string }>(
      `select calls, round(total_exec_time) as ms, left(regexp_replace(query, '\\s+', ' ', 'g'), 100) as query
        from pg_stat_statements order by total_exec_time desc limit 5`,
    );
    await this.db.query('select pg_stat_statements_reset()');
    return rows.map(({ calls, ms, query }) => `${calls} times, ${ms} ms: ${query}`);
  }

  async close(): Promise<void> {
    await this.stop();
    await this.db.end();
    this.ground.close();
    this.postgres.stop();
    this.redis.stop();
  }

  #cpu(): Record<string, number> {
    const all: Record<string, number> = {
      Postgres: cpuOfAll(this.postgres.pid()),
      Redis: cpuOfAll(this.redis.pid()),
      doubles: cpuOfAll(this.ground.pid),
    };
    for (const { role, bot } of this.#bots) all[role] = (all[role] ?? 0) + cpuOfAll(bot.child.pid ?? 0);
    return all;
  }

  async #statements(): Promise<number> {
    const { rows } = await this.db.query<{ n: string | null }>(
      "select sum(calls) as n from pg_stat_statements where query not like '%pg_stat_statements%'",
    );
    return Number(rows[0]?.n ?? 0);
  }
}

/** All of a load that is the bot's, its Postgres and its Redis: without the doubles. */
export const cores = ({ cpu: { doubles: _doubles, ...cpu } }: Load): number =>
  Object.values(cpu).reduce((sum, share) => sum + share, 0);
