import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sleep } from '../doubles/http.ts';
import { HubDouble } from '../doubles/hub/server.ts';
import { startModelDouble } from '../doubles/model.ts';
import { ROOT } from '../support/root.ts';
import { until } from '../support/until.ts';
import { live, type Time } from '../support/virtual-time.ts';
import { attack, type Tally } from './adversary.ts';
import { keepCalm, slopesTable } from './calm.ts';
import { violations } from './checker.ts';
import { DiscordGround } from './discord-ground.ts';
import { Fleet } from './fleet.ts';
import type { Ground } from './ground.ts';
import { People, type Request, script } from './people.ts';
import { placeOf } from './place.ts';
import { missing, type Ran, ran } from './ran.ts';
import { Chance } from './random.ts';
import { SlackGround } from './slack-ground.ts';
import { LEAST_MINUTES } from './slopes.ts';

/** Requests under way at once: as many as two cores and Slack's limits carry while things break. */
const BUSY = { one: 4, many: 12 };
/** How many times as fast as the machine's the clock runs while the bot is attacked. */
const FACTOR = 2;
/** What the config says by default, by the machine's clock. */
const LEASE_MS = 10_000 / FACTOR;
/** The first start of an embedded record makes the database. */
const CONNECTED_MS = 180_000;
const ANSWERED_MS = 240_000;
/** How long a process that runs may take to bring threads up to date, and how often it is looked for that. */
const SETTLING_MS = 12_000;
const LOOKS = 6;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 100_000) },
    platform: { type: 'string', default: 'slack' },
    storage: { type: 'string', default: 'postgres+redis' },
    /** Nothing is attacked: a few requests at a time, for long, and what must not grow is measured. */
    calm: { type: 'boolean', default: false },
    /** A file for what grew how. */
    found: { type: 'string' },
  },
});

type Options = {
  minutes: number;
  seed: number;
  platform: string;
  storage: string;
  isCalm: boolean;
  found: string | undefined;
};

/** The bot under attack: ends with figures, and exit code 1 where a promise was broken. */
async function chaos(options: Options): Promise<boolean> {
  const { minutes, seed, isCalm } = options;
  const chance = new Chance(seed);
  const field = await prepared(options, chance);
  await until('the bot is connected', () => field.ground.isConnected(), CONNECTED_MS);
  const people = new People(field.ground, chance.fork());
  const tally: Tally = {};
  const forMs = minutes * 60_000;
  const problems = isCalm
    ? await leftAlone(field, people, forMs, options.found)
    : await attacked(field, people, chance.fork(), forMs, tally);
  await answered(people);

  const { ground, hub, model, fleet, place } = field;
  const look = () => place.read(fleet, (db) => violations({ ground, hub, model, people, db }));
  problems.push(...(await settled(look, ground)));
  const counts = await place.read(fleet, ran);
  if (!isCalm || minutes >= LEAST_MINUTES) problems.push(...missing(counts));
  const stuck = await fleet.stop();
  await Promise.all([ground.close(), hub.close(), model.close()]);
  place.close();

  report({ people, hub, tally, fleet, stuck, counts, problems });
  return problems.length === 0;
}

type Field = Awaited<ReturnType<typeof prepared>>;

/** The doubles, the storage, and the processes of the bot among them. */
async function prepared({ minutes, seed, platform, storage, isCalm }: Options, chance: Chance) {
  const logs = join(ROOT, '.data', 'chaos');
  mkdirSync(logs, { recursive: true });
  const logFile = join(logs, `seed-${seed}-${Date.now()}.log`);
  const what = isCalm ? 'calm' : 'chaos';
  say(`${what} on ${platform}, ${storage}: ${minutes} min, seed ${seed}, log ${logFile}`);

  const time: Time = { startedAt: Date.now(), factor: isCalm ? 1 : FACTOR, ahead: 0 };
  live(time); // of the doubles, too
  const [place, ground, hub] = await Promise.all([
    placeOf(storage),
    platform === 'discord' ? DiscordGround.start() : SlackGround.start(),
    HubDouble.start(),
  ]);
  const model = await modelFor(chance.fork());
  course(hub, chance.fork());
  const environment = {
    ...ground.environment,
    HF_TOKEN: 'hf_chaoschaoschaos',
    HF_MCP: 'false',
    HF_ENDPOINT: hub.url,
    HF_DATASETS_SERVER: hub.url,
    MODEL_ID: 'scripted/model',
    MODEL_BASE_URL: model.baseUrl,
    LOG_LEVEL: process.env.CHAOS_LOG_LEVEL ?? 'warn',
    ...place.environment,
  };
  const fleet = new Fleet(environment, time, logFile);
  for (const job of isCalm ? place.few : place.jobs) fleet.add(job);
  return { place, ground, hub, model, fleet };
}

