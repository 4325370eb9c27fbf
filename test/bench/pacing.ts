import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebClient } from '@slack/web-api';
import { createSlackOutbound } from '../../adapters/slack/outbound.ts';
import { sessions } from '../../src/db/schema/sessions.ts';
import { openStorage } from '../../src/db/storage.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/lib/log.ts';
import { createEngine } from '../../src/runtime/engine.ts';
import { createRenders, runRenders } from '../../src/runtime/renders.ts';
import * as record from '../../src/session/store/record.ts';
import { SlackDouble } from '../doubles/slack/server.ts';
import { BOT } from '../doubles/slack/workspace.ts';
import { ADA } from '../support/snapshots.ts';
import type { Bench, Found, Size } from './bench.ts';

/** Time runs so many times as fast: the limits of the double and of the bot are widened together. */
const SCALE = 4;
const CHANGE_MS = 400 / SCALE;
const SAMPLE_MS = 25;

type Measured = { threads: number; mean: number; p95: number; interval: number; refused: number };

async function measure(threads: number, leastMs: number): Promise<Measured> {
  const directory = mkdtempSync(join(tmpdir(), 'ml-intern-bench-'));
  const slack = await SlackDouble.start({ rateScale: SCALE });
  const storage = await openStorage({ databaseUrl: undefined, redisUrl: undefined, embedded: directory });
  const { db } = storage;
  const log = createLogger('silent', (text) => text);
  const engine = createEngine(storage.queues, 'bench', log);
  const client = new WebClient('xoxb-bench', {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
  });
  const outbound = createSlackOutbound(
    async () => client,
    async () => undefined,
    { rateFactor: SCALE, streaming: 'edits', asksFeedback: true },
  );
  const paced = { ...outbound, editIntervalMs: outbound.editIntervalMs / SCALE };
  const renders = createRenders(engine, log);
  runRenders(
    engine,
    {
      db,
      clock: systemClock,
      log,
      outboundOf: () => paced,
      leaseMs: 10_000,
    },
    16,
  );
  const all = await Promise.all(Array.from({ length: threads }, (_, i) => begin(i)));

  async function begin(i: number) {
    const channel = `C${i}`;
    slack.workspace.channels.add(channel);
    const first = slack.workspace.add({
      channel,
      thread_ts: undefined,
      user: 'U0ADA',
      bot_id: undefined,
      text: 'go',
      blocks: undefined,
      metadata: undefined,
    });
    const id = `s_${i}`;
    const address = { platform: 'slack', workspace: BOT.team_id, channel, thread: first.ts };
    await db.insert(sessions).values({ id, ...address, requester: ADA, state: { kind: 'running' } });
    await db.transaction('the bench', (tx) => record.openExchange(tx, id, 1, []));
    await renders.request(id);
    return { id, channel, ts: first.ts };
  }

  const rate = outbound.rates.edit.perMinute / 60; // deliveries a second
  const interval = Math.max((1_000 * threads) / rate, paced.editIntervalMs);
  const runMs = Math.max(leastMs, interval * 4);
  const began = performance.now();
  const warm = began + Math.max(leastMs / 4, interval * 1.5);
  const until = began + runMs + (warm - began);
  const ages: number[] = [];
  const writers = all.map(async ({ id }) => {
    while (performance.now() < until) {
      await db.transaction('the bench', (tx) =>
        record.setDraft(tx, id, { text: `at ${performance.now().toFixed(0)} it is here` }),
      );
      await renders.progress([id]);
      await systemClock.sleep(CHANGE_MS);
    }
  });
  const sampler = (async () => {
    while (performance.now() < until) {
      await systemClock.sleep(SAMPLE_MS);
      const now = performance.now();
      if (now < warm) continue;
      for (const { channel, ts } of all) {
        const shown = slack.workspace.thread(channel, ts).find((message) => message.bot_id !== undefined);
        const at = /at (\d+) it is here/.exec(JSON.stringify(shown?.blocks ?? ''))?.[1];
        if (at !== undefined) ages.push(now - Number(at));
      }
    }
  })();
  await Promise.all([...writers, sampler]);
  const refused = slack.calls.filter(({ error }) => error === 'ratelimited').length;
  await engine.close();
  await storage.close();
  await slack.close();
  rmSync(directory, { recursive: true, force: true });
  ages.sort((a, b) => a - b);
  return {
    threads,
    mean: ages.reduce((sum, age) => sum + age, 0) / ages.length,
    p95: ages[Math.floor(ages.length * 0.95)] ?? Number.NaN,
    interval,
    refused,
  };
}

const seconds = (ms: number) => `${((ms * SCALE) / 1000).toFixed(1)} s`;

async function run({ isSmoke }: Size): Promise<Found> {
  const rows: string[][] = [];
  for (const threads of isSmoke ? [1] : [1, 3, 10, 30, 100]) {
    const { mean, p95, interval, refused } = await measure(threads, isSmoke ? 1_000 : 8_000);
    const best = { mean: (interval + CHANGE_MS) / 2, p95: interval * 0.95 + CHANGE_MS / 2 };
    const beside = (age: number, least: number) =>
      `${seconds(age)} (best ${seconds(least)}, ratio ${(age / least).toFixed(2)})`;
    rows.push([String(threads), beside(mean, best.mean), beside(p95, best.p95), String(refused)]);
  }
  return {
    columns: ['busy threads', 'age on average', '95th percentile', 'refused (429)'],
    rows,
    notes: [
      'The best is a fair share: each of N threads edited every N / rate seconds, half of that old on average, 95 % of it at its 95th percentile, and a little more, because what is written down every 0.4 s is some 0.2 s old when it is shown.',
    ],
    faults: [],
  };
}

export const pacing: Bench = {
  name: 'pacing',
  measures:
    "How old what threads show is, when many are busy at once under Slack's limits, beside the best that the limits allow.",
  run,
};
