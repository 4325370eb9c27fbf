import { and, eq, inArray, isNull, lt, or, sql } from 'drizzle-orm';
import type { PgUpdateSetSource } from 'drizzle-orm/pg-core';
import type { Db, Tx } from '../../db/database.ts';
import { channelRules } from '../../db/schema/access.ts';
import { operations } from '../../db/schema/inbox.ts';
import { sessions } from '../../db/schema/sessions.ts';
import { type Clock, later } from '../../lib/clock.ts';
import { ChannelRules } from '../channel-rules.ts';
import type { Snapshot } from '../snapshot.ts';
import { afterWrites, collectWrites, flush, markLater, unsettled, type Writes, writesOf } from './known.ts';
import { RULES_OF_CHANNEL } from './read-snapshot.ts';

/**
 * A worker's right to write to a session: valid while no other worker has raised the epoch. `strikes` counts
 * the claims in a row that changed nothing, this one included: the mark of a session that breaks its workers.
 */
export type Claim = {
  db: Db;
  sessionId: string;
  epoch: number;
  leaseMs: number;
  strikes: number;
  /** By this process's clock, and never later than the record's: until when the lease is surely held. */
  heldUntil: number;
  /** What the turn has read, with what `keeping` has written since; for as long as `rev` is the record's. */
  known: Snapshot | undefined;
  /** Whether what is known is as the record had it just now, with nothing in the inbox: see `lastly`. */
  isFresh: boolean;
};

/** This worker no longer holds the session: another has taken over, and nothing it does may be written. */
export class LeaseLost extends Error {
  constructor(sessionId: string) {
    super(`session ${sessionId} has been taken over by another worker`);
  }
}

/** When a lease that is taken or renewed now runs out, by the record's time. */
export const expiry = (clock: Clock, leaseMs: number): Date => later(clock.now(), leaseMs);

/** Takes a session that nobody holds, or whose holder has been silent for its lease. Undefined while held. */
export async function claim(
  db: Db,
  sessionId: string,
  owner: string,
  leaseMs: number,
): Promise<Claim | undefined> {
  const asked = db.clock.monotonic();
  const [row] = await db
    .update(sessions)
    .set({
      epoch: sql`${sessions.epoch} + 1`,
      strikes: sql`${sessions.strikes} + 1`,
      leaseOwner: owner,
      leaseUntil: expiry(db.clock, leaseMs),
    })
    .where(
      and(
        eq(sessions.id, sessionId),
        or(isNull(sessions.leaseUntil), lt(sessions.leaseUntil, db.clock.now())),
      ),
    )
    .returning({ epoch: sessions.epoch, strikes: sessions.strikes });
  return (
    row && { db, sessionId, leaseMs, heldUntil: asked + leaseMs, known: undefined, isFresh: false, ...row }
  );
}

/**
 * What came of renewing many leases: of those that are in neither list, the session's row was being written
 * to.
 */
export type Renewed = { kept: Claim[]; lost: Claim[] };

/**
 * Pushes the ends of leases away, all for as long as the first one's, with one statement that waits for
 * nobody: a session that is being written to must not hold up the others.
 */
export async function renewAll(db: Db, claims: readonly Claim[]): Promise<Renewed> {
  const asked = db.clock.monotonic();
  const ids = sql.param(claims.map(({ sessionId }) => sessionId));
  const epochs = sql.param(claims.map(({ epoch }) => epoch));
  const free = db
    .select({ id: sessions.id })
    .from(sessions)
    .where(
      sql`(${sessions.id}, ${sessions.epoch}) in (select * from unnest(${ids}::text[], ${epochs}::integer[]))`,
    )
    .for('no key update', { skipLocked: true });
  const rows = await db
    .update(sessions)
    .set({ leaseUntil: expiry(db.clock, claims[0]?.leaseMs ?? 0) })
    .where(sql`${sessions.id} = any(array(${free}))`)
    .returning({ id: sessions.id, epoch: sessions.epoch });
  const renewed = new Map(rows.map(({ id, epoch }) => [id, epoch]));
  const isKept = ({ sessionId, epoch }: Claim) => renewed.get(sessionId) === epoch;
  const kept = claims.filter(isKept);
  for (const held of kept) held.heldUntil = asked + held.leaseMs;
  const rest = claims.filter((held) => !isKept(held));
  return { kept, lost: await lostAmong(db, rest) };
}