/** A little work for long: what grew with it, and what came late. */
async function leftAlone(
  { fleet, place }: Field,
  people: People,
  forMs: number,
  found: string | undefined,
): Promise<string[]> {
  const gauge = place.gauge();
  const calm = await keepCalm({ fleet, people, gauge, forMs, say });
  await gauge.close();
  say(slopesTable(calm).join('\n'));
  if (found !== undefined) writeFileSync(found, JSON.stringify(calm));
  return calm.problems;
}

/** As much work as there can be, while everything breaks. */
async function attacked(
  { fleet, place, ground, hub }: Field,
  people: People,
  chance: Chance,
  forMs: number,
  tally: Tally,
): Promise<string[]> {
  const targets = { fleet, services: place.services, ground, people, hub, leaseMs: LEASE_MS };
  let isUnderAttack = true;
  const problems = attack(targets, chance, forMs, tally).finally(() => {
    isUnderAttack = false;
  });
  const busy = place.jobs.length === 1 ? BUSY.one : BUSY.many;
  while (isUnderAttack) {
    if (people.busy.length < busy) people.ask();
    people.order();
    people.look();
    await sleep(250);
  }
  return [...(await problems)];
}

/** Waits until every request has its answer; what has none is told, and found by the checks. */
async function answered(people: People): Promise<void> {
  people.finish();
  say('waiting for everything to be answered …');
  await until(
    () => `answers to ${people.waiting.map((request) => `#${request.id}`).join(' ')}`,
    () => {
      people.look();
      return people.waiting.length === 0;
    },
    ANSWERED_MS,
  ).catch((error: unknown) => say(error instanceof Error ? error.message : String(error)));
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

function modelFor(chance: Chance) {
  return startModelDouble(
    (request) => (chance.is(0.005) ? { error: { status: 503 } } : { ...script(request), delayMs: 150 }),
    { chunkMs: 2 },
  );
}

function course(hub: HubDouble, chance: Chance): void {
  hub.course = () => ({
    queueMs: chance.between(0, 1_500 * FACTOR),
    runMs: chance.is(0.1) ? chance.between(15_000, 60_000) : chance.between(1_000, 12_000),
    lines: ['step 1', 'step 2', 'done'],
    stage: chance.is(0.85) ? 'COMPLETED' : 'ERROR',
  });
}

/**
 * What is still wrong after waiting for it to come right: threads are brought up to date a moment after the
 * answer.
 */
async function settled(look: () => Promise<string[]>, ground: Ground): Promise<string[]> {
  for (let i = 1; ; i++) {
    await until('the bot is connected', () => ground.isConnected(), CONNECTED_MS);
    await sleep(SETTLING_MS);
    const found = await look();
    if (found.length === 0 || i === LOOKS) return found;
  }
}

type Outcome = {
  people: People;
  hub: HubDouble;
  tally: Tally;
  fleet: Fleet;
  stuck: number;
  counts: Ran;
  problems: readonly string[];
};

function report({ people, hub, tally, fleet, stuck, counts, problems }: Outcome): void {
  const waits = people.requests
    .filter(({ isForgotten }) => !isForgotten)
    .map(waitOf)
    .sort((a, b) => a - b);
  const share = (p: number) =>
    (waits[Math.min(waits.length - 1, Math.floor(waits.length * p))] ?? 0).toFixed(1);
  const threads = new Set(people.requests.map((request) => request.thread.id)).size;
  const lines = [
    `sessions ${threads}, requests ${people.requests.length}, jobs ${hub.jobs.length}, decisions ${people.clicks.size}`,
    ...Object.entries(tally).map(([name, count]) => `${name}: ${count}`),
    `ran: ${Object.entries(counts)
      .map(([kind, count]) => `${kind} ${count}`)
      .join(', ')}`,
    `processes that ended by themselves: ${fleet.crashes}; that had to be killed at the end: ${stuck}`,
    `seconds to an answer: median ${share(0.5)}, 95 % ${share(0.95)}, slowest ${share(1)}${slowestOf(people)}`,
    ...problems.map((problem) => `VIOLATION ${problem}`),
    `violations: ${problems.length}`,
  ];
  say(lines.join('\n'));
}

const waitOf = ({ answeredAt = performance.now(), askedAt }: Request): number =>
  (answeredAt - askedAt) / 1000;

/** Which request took longest, to be looked for in the logs. */
function slowestOf({ requests }: People): string {
  const slowest = requests
    .filter(({ isForgotten }) => !isForgotten)
    .reduce<Request | undefined>((a, b) => (a && waitOf(a) >= waitOf(b) ? a : b), undefined);
  return slowest ? ` (#${slowest.id}, a ${slowest.kind} in ${slowest.thread.channel})` : '';
}

// An interrupted run takes what it started with it, as an ended one does.
process.on('SIGTERM', () => process.exit(143));
process.on('SIGINT', () => process.exit(130));
const isKept = await chaos({
  minutes: Number(values.minutes),
  seed: Number(values.seed),
  platform: values.platform,
  storage: values.storage,
  isCalm: values.calm,
  found: values.found,
});
process.exit(isKept ? 0 : 1);
