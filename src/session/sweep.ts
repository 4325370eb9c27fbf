import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import { operations, sessions, watches } from '../db/schema.ts';
import { dollars } from '../ops/dollars.ts';
import { insertOperation } from './inbox.ts';
import { expiry, type Tx, touch } from './lease.ts';
import { addMessage } from './record.ts';
import { sessionOf, watchOf } from './rows.ts';
import { costSoFar, durationOf, durationText, isFinal, type JobSnapshot, type Watch } from './watches.ts';

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

/**
 * Takes jobs that run on and that nobody follows, for `leaseMs`. A follower that dies leaves them to the next one who
 * asks; `only` takes that one job.
 */
export async function claimWatches(
  db: Tx,
  { owner, leaseMs, limit, only }: { owner: string; leaseMs: number; limit: number; only?: string },
): Promise<Watch[]> {
  const free = db
    .select({ id: watches.id })
    .from(watches)
    .where(
      and(
        isNull(watches.endedAt),
        sql`(${watches.followedUntil} is null or ${watches.followedUntil} < now())`,
        only === undefined ? undefined : eq(watches.id, only),
      ),
    )
    .limit(limit)
    .for('update', { skipLocked: true });
  const rows = await db
    .update(watches)
    .set({ followedBy: owner, followedUntil: expiry(leaseMs) })
    .where(inArray(watches.id, free))
    .returning();
  return rows.map(watchOf);
}

/** Goes on following; returns those that are still this follower's. */
export async function keepWatches(
  db: Tx,
  owner: string,
  ids: readonly string[],
  leaseMs: number,
): Promise<string[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .update(watches)
    .set({ followedUntil: expiry(leaseMs) })
    .where(and(inArray(watches.id, [...ids]), eq(watches.followedBy, owner), isNull(watches.endedAt)))
    .returning({ id: watches.id });
  return rows.map((row) => row.id);
}

/** Gives back what is followed, to be taken at once by another. */
export async function releaseWatches(db: Tx, owner: string): Promise<void> {
  await db.update(watches).set({ followedUntil: null }).where(eq(watches.followedBy, owner));
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
      await tellOfEnd(tx, watch, seen);
    }
    return isOver;
  });
}

/** Calls whoever asked for the job: an edit of its card notifies nobody. What was cancelled was ended by people. */
async function tellOfEnd(tx: Tx, watch: Watch, seen: JobSnapshot): Promise<void> {
  if (seen.stage === 'CANCELED') return;
  const [row] = await tx.select().from(sessions).where(eq(sessions.id, watch.sessionId));
  if (row === undefined) return;
  const { requester } = sessionOf(row);
  const ended = { ...watch, snapshot: seen, endedAt: new Date() };
  const usd = costSoFar(ended);
  const seconds = durationOf(ended);
  const facts = [
    ...(seconds === undefined ? [] : [`after ${durationText(seconds)}`]),
    ...(usd === undefined ? [] : [`about ${dollars(usd)}`]),
    ...(seen.progress?.failure ? [seen.progress.failure] : []),
  ].join(', ');
  const text = [
    `Job ${watch.jobId} on ${watch.flavor} has ended: ${seen.stage}${facts ? ` ${facts}` : ''}.`,
    ...(seen.progress?.links ?? []).map((link) => `Pushed to ${link}`),
    ...(watch.dashboardUrl ? [`Dashboard: ${watch.dashboardUrl}`] : []),
  ].join('\n');
  await addMessage(tx, watch.sessionId, watch.exchange, { role: 'notice', text, mentions: [requester.id] });
}
