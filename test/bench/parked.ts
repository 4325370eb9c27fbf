import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../support/until.ts';
import { type Bench, type Found, type Size, spread } from './bench.ts';
import { cores, Installation, type Load } from './installation.ts';
import { copySession, runJobs } from './parked-record.ts';

const FOLLOWED_MS = 120_000;
const SHOWN_MS = 600_000;

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
  await installation.start(['chat', 'worker']);
  await followed(installation, jobs);
  await shown(installation);
  await sleep(counts.restS * 1000);
  const load = await installation.atRest(counts.measuredS);
  const heap = await installation.heap();
  await installation.stop();
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
  await installation.start(['chat', 'worker']);
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
  await installation.start(['chat', 'worker']);
  await ground.ask('job', clicked * 2, 10);
  await shown(installation);
  await ground.ask('job', 1, 'in turn');
  await shown(installation, 0);
  await installation.stop();
  await copySession(db, await ground.copy(parked - watched - clicked * 2 - 1));
}

async function run({ isSmoke }: Size): Promise<Found> {
  const counts = isSmoke
    ? { parked: 40, watched: 5, clicked: 3, restS: 1, measuredS: 2 }
    : { parked: 10_000, watched: 1_000, clicked: 200, restS: 20, measuredS: 60 };
  const installation = await Installation.open(20);
  try {
    const states = [await stateOf(installation, 'nothing', counts, 0)];
    await watch(installation, counts.watched);
    await installation.db.query('vacuum analyze');
    states.push(await stateOf(installation, `${counts.watched} jobs`, counts, counts.watched));
    await park(installation, counts);
    await installation.db.query('vacuum analyze');
    states.push(
      await stateOf(installation, `${counts.watched} jobs, ${counts.parked} parked`, counts, counts.watched),
    );
    await installation.start(['chat', 'worker']);
    await followed(installation, counts.watched);
    await sleep(counts.restS * 500);
    const inTurn = await installation.ground.click(counts.clicked, 'in turn');
    const paced = await installation.ground.click(counts.clicked, 2);
    process.stdout.write(`${JSON.stringify([...installation.warnings()])}\n`);
    return found(states, { 'one after another': inTurn.each, '2 a second': paced.each }, counts);
  } finally {
    await installation.close();
  }
}

function found(states: readonly State[], clicks: Record<string, number[]>, counts: Counts): Found {
  const percent = (share = 0) => `${(share * 100).toFixed(2)} %`;
  const heapOf = ({ heap }: State) => `${((heap.chat + heap.worker) / 1024).toFixed(1)} MB`;
  const [, watched, parked] = states;
  const bytes = (parked && watched ? held(parked) - held(watched) : 0) * 1024;
  return {
    columns: ['at rest', 'all', 'chat', 'worker', 'Postgres', 'Redis', 'statements a second', 'memory held'],
    rows: states.map((state) => [
      state.name,
      percent(cores(state.load)),
      ...['chat', 'worker', 'Postgres', 'Redis'].map((part) => percent(state.load.cpu[part])),
      state.load.statements.toFixed(1),
      heapOf(state),
    ]),
    notes: [
      `A parked session more: ${(bytes / (counts.parked - counts.watched)).toFixed(0)} bytes.`,
      ...Object.entries(clicks).map(([how, times]) => `${how}: ${clickText(times)}`),
      spread([], ''),
    ],
    faults: [],
  };
}

const held = ({ heap }: State): number => heap.chat + heap.worker;

function clickText(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (p: number) =>
    ((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? 0) / 1000).toFixed(2);
  return `half within ${at(0.5)} s, 99 of 100 within ${at(0.99)} s, all ${sorted.length} within ${at(1)} s`;
}

export const parked: Bench = {
  name: 'parked',
  measures: 'What sessions cost that wait for people or for jobs.',
  run,
};
