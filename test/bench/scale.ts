import { Redis } from 'ioredis';
import { bareJobsPerSecond } from './bare-queue.ts';
import { type Bench, type Found, type Size, spread } from './bench.ts';
import type { Asked } from './ground.ts';
import { cores, Installation, type Load, type Role } from './installation.ts';

const PARTS = ['chat', 'worker', 'Postgres', 'Redis', 'doubles'] as const;

/** Slack's limits are widened so far that nothing waits for them. */
const NO_LIMITS = 1_000;

type Measured = {
  name: string;
  roles: readonly Role[];
  perSecond: number[];
  load: Load;
  /** What one answer took: statements, jobs of queues, calls of Slack, bytes of the record. */
  each: Record<'statements' | 'jobs' | 'calls' | 'bytes', number>;
  count: number;
};

const fleet = (chats: number, workers: number): Role[] => [
  ...Array.from({ length: chats }, () => 'chat' as const),
  ...Array.from({ length: workers }, () => 'worker' as const),
];

/** Asks so many things at once, some times over, and what that took of everything. */
async function measure(roles: readonly Role[], what: Asked, size: Size): Promise<Measured> {
  const [warm, count, rounds] = size.isSmoke ? [2, 5, 1] : [100, 300, 3];
  const installation = await Installation.open(NO_LIMITS);
  const redis = new Redis(installation.redis.url);
  const { ground } = installation;
  try {
    await installation.start(roles);
    await ground.ask(what, warm, 'together');
    const before = await takenOf(installation, redis);
    const perSecond: number[] = [];
    const load = await installation.during(async () => {
      for (let round = 0; round < rounds; round++) {
        const { all } = await ground.ask(what, count, 'together');
        perSecond.push((count / all) * 1000);
      }
    });
    const after = await takenOf(installation, redis);
    const asked = count * rounds;
    const name = `${roles.filter((role) => role === 'worker').length} workers`;
    return {
      name,
      roles,
      perSecond,
      load,
      count: asked,
      each: {
        statements: (load.statements * load.seconds) / asked,
        jobs: (after.jobs - before.jobs) / asked,
        calls: (after.calls - before.calls) / asked,
        bytes: (after.bytes - before.bytes) / asked,
      },
    };
  } finally {
    redis.disconnect();
    await installation.close();
  }
}

/** What has been taken since the beginning. */
async function takenOf({ ground, db }: Installation, redis: Redis) {
  const counters = (await redis.keys('*')).filter((key) => /:(?:turns|renders):id$/.test(key));
  const made = await Promise.all(counters.map((key) => redis.get(key)));
  const { rows } = await db.query<{ bytes: string }>('select pg_database_size(current_database()) as bytes');
  return {
    jobs: made.reduce((sum, value) => sum + Number(value), 0),
    calls: (await ground.calls()).count,
    bytes: Number(rows[0]?.bytes),
  };
}

/** Milliseconds of the processor that one answer takes in a part. */
const msOf = ({ load, count }: Measured, part: string): number =>
  ((load.cpu[part] ?? 0) * load.seconds * 1000) / count;

async function run(size: Size): Promise<Found> {
  const fleets = size.isSmoke ? [fleet(1, 1)] : [fleet(1, 1), fleet(1, 2), fleet(1, 4), fleet(2, 4)];
  const all: Measured[] = [];
  for (const roles of fleets) all.push(await measure(roles, 'talk', size));
  const looked = await measure(fleet(1, 1), 'look', size);
  const [first] = all;
  if (first === undefined) throw new Error('nothing was measured');
  const bare: number[] = [];
  for (const { roles } of all) bare.push(await besideOf(roles, first.each.jobs, size));
  const row = (one: Measured, i: number) => [
    nameOf(one.roles),
    spread(one.perSecond, '', 1),
    bare[i] === undefined ? '' : bare[i].toFixed(0),
    ...PARTS.map((part) => (one.load.cpu[part] ?? 0).toFixed(2)),
    (cores(one.load) + (one.load.cpu.doubles ?? 0)).toFixed(2),
  ];
  return {
    columns: ['processes', 'answers a second', 'BullMQ alone', ...PARTS, 'all'],
    rows: [...all.map(row), [`${nameOf(looked.roles)}, two look-ups`, ...row(looked, -1).slice(1)]],
    notes: notesOf(first, looked),
    faults: [],
    costs: costsOf(first, looked),
  };
}

