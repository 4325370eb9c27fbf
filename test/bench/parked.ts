import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../support/until.ts';
import type { Bench, Found, Size } from './bench.ts';
import { cores, Installation, type Load } from './installation.ts';
import { copySession, runJobs } from './parked-record.ts';

const FOLLOWED_MS = 120_000;
const SHOWN_MS = 600_000;

/** How many times as wide Slack's limits are where they are not what is measured. */
const WIDER = 100;
const CLICKS_A_SECOND = 2;
const SECONDS_A_CLICK = 5;

/** Some change at any moment. */
const FEW = 10;

type State = { name: string; load: Load; heap: Record<'chat' | 'worker', number> };

type Counts = { parked: number; watched: number; clicked: number; restS: number; measuredS: number };

/** Starts the processes anew, lets them come to rest, and measures what they take. */
async function stateOf(
  installation: Installation,
  name: string,
  counts: Counts,
  jobs: number,
): Promise<State> {
  await installation.start(ROLES);
  await followed(installation, jobs);
  await shown(installation);
  await sleep(counts.restS * 1000);
  await installation.dearest();
  const load = await installation.atRest(counts.measuredS);
  const heap = await installation.heap();
  await installation.stop();
  process.stdout.write(`${name}: ${(cores(load) * 100).toFixed(2)} % of a core\n`);
  for (const line of await installation.dearest()) process.stdout.write(`  ${line}\n`);
  return { name, load, heap };
}

const followed = ({ db }: Installation, jobs: number): Promise<unknown> =>
  until(
    'all jobs are followed',
    async () => {
      const { rows } = await db.query<{ n: string }>(
        'select count(*) as n from ml_intern.watches where ended_at is null and followed_until > now()',
      );
      return Number(rows[0]?.n) >= jobs;
    },
    FOLLOWED_MS,
  );

/** Who begins to follow a job writes down how it stands: until all cards show that. */
const shown = ({ db }: Installation, most = FEW): Promise<unknown> =>
  until(
    'all threads are shown',
    async () => {
      const { rows } = await db.query<{ n: string }>(
        'select count(*) as n from ml_intern.sessions where rev <> rendered_rev',
      );
      return Number(rows[0]?.n) <= most;
    },
    SHOWN_MS,
  );

/** A session that waits for its job, and as many more of it. */
async function watch(installation: Installation, count: number): Promise<void> {
  const { ground, db } = installation;
  await installation.start(ROLES);
  await ground.ask('job', 1, 'in turn');
  await ground.click(1, 'in turn');
  const namespace = await until('the job runs', async () => {
    const { rows } = await db.query<{ namespace: string }>(
      `select w.namespace from ml_intern.watches w join ml_intern.sessions s on s.id = w.session_id
        where w.ended_at is null and s.rev = s.rendered_rev`,
    );
    return rows[0]?.namespace;
  });
  await installation.stop();
  const jobs = await runJobs(ground.environment.HF_ENDPOINT ?? '', namespace, count - 1);
  await copySession(db, await ground.copy(count - 1), jobs);
  // How often a card moves while nothing is printed grows with the age of its job.
  await db.query("update ml_intern.watches set created_at = created_at - interval '4 hours'");
}

/**
 * Sessions that wait for a decision: some that were asked for, and as many more as copies of the last one.
 */
async function park(installation: Installation, { parked, watched, clicked }: Counts): Promise<void> {
  const { ground, db } = installation;
  await installation.start(ROLES);
  await ground.ask('job', clicked * 3, 15);
  await shown(installation);
  await ground.ask('job', 1, 'in turn');
  await shown(installation, 0);
  await installation.stop();
  await copySession(db, await ground.copy(parked - watched - clicked * 3 - 1));
}

/** How long clicks took until they were shown, by how they were made. */
type Clicks = readonly (readonly [how: string, times: readonly number[]])[];

const ROLES = ['chat', 'worker'] as const;

/**
 * Clicks with limits that nothing waits for, and then with Slack's own, while the cards of all jobs wait for
 * an edit: each job's new follower has written down how it stands.
 */
async function clickAll(installation: Installation, { watched, clicked }: Counts): Promise<Clicks> {
  const { ground } = installation;
  await installation.start(ROLES);
  await followed(installation, watched);
  await shown(installation);
  const inTurn = await ground.click(clicked, 'in turn');
  const paced = await ground.click(clicked, CLICKS_A_SECOND);
  await installation.stop();
  await installation.start(ROLES, { SLACK_RATE_FACTOR: '1' });
  await followed(installation, watched);
  const limited = await ground.click(Math.ceil(clicked / 10), 1 / SECONDS_A_CLICK);
  await installation.stop();
  return [
    ['one after another', inTurn.each],
    [`${CLICKS_A_SECOND} a second`, paced.each],
    [`one each ${SECONDS_A_CLICK} s, within Slack’s own limits`, limited.each],
  ];
}

