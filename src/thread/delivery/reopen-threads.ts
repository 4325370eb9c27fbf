import { and, eq, inArray, isNotNull, isNull, lt, or, sql } from 'drizzle-orm';
import type { Db } from '../../db/database.ts';
import { sessions } from '../../db/schema/sessions.ts';
import { posts } from '../../db/schema/threads.ts';
import { later } from '../../lib/clock.ts';

/** A platform, or one workspace, channel or thread of it. */
export type Place = {
  platform: string;
  workspace?: string | undefined;
  channel?: string | undefined;
  thread?: string | undefined;
};

/** What is tried again at all without a sign is tried at least once in so long. */
const AWAKE_MS = 2 * 86_400_000;

/**
 * Makes what was refused in a place be tried again at once, because something has changed there. Returns the
 * sessions that have something to show; on a whole platform only such as are tried again now and then.
 */
export async function reopenThreads(
  db: Db,
  { platform, workspace, channel, thread }: Place,
): Promise<string[]> {
  return db.transaction('trying again what was refused', async (tx) => {
    const rows = await tx
      .update(sessions)
      .set({
        renderBlockedUntil: sql`case when ${sessions.renderRefused} is null then ${sessions.renderBlockedUntil} end`,
        renderDue: sql`case when ${sessions.renderDue} is not null then ${sessions.createdAt} end`,
      })
      .where(
        and(
          eq(sessions.platform, platform),
          workspace === undefined
            ? or(
                isNull(sessions.renderBlockedUntil),
                lt(sessions.renderBlockedUntil, later(tx.clock.now(), AWAKE_MS)),
              )
            : eq(sessions.workspace, workspace),
          channel === undefined ? undefined : eq(sessions.channel, channel),
          thread === undefined ? undefined : eq(sessions.thread, thread),
          or(isNotNull(sessions.renderRefused), isNotNull(sessions.renderDue)),
        ),
      )
      .returning({ id: sessions.id });
    const ids = rows.map(({ id }) => id);
    if (ids.length > 0) {
      await tx
        .update(posts)
        .set({ refused: sql`jsonb_set(${posts.refused}, '{due}', '0')` })
        .where(and(inArray(posts.sessionId, ids), sql`${posts.refused}->>'kind' = 'held'`));
    }
    return ids;
  });
}
