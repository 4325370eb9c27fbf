import { and, eq, isNull, sql } from 'drizzle-orm';
import { operations, sessions, watches } from '../db/schema.ts';
import { insertOperation } from './inbox.ts';
import { type Tx, touch } from './lease.ts';
import { watchOf } from './snapshot.ts';
import { isFinal, type JobSnapshot, type Watch } from './watches.ts';

/** Sessions with work that nobody is doing: an operation that no turn took up, or a turn whose worker is gone. */
export async function abandonedSessions(db: Tx): Promise<{ id: string; epoch: number }[]> {
  return db
    .select({ id: sessions.id, epoch: sessions.epoch })
    .from(sessions)
    .where(
      and(
        sql`(${sessions.leaseUntil} is null or ${sessions.leaseUntil} < now())`,
        sql`(${sessions.state}->>'kind' = 'running' or exists (select 1 from ${operations}
              where ${operations.sessionId} = ${sessions.id} and ${operations.appliedAt} is null
              and ${operations.createdAt} < now() - interval '1 second'))`,
      ),
    )
    .limit(500);
}

/** Threads that show less than their session has, with nobody about to render them. */
export async function staleThreads(db: Tx): Promise<{ id: string; rev: number }[]> {
  return db
    .select({ id: sessions.id, rev: sessions.rev })
    .from(sessions)
    .where(
      and(
        sql`${sessions.rev} > ${sessions.renderedRev}`,
        sql`${sessions.updatedAt} < now() - interval '2 seconds'`,
        sql`(${sessions.renderUntil} is null or ${sessions.renderUntil} < now())`,
      ),
    )
    .limit(500);
}

/** Jobs that run on and that nobody has looked at for `seconds`. */
export async function neglectedWatches(db: Tx, seconds: number): Promise<{ id: string; lookedAt: Date }[]> {
  return db
    .select({ id: watches.id, lookedAt: watches.lookedAt })
    .from(watches)
    .where(and(isNull(watches.endedAt), sql`${watches.lookedAt} < now() - make_interval(secs => ${seconds})`))
    .limit(500);
}

/** A watch that has not ended, or undefined. */
export async function openWatch(db: Tx, watchId: string): Promise<Watch | undefined> {
  const [row] = await db
    .select()
    .from(watches)
    .where(and(eq(watches.id, watchId), isNull(watches.endedAt)));
  return row && watchOf(row);
}

/**
 * Notes what was seen of a job. The look that sees the end, and only one does, also tells the session of it. Returns
 * whether the job has ended.
 */
export async function recordLook(db: Tx, watch: Watch, seen: JobSnapshot): Promise<boolean> {
  return db.transaction(async (tx) => {
    const isOver = isFinal(seen);
    const rows = await tx
      .update(watches)
      .set({ snapshot: seen, lookedAt: sql`now()`, ...(isOver ? { endedAt: sql`now()` } : {}) })
      .where(and(eq(watches.id, watch.id), isNull(watches.endedAt)))
      .returning({ id: watches.id });
    if (rows.length === 0) return true;
    await touch(tx, watch.sessionId);
    if (isOver) {
      const operation = { kind: 'job_ended' as const, watchId: watch.id };
      await insertOperation(tx, watch.sessionId, `job_ended:${watch.id}`, operation);
    }
    return isOver;
  });
}
