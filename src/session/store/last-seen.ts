import { and, desc, eq } from 'drizzle-orm';
import type { Db } from '../../db/database.ts';
import { sessions } from '../../db/schema/sessions.ts';
import { lastSeen } from '../../db/schema/threads.ts';
import type { ThreadAddress, Workspace } from '../address.ts';

/**
 * What a chat process needs to read what it missed: since when nobody listened, and which threads are known.
 */
export type LastSeen = {
  /** Notes that somebody listens to these workspaces of a platform now. */
  note(platform: Workspace['platform'], workspaces: readonly string[]): Promise<void>;
  /** When somebody last did; undefined before the first time. */
  lastSeen(place: Workspace): Promise<Date | undefined>;
  /** Threads with a session, the latest active first. */
  threads(place: Workspace, limit: number): Promise<ThreadAddress[]>;
};

export function createLastSeen(db: Db): LastSeen {
  return {
    async note(platform, workspaces) {
      if (workspaces.length === 0) return;
      const seenAt = db.clock.now();
      await db
        .insert(lastSeen)
        .values(workspaces.map((workspace) => ({ platform, workspace, seenAt })))
        .onConflictDoUpdate({ target: [lastSeen.platform, lastSeen.workspace], set: { seenAt } });
    },
    async lastSeen({ platform, workspace }) {
      const [row] = await db
        .select({ seenAt: lastSeen.seenAt })
        .from(lastSeen)
        .where(and(eq(lastSeen.platform, platform), eq(lastSeen.workspace, workspace)));
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
