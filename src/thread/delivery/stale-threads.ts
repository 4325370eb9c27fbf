import { and, gt, inArray, isNull, lt, or, type SQL, sql } from 'drizzle-orm';
import type { Db } from '../../db/database.ts';
import { sessions } from '../../db/schema/sessions.ts';
import { later } from '../../lib/clock.ts';
import { LONGEST_WAIT_MS } from './claim.ts';

/** A thread that is behind; `abandoned` is the claim of a renderer that is gone, where one has it. */
export type Behind = { id: string; abandoned: number | undefined };

/**
 * Threads that show less than their session has, with nobody about to render them and nothing to wait for,
 * and such as have something that was refused and is due again. One that takes nothing is left alone until it
 * is tried again.
 */
export const staleThreads = (db: Db): Promise<Behind[]> => threadsBehind(db, sql`not ${isWaiting(db)}`);

/**
 * Threads that are behind because a place in the pace of their workspace was reserved for them that is not
 * due yet. A job of the queue waits for it, unless the queue has lost that.
 */
export const waitingThreads = (db: Db): Promise<Behind[]> => threadsBehind(db, isWaiting(db));

/**
 * All that a thread has reserved is due later. A path finds nothing in what can't be read, and never fails.
 */
function isWaiting({ clock }: Db): SQL {
  const now = sql`jsonb_build_object('now', ${clock.now().getTime()}::bigint)`;
  const has = (path: string) => sql`jsonb_path_exists(${sessions.renderGrants}, ${path}::jsonpath, ${now})`;
  return sql`(${has('$.*.at')} and not ${has('$.*.at ? (@ <= $now)')})`;
}

async function threadsBehind(db: Db, which: SQL): Promise<Behind[]> {
  const now = db.clock.now();
  const behind = db
    .select({ id: sessions.id })
    .from(sessions)
    .where(
      and(sql`${sessions.rev} - ${sessions.renderedRev} > 0`, lt(sessions.updatedAt, later(now, -2_000))),
    );
  const due = db.select({ id: sessions.id }).from(sessions).where(lt(sessions.renderDue, now));
  const rows = await db
    .select({ id: sessions.id, epoch: sessions.renderEpoch, until: sessions.renderUntil })
    .from(sessions)
    .where(
      and(
        inArray(sessions.id, behind.union(due)),
        which,
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
  return rows.map(({ id, epoch, until }) => ({ id, abandoned: until === null ? undefined : epoch }));
}
