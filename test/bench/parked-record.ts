import type pg from 'pg';
import { createHubJobs } from '../../src/hub/jobs.ts';
import { hubToken } from '../../src/hub/token.ts';
import { until } from '../support/until.ts';
import type { Copies } from './ground.ts';

const TABLES = [
  'sessions',
  'exchanges',
  'messages',
  'tool_calls',
  'posts',
  'operations',
  'usage',
  'watches',
] as const;
const BATCH = 250;

/** Numbers of rows are copied with so much more for each copy: the original has fewer. */
const STEP = 100_000;

type Row = Record<string, unknown>;

/**
 * Copies a session, the one at the copied thread, as often as the thread was: it stands in each as in the
 * original. `jobs` are what the copies follow, where the original follows a job.
 */
export async function copySession(
  db: pg.Client,
  copies: Copies,
  jobs: readonly string[] = [],
): Promise<void> {
  const session = await until('the original is shown', async () => {
    const { rows } = await db.query<{ id: string }>(
      `select id from ml_intern.sessions
        where thread = $1 and rev = rendered_rev and render_until is null and lease_until is null`,
      [copies.root],
    );
    return rows[0]?.id;
  });
  const originals: [string, Row[]][] = [];
  for (const table of TABLES) {
    const key = table === 'sessions' ? 'id' : 'session_id';
    const { rows } = await db.query<{ row: Row }>(
      `select to_jsonb(t) as row from ml_intern.${table} t where ${key} = $1`,
      [session],
    );
    originals.push([table, rows.map(({ row }) => row)]);
  }
  await db.query('set session_replication_role = replica; set synchronous_commit = off');
  for (const [table, rows] of originals) await copyRows(db, table, rows, { copies, jobs, first: made + 1 });
  made += copies.threads.length;
  await db.query('reset session_replication_role');
  for (const table of ['messages', 'operations', 'usage']) {
    await db.query(
      `select setval(pg_get_serial_sequence('ml_intern.${table}', 'id'), (select max(id) from ml_intern.${table}))`,
    );
  }
}

type Made = { copies: Copies; jobs: readonly string[]; first: number };

/** How many copies there are. */
let made = 0;

async function copyRows(db: pg.Client, table: string, rows: readonly Row[], { copies, jobs, first }: Made) {
  const all = copies.threads.flatMap((ts, i) => {
    const number = first + i;
    return rows.map((row) => copyOf(row, { number, ts, job: jobs[i] }));
  });
  for (let at = 0; at < all.length; at += BATCH) {
    await db.query(
      `insert into ml_intern.${table} select * from jsonb_populate_recordset(null::ml_intern.${table}, $1)`,
      [JSON.stringify(all.slice(at, at + BATCH))],
    );
  }
}

/** Ids as `randomIds` makes them. */
const IDS = /\b[a-z]{1,3}_[0-9a-f]{20,}\b/g;

type Copy = { number: number; ts: Record<string, string>; job: string | undefined };

/**
 * Every id of the original in it is followed by the copy's number; timestamps are those of the copy's thread.
 */
function copyOf(row: Row, { number, ts, job }: Copy): Row {
  let text = JSON.stringify(row).replaceAll(IDS, (id) => `${id}x${number}`);
  for (const [from, to] of Object.entries(ts)) text = text.replaceAll(from, to);
  const copied = JSON.parse(text) as Row;
  for (const column of ['id', 'message_id']) {
    if (typeof copied[column] === 'number') copied[column] = copied[column] + number * STEP;
  }
  return job === undefined || !('job_id' in copied) ? copied : { ...copied, job_id: job };
}

/** Starts jobs that run on and on, and print nothing more after a moment. Returns their ids. */
export async function runJobs(endpoint: string, namespace: string, count: number): Promise<string[]> {
  const jobs = createHubJobs(endpoint, hubToken('hf_benchbenchbench'));
  const spec = {
    image: 'python:3.12',
    command: ['true'],
    environment: {},
    secrets: {},
    flavor: 'cpu-basic',
    timeoutSeconds: 86_400,
    labels: {},
  };
  const ids: string[] = [];
  while (ids.length < count) ids.push((await jobs.run(namespace, spec, new AbortController().signal)).id);
  return ids;
}
