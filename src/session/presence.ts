import { and, desc, eq, sql } from 'drizzle-orm';
import { presence, sessions } from '../db/schema.ts';
import type { ThreadAddress, Workspace } from './address.ts';
import type { Tx } from './lease.ts';

/** What a chat process needs to read what it missed: since when nobody listened, and which threads are known. */
export type Presence = {
  /** Notes that somebody listens to a workspace now. */
  note(place: Workspace): Promise<void>;
  /** When somebody last did; undefined before the first time. */
  lastSeen(place: Workspace): Promise<Date | undefined>;
  /** Threads with a session, the latest active first. */
  threads(place: Workspace, limit: number): Promise<ThreadAddress[]>;
};

export function createPresence(db: Tx): Presence {
  return {
    async note({ platform, workspace }) {
      await db
        .insert(presence)
        .values({ platform, workspace })
        .onConflictDoUpdate({ target: [presence.platform, presence.workspace], set: { seenAt: sql`now()` } });
    },
    async lastSeen({ platform, workspace }) {
      const [row] = await db
        .select({ seenAt: presence.seenAt })
        .from(presence)
        .where(and(eq(presence.platform, platform), eq(presence.workspace, workspace)));
      return row?.seenAt;
    },
    async threads({ platform, workspace }, limit) {
      const rows = await db
        .select({ channel: sessions.channel, thread: sessions.thread })
        .from(sessions)
        .where(and(eq(sessions.platform, platform), eq(sessions.workspace, workspace)))
        .orderBy(desc(sessions.updatedAt))
        .limit(limit);
      return rows.map((row) => ({ platform, workspace, ...row }));
    },
  };
}
