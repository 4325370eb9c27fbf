import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openStorage } from '../../src/db/storage.ts';
import { sleep } from '../doubles/http.ts';
import { HubDouble } from '../doubles/hub.ts';
import { startModelDouble } from '../doubles/model.ts';
import { ROOT } from '../support/root.ts';
import { until } from '../support/until.ts';
import { attack, type Tally } from './adversary.ts';
import { violations } from './checker.ts';
import { Fleet } from './fleet.ts';
import { discordGround, slackGround } from './ground.ts';
import { People, type Request, script } from './people.ts';
import { Chance } from './random.ts';
import { startPostgres, startRedis } from './services.ts';

const LEASE_MS = 4_000;
/** Requests under way at once: as many as two cores and Slack's limits carry while things break. */
const BUSY = 12;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 100_000) },
    platform: { type: 'string', default: 'slack' },
  },
});

/** The bot under attack: ends with figures, and exit code 1 where a promise was broken. */
async function chaos(minutes: number, seed: number, platform: string): Promise<boolean> {
  const chance = new Chance(seed);
  const logs = join(ROOT, '.data', 'chaos');
  mkdirSync(logs, { recursive: true });
  const logFile = join(logs, `seed-${seed}-${Date.now()}.log`);
  process.stdout.write(`chaos on ${platform}: ${minutes} min, seed ${seed}, log ${logFile}\n`);

  const [postgres, redis, ground, hub] = await Promise.all([
    startPostgres(),
    startRedis(),
    platform === 'discord' ? discordGround() : slackGround(),
    HubDouble.start(),
  ]);
  const modelChance = chance.fork();
  const model = await startModelDouble(
    (request) => (modelChance.is(0.005) ? { error: { status: 503 } } : { ...script(request), delayMs: 150 }),
    { chunkMs: 2 },
  );
  const jobChance = chance.fork();
  hub.course = () => ({
    queueMs: jobChance.between(0, 1_500),
    runMs: jobChance.between(500, 6_000),
    lines: ['step 1', 'step 2', 'done'],
    stage: jobChance.is(0.85) ? 'COMPLETED' : 'ERROR',
  });
  const fleet = new Fleet(
    {
      ...ground.environment,
      HF_TOKEN: 'hf_chaoschaoschaos',
      HF_MCP: 'false',
      HF_ENDPOINT: hub.url,
      HF_DATASETS_SERVER: hub.url,
      MODEL_ID: 'scripted/model',
      MODEL_BASE_URL: model.baseUrl,
      DATABASE_URL: postgres.url,
      REDIS_URL: redis.url,
      JOB_POLL_SECONDS: '1',
      LEASE_SECONDS: String(LEASE_MS / 1000),
      SWEEP_SECONDS: '1',
      LOG_LEVEL: 'warn',
    },
    logFile,
  );
  for (const role of ['chat', 'worker', 'worker', 'chat', 'worker'] as const) fleet.add(role);
  await until('the bot is connected', ground.isConnected, 60_000);

  const people = new People(ground, chance.fork());
  const tally: Tally = {};
  const end = Date.now() + minutes * 60_000;
  const attacked = attack(
    { fleet, postgres, redis, ground, hub, leaseMs: LEASE_MS },
    chance.fork(),
    end,
    tally,
  );
  while (Date.now() < end) {
    if (people.waiting.length < BUSY) people.ask();
    people.look();
    await sleep(250);
  }
  await attacked;

  process.stdout.write('the attack is over; waiting for everything to be answered …\n');
  await until(
    () => `answers to ${people.waiting.map((request) => `#${request.id}`).join(' ')}`,
    () => {
      people.look();
      return people.waiting.length === 0;
    },
    180_000,
  ).catch((error: unknown) => process.stdout.write(`${error instanceof Error ? error.message : error}\n`));
  const storage = await openStorage({ databaseUrl: postgres.url, redisUrl: undefined, embedded: '' });
  const world = { ground, hub, model, people, db: storage.db };
  // Cards and status messages are brought up to date a moment after the answer.
  const found = await settled(() => violations(world), 60_000);
  const stuck = await fleet.stop();
  await storage.close();
  await Promise.all([ground.close(), hub.close(), model.close()]);
  postgres.stop();
  redis.stop();

  report(people, hub, tally, fleet, stuck, found);
  return found.length === 0;
}

/** Which request took longest, to be looked for in the logs. */
function slowestOf({ requests }: People): string {
  const took = ({ answeredAt = Date.now(), askedAt }: Request) => answeredAt - askedAt;
  const slowest = requests.reduce((a, b) => (took(b) > took(a) ? b : a));
  const asked = new Date(slowest.askedAt).toISOString();
  return ` (#${slowest.id}, a ${slowest.kind} in ${slowest.thread.channel}, asked at ${asked})`;
}

/** What is still wrong after waiting for it to come right. */
async function settled(look: () => Promise<string[]>, timeoutMs: number): Promise<string[]> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found.length === 0 || Date.now() > deadline) return found;
    await sleep(1_000);
  }
}

function report(
  people: People,
  hub: HubDouble,
  tally: Tally,
  fleet: Fleet,
  stuck: number,
  found: readonly string[],
): void {
  const waits = people.requests
    .map((r) => ((r.answeredAt ?? Date.now()) - r.askedAt) / 1000)
    .sort((a, b) => a - b);
  const share = (p: number) =>
    (waits[Math.min(waits.length - 1, Math.floor(waits.length * p))] ?? 0).toFixed(1);
  const threads = new Set(people.requests.map((request) => request.thread.id)).size;
  const lines = [
    `sessions ${threads}, requests ${people.requests.length}, jobs ${hub.jobs.length}, decisions ${people.clicks.size}`,
    ...Object.entries(tally).map(([name, count]) => `${name}: ${count}`),
    `processes that ended by themselves: ${fleet.crashes}; that had to be killed at the end: ${stuck}`,
    `seconds to an answer: median ${share(0.5)}, 95 % ${share(0.95)}, slowest ${share(1)}${slowestOf(people)}`,
    ...found.map((violation) => `VIOLATION ${violation}`),
    `violations: ${found.length}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

// An interrupted run takes what it started with it, as an ended one does.
process.on('SIGTERM', () => process.exit(143));
process.on('SIGINT', () => process.exit(130));
const isKept = await chaos(Number(values.minutes), Number(values.seed), values.platform);
process.exit(isKept ? 0 : 1);
