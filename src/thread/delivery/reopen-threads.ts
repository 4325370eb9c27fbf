import { and, eq, inArray, isNotNull, isNull, lt, or, type SQL, sql } from 'drizzle-orm';
import type { Db, Tx } from '../../db/database.ts';
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
  const isIn = and(
    eq(sessions.platform, platform),
    workspace === undefined ? undefined : eq(sessions.workspace, workspace),
    channel === undefined ? undefined : eq(sessions.channel, channel),
    thread === undefined ? undefined : eq(sessions.thread, thread),
  );
  return db.transaction('trying again what was refused', async (tx) => {
    const rows = await tx
      .update(sessions)
      .set({
        renderBlockedUntil: sql`case when ${sessions.renderRefused} is null then ${sessions.renderBlockedUntil} end`,
        renderDue: sql`case when ${sessions.renderDue} is not null then ${sessions.createdAt} end`,
      })
      .where(
        and(
          isIn,
          workspace === undefined
            ? or(
                isNull(sessions.renderBlockedUntil),
                lt(sessions.renderBlockedUntil, later(tx.clock.now(), AWAKE_MS)),
              )
            : undefined,
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
    // Nothing tells of a whole platform that one of its places takes messages again.
    const more = workspace === undefined ? [] : await takeUpAgain(tx, isIn);
    return [...new Set([...ids, ...more])];
  });
}

/**
 * Has what was given up in a place tried again as if it had been refused just now. Returns the sessions that
 * it belongs to.
 */
async function takeUpAgain(tx: Tx, isIn: SQL | undefined): Promise<string[]> {
  const isGivenUp = sql`${posts.refused}->>'isGivenUp' = 'true'`;
  const found = await tx
    .selectDistinct({ id: posts.sessionId })
    .from(posts)
    .innerJoin(sessions, eq(sessions.id, posts.sessionId))
    .where(and(isGivenUp, isIn));
  const ids = found.map(({ id }) => id);
  if (ids.length === 0) return [];
  await tx
    .update(sessions)
    .set({ rev: sql`${sessions.rev} + 1`, settledExchange: -1, renderDue: sessions.createdAt })
    .where(inArray(sessions.id, ids));
  const anew = { kind: 'held', due: 0, since: tx.clock.now().getTime() };
  await tx
    .update(posts)
    .set({ refused: sql`(${posts.refused} - 'isGivenUp') || ${JSON.stringify(anew)}::jsonb` })
    .where(and(inArray(posts.sessionId, ids), isGivenUp));
  return ids;
}