/** Which of these claims another one has taken the place of. */
async function lostAmong(db: Db, claims: readonly Claim[]): Promise<Claim[]> {
  if (claims.length === 0) return [];
  const ids = claims.map(({ sessionId }) => sessionId);
  const rows = await db
    .select({ id: sessions.id, epoch: sessions.epoch })
    .from(sessions)
    .where(inArray(sessions.id, ids));
  const epochs = new Map(rows.map(({ id, epoch }) => [id, epoch]));
  return claims.filter(({ sessionId, epoch }) => epochs.get(sessionId) !== epoch);
}

/**
 * Throws LeaseLost where the lease may have run out. Asks nobody: cheap enough for right before an effect.
 */
export function assertHeld(held: Claim): void {
  if (held.db.clock.monotonic() >= held.heldUntil) throw new LeaseLost(held.sessionId);
}

/** Gives the session back inside a fenced transaction. */
export async function releaseIn(tx: Tx, held: Claim): Promise<void> {
  await tx
    .update(sessions)
    .set({ leaseOwner: null, leaseUntil: null, strikes: 0 })
    .where(eq(sessions.id, held.sessionId));
}

/**
 * One transaction of a worker. The session's row is locked first, so that no other worker can take over
 * before the commit; where one already has, nothing is written and LeaseLost is thrown. What the turn knew of
 * its session is forgotten.
 */
export async function fenced<T>(held: Claim, write: (tx: Tx) => Promise<T>): Promise<T> {
  const { result } = await underLock(held, write);
  held.known = undefined;
  return result;
}

/**
 * The same for writes that are told of as they are made (`record.ts` notes which): what the turn knows of its
 * session is kept in step with them.
 */
export async function keeping<T>(held: Claim, write: (tx: Tx) => Promise<T>): Promise<T> {
  const { result, writes } = await underLock(held, write);
  held.known = afterWrites(held.known, writes);
  return result;
}

/**
 * The same for what a step ends with: where nothing waits in the inbox, the step that comes at once after it
 * need not ask what is new.
 */
export async function lastly<T>(held: Claim, write: (tx: Tx) => Promise<T>): Promise<T> {
  const { result, writes, isAsked, rules } = await underLock(held, write);
  const known = afterWrites(held.known, writes);
  held.known = known && { ...known, session: { ...known.session, rules: ChannelRules.parse(rules ?? {}) } };
  held.isFresh = known !== undefined && !isAsked;
  return result;
}

/** Whether something waits in the inbox of a session. */
const IS_ASKED = sql<boolean>`exists (select 1 from ${operations} where ${and(
  eq(operations.sessionId, sessions.id),
  isNull(operations.appliedAt),
)})`;

const RULES = sql<unknown>`(select ${channelRules.rules} from ${channelRules} where ${RULES_OF_CHANNEL})`;

async function underLock<T>(
  held: Claim,
  write: (tx: Tx) => Promise<T>,
): Promise<{ result: T; writes: Writes; isAsked: boolean; rules: unknown }> {
  held.isFresh = false;
  return held.db.transaction(`a write to session ${held.sessionId}`, async (tx) => {
    const [row] = await tx
      .select({ epoch: sessions.epoch, rev: sessions.rev, isAsked: IS_ASKED, rules: RULES })
      .from(sessions)
      .where(eq(sessions.id, held.sessionId))
      .for('no key update');
    if (row?.epoch !== held.epoch) throw new LeaseLost(held.sessionId);
    const writes = collectWrites(tx, held.sessionId, row.rev);
    const result = await write(tx);
    await flush(tx, writes);
    return { result, writes, isAsked: row.isAsked, rules: row.rules };
  });
}

/**
 * Marks that the thread may have to show something new, in `exchange` where that may be an earlier one.
 * `changed` is what changes of the session itself. In a worker's transaction marks wait for its commit, where
 * they are one.
 */
export async function touch(
  tx: Tx,
  sessionId: string,
  exchange?: number,
  changed?: PgUpdateSetSource<typeof sessions>,
): Promise<void> {
  const writes = writesOf(tx, sessionId);
  if (writes !== undefined) {
    writes.isUnknown = true;
    if (changed === undefined) return markLater(writes, { exchange, isProgress: true });
  }
  await tx
    .update(sessions)
    .set({
      ...changed,
      rev: sql`${sessions.rev} + 1`,
      strikes: 0,
      updatedAt: tx.clock.now(),
      ...(exchange === undefined ? {} : { settledExchange: unsettled(exchange) }),
    })
    .where(eq(sessions.id, sessionId));
}

/** The same after a write that stands among what the transaction has written. */
export async function touchNoted(tx: Tx, sessionId: string, exchange?: number): Promise<void> {
  const writes = writesOf(tx, sessionId);
  if (writes === undefined) return touch(tx, sessionId, exchange);
  markLater(writes, { exchange, isProgress: true });
}
