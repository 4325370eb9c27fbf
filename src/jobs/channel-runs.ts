import { and, desc, eq, not, or, sql } from 'drizzle-orm';
import type { Queries } from '../db/database.ts';
import { watches } from '../db/schema/jobs.ts';
import { sessions } from '../db/schema/sessions.ts';
import type { Isolation } from '../lib/isolation.ts';
import type { Channel, ThreadAddress } from '../session/address.ts';
import type { Experiment } from '../session/experiments/measured.ts';
import { watchOf } from '../session/store/rows.ts';
import type { Watch } from '../session/watches.ts';
import { type JobRow, jobRowOf } from './job-row.ts';

/** Runs that are looked at: with more, the older ones are not listed. */
const MOST = 300;

/**
 * Who is told of runs: whoever reads a thread, who then knows of no private thread but that one; or whoever
 * may read where each of them is, which is asked afterwards.
 */
export type Readers = { kind: 'thread'; thread: string } | { kind: 'asked' };

/** The runs of one channel, newest first. One that can't be read is left out. */
export async function runsOfChannel(
  db: Queries,
  isolation: Isolation,
  place: Channel,
  readers: Readers,
): Promise<{ runs: JobRow[]; isCut: boolean }> {
  const rows = await db
    .select()
    .from(watches)
    .innerJoin(sessions, eq(sessions.id, watches.sessionId))
    .where(isOfChannel(place, readers))
    .orderBy(desc(watches.createdAt), watches.id)
    .limit(MOST + 1);
  const runs = isolation.readable(rows.slice(0, MOST), (row) => `watch ${row.watches.id}`, jobRowOf);
  return { runs, isCut: rows.length > MOST };
}

/** The condition that a session is of a channel, and that those who are told may know of it. */
export const isOfChannel = ({ platform, workspace, channel }: Channel, readers: Readers) =>
  and(
    eq(sessions.platform, platform),
    eq(sessions.workspace, workspace),
    eq(sessions.channel, channel),
    readers.kind === 'asked' ? undefined : or(not(sessions.isPrivate), eq(sessions.thread, readers.thread)),
  );

/** Runs that are compared at most: with more of the same, the older ones no longer count. */
const MOST_COMPARED = 1_000;

/**
 * The runs of a thread's channel that were measured on the same, as readers of that thread may know of them;
 * among them those that are still running.
 */
export async function runsMeasuredOn(
  db: Queries,
  isolation: Isolation,
  address: ThreadAddress,
  experiment: Experiment,
): Promise<Watch[]> {
  const { data, split } = experiment;
  const rows = await db
    .select({ watches })
    .from(watches)
    .innerJoin(sessions, eq(sessions.id, watches.sessionId))
    .where(
      and(
        isOfChannel(address, { kind: 'thread', thread: address.thread }),
        eq(sql`${watches.experiment}->>'data'`, data),
        eq(sql`${watches.experiment}->>'split'`, split),
      ),
    )
    .orderBy(desc(watches.createdAt), watches.id)
    .limit(MOST_COMPARED);
  return isolation.readable(
    rows,
    (row) => `watch ${row.watches.id}`,
    (row) => watchOf(row.watches),
  );
}
