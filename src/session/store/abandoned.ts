import { and, inArray, isNull, lt, or, sql } from 'drizzle-orm';
import type { Db } from '../../db/database.ts';
import { operations } from '../../db/schema/inbox.ts';
import { sessions } from '../../db/schema/sessions.ts';
import { later } from '../../lib/clock.ts';

/*
 * What a sweep looks for is found by indexes of what is pending: `in` with a `union`, because an `or` over
 * two tables has none.
 */

/** Which of these sessions are in this record. */
export async function knownSessions(db: Db, ids: readonly string[]): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  const rows = await db
    .select({ id: sessions.id })
    .from(sessions)
    .where(inArray(sessions.id, [...ids]));
  return new Set(rows.map(({ id }) => id));
}

/**
 * Sessions with work that nobody is doing: an operation that no turn took up, or a turn whose worker is gone.
 */
export async function abandonedSessions(db: Db): Promise<{ id: string; epoch: number }[]> {
  const now = db.clock.now();
  const isFree = or(isNull(sessions.leaseUntil), lt(sessions.leaseUntil, now));
  const running = db
    .select({ id: sessions.id })
    .from(sessions)
    .where(and(sql`${sessions.state}->>'kind' = 'running'`, isFree));
  const asked = db
    .select({ id: operations.sessionId })
    .from(operations)
    .where(and(isNull(operations.appliedAt), lt(operations.createdAt, later(now, -1_000))));
  return db
    .select({ id: sessions.id, epoch: sessions.epoch })
    .from(sessions)
    .where(and(isFree, inArray(sessions.id, running.union(asked))))
    .orderBy(sql`random()`) // where many can't be mended, the others have their turn
    .limit(500);
}
