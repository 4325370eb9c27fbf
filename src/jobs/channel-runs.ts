import { and, desc, eq } from 'drizzle-orm';
import type { Queries } from '../db/database.ts';
import { watches } from '../db/schema/jobs.ts';
import { sessions } from '../db/schema/sessions.ts';
import type { Isolation } from '../lib/isolation.ts';
import type { Channel } from '../session/address.ts';
import { type JobRow, jobRowOf } from './job-row.ts';

/** Runs that are looked at: with more, the older ones are not listed. */
const MOST = 300;

/** The runs of one channel, newest first. One that can't be read is left out. */
export async function runsOfChannel(
  db: Queries,
  isolation: Isolation,
  { platform, workspace, channel }: Channel,
): Promise<{ runs: JobRow[]; isCut: boolean }> {
  const rows = await db
    .select()
    .from(watches)
    .innerJoin(sessions, eq(sessions.id, watches.sessionId))
    .where(
      and(eq(sessions.platform, platform), eq(sessions.workspace, workspace), eq(sessions.channel, channel)),
    )
    .orderBy(desc(watches.createdAt), watches.id)
    .limit(MOST + 1);
  const runs = isolation.readable(rows.slice(0, MOST), (row) => `watch ${row.watches.id}`, jobRowOf);
  return { runs, isCut: rows.length > MOST };
}
