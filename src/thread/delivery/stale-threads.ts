import { and, gt, inArray, isNull, lt, or, sql } from 'drizzle-orm';
import type { Db } from '../../db/database.ts';
import { sessions } from '../../db/schema/sessions.ts';
import { later } from '../../lib/clock.ts';
import { LONGEST_WAIT_MS } from './claim.ts';

/**
 * Threads that show less than their session has, with nobody about to render them, and such as have something
 * that was refused and is due again. One that takes nothing is left alone until it is tried again.
 */
export async function staleThreads(db: Db): Promise<{ id: string; rev: number }[]> {
  const now = db.clock.now();
  const behind = db
    .select({ id: sessions.id })
    .from(sessions)
    .where(
      and(sql`${sessions.rev} - ${sessions.renderedRev} > 0`, lt(sessions.updatedAt, later(now, -2_000))),
    );
  const due = db.select({ id: sessions.id }).from(sessions).where(lt(sessions.renderDue, now));
  return db
    .select({ id: sessions.id, rev: sessions.rev })
    .from(sessions)
    .where(
      and(
        inArray(sessions.id, behind.union(due)),
        or(isNull(sessions.renderUntil), lt(sessions.renderUntil, now)),
        or(
          isNull(sessions.renderBlockedUntil),
          lt(sessions.renderBlockedUntil, now),
          and(
            sql`${sessions.renderRefused}->>'kind' is distinct from 'closed'`,
            gt(sessions.renderBlockedUntil, later(now, LONGEST_WAIT_MS)),
          ),
        ),
      ),
    )
    .orderBy(sql`random()`)
    .limit(500);
}
