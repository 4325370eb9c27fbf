import { and, desc, eq, isNull, sql } from 'drizzle-orm';
import type { Db } from '../db/database.ts';
import { watches } from '../db/schema/jobs.ts';
import { sessions } from '../db/schema/sessions.ts';
import { toolCalls } from '../db/schema/transcript.ts';
import type { Isolation } from '../lib/isolation.ts';
import type { ThreadAddress, Workspace } from '../session/address.ts';
import type { Session, Snapshot } from '../session/snapshot.ts';
import { readSession, readSnapshot } from '../session/store/read-snapshot.ts';
import { sessionOf } from '../session/store/rows.ts';
import { isAt, sessionAt } from '../session/store/session-at.ts';
import { usageText } from './usage.ts';

/** What is known of sessions, across threads. */
export type SessionsOverview = {
  /** The sessions that somebody began in a workspace, the latest active first. */
  of(place: Workspace, personId: string, limit: number): Promise<Session[]>;
  /** All sessions of a workspace, the latest active first. */
  newestIn(place: Workspace, limit: number): Promise<Session[]>;
  /** A session, wherever its thread is; undefined where there is none (any more). */
  session(id: string): Promise<Session | undefined>;
  /** All of it that is not undone. */
  wholeOf(id: string): Promise<Snapshot | undefined>;
  /** How many jobs run in sessions that somebody began. */
  runningJobs(place: Workspace, personId: string): Promise<number>;
  /** All of a thread's session that is not undone; undefined where it has none. */
  whole(address: ThreadAddress): Promise<Snapshot | undefined>;
  /** Whether a thread's session is being worked on, and whether that waits for an answer of people's. */
  workIn(address: ThreadAddress): Promise<'going_on' | 'waits_for_people' | 'none'>;
  usage: (address: ThreadAddress, by: { id: string; name: string }) => Promise<string>;
};

/** A row that can't be read is left out of lists. */
export function createSessionsOverview(db: Db, isolation: Isolation): SessionsOverview {
  const begunBy = ({ platform, workspace }: Workspace, personId: string) =>
    and(
      eq(sessions.platform, platform),
      eq(sessions.workspace, workspace),
      sql`${sessions.requester}->>'id' = ${personId}`,
    );
  const readable = (rows: readonly Row[]) =>
    isolation.readable(
      rows,
      ({ id }) => `session ${id}`,
      (row) => sessionOf(row),
    );
  return {
    async of(place, personId, limit) {
      const rows = await db
        .select()
        .from(sessions)
        .where(begunBy(place, personId))
        .orderBy(desc(sessions.updatedAt))
        .limit(limit);
      return readable(rows);
    },
    newestIn: async (place, limit) => readable(await newestRows(db, place, limit)),
    session: (id) => readSession(db, id),
    wholeOf: (id) => readSnapshot(db, id),
    async runningJobs(place, personId) {
      const rows = await db
        .select({ id: watches.id })
        .from(watches)
        .innerJoin(sessions, eq(sessions.id, watches.sessionId))
        .where(and(isNull(watches.endedAt), begunBy(place, personId)));
      return rows.length;
    },
    async whole(address) {
      const id = await sessionAt(db, address);
      return id === undefined ? undefined : readSnapshot(db, id);
    },
    async workIn(address) {
      const [row] = await db
        .select({
          state: sql<string>`${sessions.state}->>'kind'`,
          asks: sql<boolean>`exists (select from ${toolCalls} where ${toolCalls.sessionId} = ${sessions.id}
            and ${toolCalls.state}->>'kind' = 'running' and ${toolCalls.state}->'question' is not null
            and ${toolCalls.state}->'question'->'answer' is null)`,
        })
        .from(sessions)
        .where(isAt(address));
      if (row?.state !== 'running') return 'none';
      return row.asks ? 'waits_for_people' : 'going_on';
    },
    usage: (address, by) => usageText(db, address, by),
  };
}

type Row = typeof sessions.$inferSelect;

const newestRows = (db: Db, { platform, workspace }: Workspace, limit: number) =>
  db
    .select()
    .from(sessions)
    .where(and(eq(sessions.platform, platform), eq(sessions.workspace, workspace)))
    .orderBy(desc(sessions.updatedAt))
    .limit(limit);
