import { and, desc, eq, gt, isNull, or, sql } from 'drizzle-orm';
import { sessions, watches } from '../db/schema.ts';
import type { Db } from '../db/storage.ts';
import type { Person, ThreadAddress, Workspace } from './address.ts';
import { sessionOf, watchOf } from './rows.ts';
import type { Watch } from './watches.ts';

/** A followed job, with the thread it belongs to. */
export type JobRow = { watch: Watch; address: ThreadAddress; requester: Person };

/** What is known of followed jobs, across threads. */
export type JobsOverview = {
  /** The jobs followed in a workspace: those that run, newest first, then those that ended within a week. */
  list(place: Workspace, limit: number): Promise<JobRow[]>;
  find(watchId: string): Promise<JobRow | undefined>;
};

export function createJobsOverview(db: Db): JobsOverview {
  const rows = () => db.select().from(watches).innerJoin(sessions, eq(sessions.id, watches.sessionId));
  return {
    async list({ platform, workspace }, limit) {
      const isRecent = or(isNull(watches.endedAt), gt(watches.endedAt, sql`now() - interval '7 days'`));
      const found = await rows()
        .where(and(eq(sessions.platform, platform), eq(sessions.workspace, workspace), isRecent))
        .orderBy(sql`${watches.endedAt} is not null`, desc(watches.createdAt))
        .limit(limit);
      return found.map(rowOf);
    },
    async find(watchId) {
      const [row] = await rows().where(eq(watches.id, watchId));
      return row && rowOf(row);
    },
  };
}

function rowOf(row: {
  watches: typeof watches.$inferSelect;
  sessions: typeof sessions.$inferSelect;
}): JobRow {
  const { address, requester } = sessionOf(row.sessions);
  return { watch: watchOf(row.watches), address, requester };
}