const nameOf = (roles: readonly Role[]): string => {
  const count = (role: Role) => roles.filter((one) => one === role).length;
  return `${count('chat')} chat, ${count('worker')} worker`;
};

/** How many times a second BullMQ alone does as many jobs as an answer takes. */
async function besideOf(roles: readonly Role[], jobs: number, { isSmoke }: Size): Promise<number> {
  const installation = await Installation.open(NO_LIMITS);
  const processes = roles.filter((role) => role === 'worker').length;
  const perSecond = await bareJobsPerSecond(installation.redis.url, processes, isSmoke ? 50 : 10_000);
  await installation.close();
  return perSecond / jobs;
}

function notesOf(talk: Measured, look: Measured): string[] {
  const ms = (one: Measured) => PARTS.map((part) => `${part} ${msOf(one, part).toFixed(1)}`).join(', ');
  const { statements, jobs, calls, bytes } = talk.each;
  return [
    `Milliseconds of the processor for an answer of one step: ${ms(talk)}; of two steps, with two look-ups in the first: ${ms(look)}.`,
    `An answer of one step takes ${statements.toFixed(0)} statements, ${jobs.toFixed(1)} jobs of queues, ${calls.toFixed(1)} calls of Slack and ${(bytes / 1024).toFixed(1)} KB of the record; of two, ${look.each.statements.toFixed(0)}, ${look.each.jobs.toFixed(1)}, ${look.each.calls.toFixed(1)} and ${(look.each.bytes / 1024).toFixed(1)} KB.`,
    ...saturation(talk),
  ];
}

/** What would be the limit first, were there a core for each process. */
function saturation(talk: Measured): string[] {
  const most = (part: string) => 1000 / msOf(talk, part);
  const figures = ['chat', 'worker', 'Redis'].map((part) => `${part} ${most(part).toFixed(0)}`);
  return [
    `A process is one thread of JavaScript. With a core for each, one could do so many answers a second: ${figures.join(', ')}; a core of Postgres ${most('Postgres').toFixed(0)}. The columns of parts are cores. The first part to be full is the one that takes most for an answer; where all together are less than the cores of this machine, other work had the rest.`,
  ];
}

/** For `simulation`: milliseconds of the processor, statements and bytes. */
function costsOf(talk: Measured, look: Measured): Record<string, number> {
  const parts = ['chat', 'worker', 'Postgres', 'Redis'];
  const answer = parts.map((part) => [`answer: ${part} ms`, msOf(talk, part)] as const);
  const step = parts.map(
    (part) => [`step: ${part} ms`, Math.max(0, msOf(look, part) - msOf(talk, part))] as const,
  );
  // No edit is measured by itself: it is taken to cost its share of an answer's calls of Slack.
  const edit = ['chat', 'Postgres', 'Redis'].map(
    (part) => [`edit: ${part} ms`, msOf(talk, part) / talk.each.calls] as const,
  );
  return {
    ...Object.fromEntries([...answer, ...step, ...edit]),
    'answer: statements': talk.each.statements,
    'step: statements': look.each.statements - talk.each.statements,
    'answer: bytes': talk.each.bytes,
    'step: bytes': Math.max(0, look.each.bytes - talk.each.bytes),
    'answer: Slack calls': talk.each.calls,
    'answer: jobs': talk.each.jobs,
  };
}

export const scale: Bench = {
  name: 'scale',
  measures:
    'How many requests a second are taken in and answered, with 1, 2 and 4 worker processes on Redis and Postgres and a model that answers at once, beside BullMQ alone doing as many empty jobs with as many processes. Slack’s limits are widened until nothing waits for them.',
  run,
};
