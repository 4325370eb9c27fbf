import { and, eq, isNull, lt, or, sql } from 'drizzle-orm';
import { sessions } from '../db/schema.ts';
import type { Db } from '../db/storage.ts';

/** The record as seen by those who read or write it, in a transaction or not. */
export type Tx = Db;

/**
 * A worker's right to write to a session: valid while no other worker has raised the epoch. `strikes` counts the
 * claims in a row that changed nothing, this one included: the mark of a session that breaks its workers.
 */
export type Claim = {
  db: Tx;
  sessionId: string;
  epoch: number;
  leaseMs: number;
  strikes: number;
  /** By this process's clock, and never later than the record's: until when the lease is surely held. */
  heldUntil: number;
};

/** This worker no longer holds the session: another has taken over, and nothing it does may be written. */
export class LeaseLost extends Error {
  constructor(sessionId: string) {
    super(`session ${sessionId} has been taken over by another worker`);
  }
}

/** When a lease that is taken or renewed now runs out, by the record's own clock. */
export const expiry = (leaseMs: number) => sql`now() + make_interval(secs => ${leaseMs / 1000})`;

/** Takes a session that nobody holds, or whose holder has been silent for its lease. Undefined while held. */
export async function claim(
  db: Tx,
  sessionId: string,
  owner: string,
  leaseMs: number,
): Promise<Claim | undefined> {
  const asked = Date.now();
  const [row] = await db
    .update(sessions)
    .set({
      epoch: sql`${sessions.epoch} + 1`,
      strikes: sql`${sessions.strikes} + 1`,
      leaseOwner: owner,
      leaseUntil: expiry(leaseMs),
    })
    .where(
      and(eq(sessions.id, sessionId), or(isNull(sessions.leaseUntil), lt(sessions.leaseUntil, sql`now()`))),
    )
    .returning({ epoch: sessions.epoch, strikes: sessions.strikes });
  return row === undefined ? undefined : { db, sessionId, leaseMs, heldUntil: asked + leaseMs, ...row };
}

/** Pushes the lease's end away. Throws LeaseLost. */
export async function renew(held: Claim): Promise<void> {
  const asked = Date.now();
  const rows = await held.db
    .update(sessions)
    .set({ leaseUntil: expiry(held.leaseMs) })
    .where(and(eq(sessions.id, held.sessionId), eq(sessions.epoch, held.epoch)))
    .returning({ id: sessions.id });
  if (rows.length === 0) throw new LeaseLost(held.sessionId);
  held.heldUntil = asked + held.leaseMs;
}

/** Throws LeaseLost where the lease may have run out. Asks nobody: cheap enough for right before an effect. */
export function assertHeld(held: Claim): void {
  if (Date.now() >= held.heldUntil) throw new LeaseLost(held.sessionId);
}

/** Gives the session back inside a fenced transaction. */
export async function releaseIn(tx: Tx, held: Claim): Promise<void> {
  await tx
    .update(sessions)
    .set({ leaseOwner: null, leaseUntil: null, strikes: 0 })
    .where(eq(sessions.id, held.sessionId));
}

/**
 * One transaction of a worker. The session's row is locked first, so that no other worker can take over before the
 * commit; where one already has, nothing is written and LeaseLost is thrown.
 */
export async function fenced<T>(held: Claim, write: (tx: Tx) => Promise<T>): Promise<T> {
  return held.db.transaction(async (tx) => {
    const [row] = await tx
      .select({ epoch: sessions.epoch })
      .from(sessions)
      .where(eq(sessions.id, held.sessionId))
      .for('no key update');
    if (row?.epoch !== held.epoch) throw new LeaseLost(held.sessionId);
    return write(tx);
  });
}

/** Marks that the thread may have to show something new, in `exchange` where that may be an earlier one. */
export async function touch(tx: Tx, sessionId: string, exchange?: number): Promise<void> {
  await tx
    .update(sessions)
    .set({
      rev: sql`${sessions.rev} + 1`,
      strikes: 0,
      updatedAt: sql`now()`,
      ...(exchange === undefined ? {} : { settledExchange: unsettled(exchange) }),
    })
    .where(eq(sessions.id, sessionId));
}

/** An exchange that is settled no more, nor is what came after it. */
export const unsettled = (exchange: number) => sql`least(${sessions.settledExchange}, ${exchange - 1})`;
