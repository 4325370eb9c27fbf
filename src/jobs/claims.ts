import { and, eq, isNull, lt, or, sql } from 'drizzle-orm';
import type { Db, Tx } from '../db/database.ts';
import { watches } from '../db/schema/jobs.ts';
import { sessions } from '../db/schema/sessions.ts';
import type { Hardware } from '../hub/hardware.ts';
import type { Isolation } from '../lib/isolation.ts';
import { type NewBest, newBest } from '../session/experiments/records.ts';
import type { Session } from '../session/snapshot.ts';
import { addFile, type NewFile } from '../session/store/files.ts';
import { insertOperation } from '../session/store/inbox.ts';
import { expiry, touch } from '../session/store/lease.ts';
import { addMessage } from '../session/store/record.ts';
import { sessionOf, watchOf } from '../session/store/rows.ts';
import { isFinal, type JobSnapshot, type Watch } from '../session/watches.ts';
import { endText, lossText } from '../thread/words/job-ends.ts';
import { notStoppedText, stoppedText } from '../thread/words/stop-rules.ts';
import { runsMeasuredOn } from './channel-runs.ts';
import { curveFile } from './files.ts';
import type { Look } from './following.ts';
import { remediesFor } from './remedies.ts';
import { type AlarmRules, tellAlarms } from './tell-alarms.ts';

/**
 * Takes jobs that run on and that nobody follows, for `leaseMs`. A follower that dies leaves them to the next
 * one who asks; `only` takes that one job.
 */
export async function claimWatches(
  db: Db,
  { owner, leaseMs, limit, only }: { owner: string; leaseMs: number; limit: number; only?: string },
  isolation: Isolation,
): Promise<Watch[]> {
  const free = db
    .select({ id: watches.id })
    .from(watches)
    .where(
      and(
        isNull(watches.endedAt),
        or(isNull(watches.followedUntil), lt(watches.followedUntil, db.clock.now())),
        only === undefined ? undefined : eq(watches.id, only),
      ),
    )
    .limit(limit)
    .for('update', { skipLocked: true });
  const rows = await db
    .update(watches)
    .set({ followedBy: owner, followedUntil: expiry(db.clock, leaseMs) })
    .where(sql`${watches.id} = any(array(${free}))`)
    .returning();
  return isolation.readable(rows, ({ id }) => `watch ${id}`, watchOf);
}

/**
 * Goes on following; returns those that are still this follower's. A job that somebody is writing down
 * something of holds up none of the others: its turn comes again before its lease is over.
 */
export async function keepWatches(
  db: Db,
  owner: string,
  ids: readonly string[],
  leaseMs: number,
): Promise<string[]> {
  if (ids.length === 0) return [];
  const ours = (some: readonly string[]) =>
    db
      .select({ id: watches.id })
      .from(watches)
      .where(
        and(
          sql`${watches.id} = any(${sql.param([...some])}::text[])`,
          eq(watches.followedBy, owner),
          isNull(watches.endedAt),
        ),
      );
  const rows = await db
    .update(watches)
    .set({ followedUntil: expiry(db.clock, leaseMs) })
    .where(sql`${watches.id} = any(array(${ours(ids).for('no key update', { skipLocked: true })}))`)
    .returning({ id: watches.id });
  const kept = new Set(rows.map((row) => row.id));
  const rest = ids.filter((id) => !kept.has(id));
  if (rest.length === 0) return [...kept];
  return [...kept, ...(await ours(rest)).map((row) => row.id)];
}

/** Gives back what is followed, to be taken at once by another. */
export async function releaseWatches(db: Db, owner: string): Promise<void> {
  await db.update(watches).set({ followedUntil: null }).where(eq(watches.followedBy, owner));
}

/** What a look came to: nothing more than that it was noted, that people were told of it, or the end. */
export type Noted = 'noted' | 'told' | 'over';

/**
 * Notes what was seen of a job, and tells of what was found to be wrong with it. The look that sees the end,
 * and only one does, also tells the session of it: then nothing else is wrong, and what can be done about a
 * failure is found among `hardware`. A run that can't be read is none that it is compared with.
 */