async function run({ isSmoke }: Size): Promise<Found> {
  const counts = isSmoke
    ? { parked: 40, watched: 5, clicked: 3, restS: 1, measuredS: 2 }
    : { parked: 10_000, watched: 1_000, clicked: 200, restS: 90, measuredS: 60 };
  const installation = await Installation.open(WIDER);
  const whole = (count: number) => count.toLocaleString('en-US');
  try {
    const states = [await stateOf(installation, 'nothing', counts, 0)];
    await watch(installation, counts.watched);
    await installation.db.query('vacuum analyze');
    const jobs = `${whole(counts.watched)} jobs`;
    states.push(await stateOf(installation, jobs, counts, counts.watched));
    await park(installation, counts);
    await installation.db.query('vacuum analyze');
    const more = `${jobs}, ${whole(counts.parked)} parked`;
    states.push(await stateOf(installation, more, counts, counts.watched));
    const clicks = await clickAll(installation, counts);
    return { ...found(states, clicks, counts), faults: isSmoke ? [] : faultsOf(states, clicks) };
  } finally {
    await installation.close();
  }
}

const PARTS = ['chat', 'worker', 'Postgres', 'Redis'] as const;

function found(states: readonly State[], clicks: Clicks, { parked, watched }: Counts): Found {
  const percent = (share = 0) => `${(share * 100).toFixed(2)} %`;
  const [nothing, jobs, all] = states;
  if (nothing === undefined || jobs === undefined || all === undefined)
    throw new Error('nothing was measured');
  const bytes = ((held(all) - held(jobs)) * 1024) / (parked - watched);
  const aJob = (part: string) =>
    (((jobs.load.cpu[part] ?? 0) - (nothing.load.cpu[part] ?? 0)) * 1000) / watched;
  return {
    columns: ['at rest', 'all', ...PARTS, 'statements a second', 'memory held'],
    rows: states.map((state) => [
      state.name,
      percent(cores(state.load)),
      ...PARTS.map((part) => percent(state.load.cpu[part])),
      state.load.statements.toFixed(1),
      `${(held(state) / 1024).toFixed(1)} MB`,
    ]),
    notes: [
      `Shares of a core over a minute, one chat and one worker process. Memory is what both hold after a collection: ${bytes.toFixed(0)} bytes for each parked session between the last two rows, one start of each; [SCALING.md](SCALING.md) has more starts, without jobs. A parked session waits for a decision, or for its job.`,
      `From a click on Approve to the card that shows it, with ${parked.toLocaleString('en-US')} parked and ${watched.toLocaleString('en-US')} jobs: ${clicks.map(([how, times]) => `${how}: ${clickText(times)}`).join('; ')}. The first two with Slack’s limits ${WIDER} times as wide; in the last the card of every job waits for an edit.`,
    ],
    faults: [],
    costs: Object.fromEntries(PARTS.map((part) => [`job: ${part} ms a second`, Math.max(0, aJob(part))])),
  };
}

/** What an installation with so much in it may take, as shares of a core and seconds. */
const MOST = { cores: 0.03, seconds: 1 };

function faultsOf(states: readonly State[], clicks: Clicks): string[] {
  const last = states.at(-1);
  const share = last === undefined ? 0 : cores(last.load);
  const busy = share > MOST.cores ? [`it takes ${(share * 100).toFixed(2)} % of a core at rest`] : [];
  const late = clicks.filter(([, times]) => quantile(times, 0.99) > MOST.seconds * 1000);
  return [...busy, ...late.map(([how]) => `clicks are shown late, made ${how}`)];
}

const held = ({ heap }: State): number => heap.chat + heap.worker;

function quantile(times: readonly number[], p: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? 0;
}

function clickText(times: readonly number[]): string {
  const [half, most, all] = [0.5, 0.99, 1].map((p) => (quantile(times, p) / 1000).toFixed(2));
  return `half within ${half} s, 99 of 100 within ${most} s, all ${times.length} within ${all} s`;
}

export const parked: Bench = {
  name: 'parked',
  measures:
    'What it costs to have many sessions that wait for people, and jobs that are watched: CPU, statements and memory of all processes at rest, beside the same processes with an empty record, on Postgres and Redis; and how long it takes until a click is shown then. Slack, the model and the Hub are doubles in a process of their own, and not counted. It fails above 3 % of a core, and where 1 click of 100 takes more than a second.',
  run,
};
