import { and, desc, eq, isNull, sql } from 'drizzle-orm';
import { sessions, watches } from '../db/schema.ts';
import type { Db } from '../db/storage.ts';
import type { ThreadAddress, Workspace } from './address.ts';
import { sessionOf } from './rows.ts';
import type { Session } from './snapshot.ts';
import { usageText } from './usage-text.ts';

/** What is known of sessions, across threads. */
export type SessionsOverview = {
  /** The sessions that somebody began in a workspace, the latest active first. */
  of(place: Workspace, personId: string, limit: number): Promise<Session[]>;
  /** How many jobs run in sessions that somebody began. */
  runningJobs(place: Workspace, personId: string): Promise<number>;
  usage: (address: ThreadAddress, by: { id: string; name: string }) => Promise<string>;
};

export function createSessionsOverview(db: Db): SessionsOverview {
  const begunBy = ({ platform, workspace }: Workspace, personId: string) =>
    and(
      eq(sessions.platform, platform),
      eq(sessions.workspace, workspace),
      sql`${sessions.requester}->>'id' = ${personId}`,
    );
  return {
    async of(place, personId, limit) {
      const rows = await db
        .select()
        .from(sessions)
        .where(begunBy(place, personId))
        .orderBy(desc(sessions.updatedAt))
        .limit(limit);
      return rows.map((row) => sessionOf(row));
    },
    async runningJobs(place, personId) {
      const rows = await db
        .select({ id: watches.id })
        .from(watches)
        .innerJoin(sessions, eq(sessions.id, watches.sessionId))
        .where(and(isNull(watches.endedAt), begunBy(place, personId)));
      return rows.length;
    },
    usage: (address, by) => usageText(db, address, by),
  };
}