export async function recordLook(
  db: Db,
  watch: Watch,
  { snapshot: looked, findings, refusal }: Look,
  alarms: AlarmRules,
  { hardware = [], isolation }: { hardware?: readonly Hardware[]; isolation: Isolation },
): Promise<Noted> {
  const remedies = remediesFor(watch, looked, hardware);
  const snapshot = remedies.length > 0 ? { ...looked, remedies } : looked;
  const curve = isTold(snapshot) ? await curveOf({ ...watch, snapshot }) : undefined;
  const options = { curve, isolation };
  return db.transaction(`a look at job ${watch.jobId}`, async (tx) => {
    const isOver = isFinal(snapshot);
    const at = tx.clock.now();
    const [row] = await tx
      .update(watches)
      .set({ snapshot, lookedAt: at, ...(isOver ? { endedAt: at } : {}) })
      .where(and(eq(watches.id, watch.id), isNull(watches.endedAt)))
      .returning({ alarms: watches.alarms });
    if (row === undefined) return 'over';
    await touch(tx, watch.sessionId);
    if (isOver) {
      const operation = { kind: 'job_ended' as const, watchId: watch.id };
      await insertOperation(tx, watch.sessionId, `job_ended:${watch.id}`, operation);
      if (isTold(snapshot)) await tellOfEnd(tx, watch, snapshot, options);
      return 'over';
    }
    const now = { ...watch, snapshot, lookedAt: at };
    if (refusal !== undefined) await tellOfRefusal(tx, now, refusal);
    const isCalled = await tellAlarms(tx, { watch: now, told: row.alarms, findings }, alarms);
    return isCalled || refusal !== undefined ? 'told' : 'noted';
  });
}

/** What was cancelled was ended by people, if not by the Hub, which says why, or by a rule of its own. */
const isTold = (seen: JobSnapshot): boolean =>
  isFinal(seen) && (seen.stage !== 'CANCELED' || seen.isHubsEnd === true || seen.stop !== undefined);

/** Drawn before the end is written down. The end is told without a picture that can't be made. */
async function curveOf(ended: Watch): Promise<NewFile | undefined> {
  const made = await curveFile(ended, `curve_${ended.id}`).catch(() => undefined);
  return made?.ok ? made.file : undefined;
}

/**
 * Calls whoever asked for the job, with its curve in the same message: an edit of its card notifies nobody.
 */
async function tellOfEnd(
  tx: Tx,
  watch: Watch,
  seen: JobSnapshot,
  { curve, isolation }: { curve: NewFile | undefined; isolation: Isolation },
): Promise<void> {
  const session = await sessionOfWatch(tx, watch);
  const mentions = callers(session);
  const ended = { ...watch, snapshot: seen, endedAt: tx.clock.now() };
  const text = endingText(ended, session && (await recordOf(tx, isolation, session, ended)));
  const told = { mentions, job: { watchId: watch.id } };
  if (curve !== undefined) return addFile(tx, watch.sessionId, watch.exchange, curve, text, told);
  await addMessage(tx, watch.sessionId, watch.exchange, { role: 'notice', text, ...told });
}

/** The session's row is locked by now: of two runs that end at once, the second knows of the first. */
async function recordOf(
  tx: Tx,
  isolation: Isolation,
  { address }: Session,
  ended: Watch,
): Promise<NewBest | undefined> {
  const { experiment } = ended;
  if (experiment === undefined) return undefined;
  return newBest(ended, await runsMeasuredOn(tx, isolation, address, experiment));
}

function endingText(ended: Watch, best: NewBest | undefined): string {
  const { stage, stop, isHubsEnd, isEndUnknown } = ended.snapshot;
  if (isEndUnknown) return lossText(ended);
  return stop && stage === 'CANCELED' && !isHubsEnd ? stoppedText(ended, stop.broken) : endText(ended, best);
}

/** Calls whoever asked for a job that its rule would have stopped: it goes on to cost money. */
async function tellOfRefusal(tx: Tx, watch: Watch, why: string): Promise<void> {
  const { stop } = watch.snapshot;
  if (stop === undefined) return;
  const text = notStoppedText(watch, stop.broken, why);
  const mentions = callers(await sessionOfWatch(tx, watch));
  await addMessage(tx, watch.sessionId, watch.exchange, { role: 'notice', text, mentions });
}

/** Whom messages about a job call (platform ids). */
const callers = (session: Session | undefined): string[] =>
  session === undefined ? [] : [session.requester.id];

async function sessionOfWatch(tx: Tx, { sessionId }: Watch): Promise<Session | undefined> {
  const [row] = await tx.select().from(sessions).where(eq(sessions.id, sessionId));
  return row && sessionOf(row);
}
