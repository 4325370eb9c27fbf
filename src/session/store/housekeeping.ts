import { and, eq, inArray, isNull, lt, or, sql } from 'drizzle-orm';
import type { Db } from '../../db/database.ts';
import { housekeeping } from '../../db/schema/maintenance.ts';
import { later } from '../../lib/clock.ts';
import { expiry } from './lease.ts';

/*
 * Who does which kind of housekeeping, and when it is due again. One process at a time does a kind, under a
 * lease; a kind is due again an hour after it was last done to its end, whoever did it and whatever else has
 * failed.
 */

const EVERY_MS = 60 * 60_000;

/** A kind that is due now, and that nobody is at. */
const isDueAt = (now: Date) =>
  and(
    or(isNull(housekeeping.doneAt), lt(housekeeping.doneAt, later(now, -EVERY_MS))),
    or(isNull(housekeeping.claimedUntil), lt(housekeeping.claimedUntil, now)),
  );

/** Takes the kinds that are due and that nobody is at, for `leaseMs`. Returns which ones. */
export async function claimHousekeeping(
  db: Db,
  names: readonly string[],
  owner: string,
  leaseMs: number,
): Promise<string[]> {
  const isDue = isDueAt(db.clock.now());
  const known = await db
    .select({ name: housekeeping.name, isDue: sql<boolean>`${isDue}` })
    .from(housekeeping)
    .where(inArray(housekeeping.name, [...names]));
  const isKnown = new Set(known.map(({ name }) => name));
  const missing = names.filter((name) => !isKnown.has(name));
  const due = [...missing, ...known.flatMap((kind) => (kind.isDue ? [kind.name] : []))];
  if (due.length === 0) return [];
  const claimed = await db
    .insert(housekeeping)
    .values(due.map((name) => ({ name, claimedBy: owner, claimedUntil: expiry(db.clock, leaseMs) })))
    .onConflictDoUpdate({
      target: housekeeping.name,
      set: { claimedBy: owner, claimedUntil: expiry(db.clock, leaseMs) },
      ...(isDue ? { setWhere: isDue } : {}),
    })
    .returning({ name: housekeeping.name });
  return claimed.map(({ name }) => name);
}

/** Goes on with one kind; false where another process has it now. */
export async function keepHousekeeping(
  db: Db,
  name: string,
  owner: string,
  leaseMs: number,
): Promise<boolean> {
  const rows = await db
    .update(housekeeping)
    .set({ claimedUntil: expiry(db.clock, leaseMs) })
    .where(and(eq(housekeeping.name, name), eq(housekeeping.claimedBy, owner)))
    .returning({ name: housekeeping.name });
  return rows.length > 0;
}

/** Gives one kind back: done to its end, or to be gone on with by whoever comes first after `pauseMs`. */
export async function releaseHousekeeping(
  db: Db,
  name: string,
  owner: string,
  end: { kind: 'done' } | { kind: 'unfinished'; pauseMs: number },
): Promise<void> {
  await db
    .update(housekeeping)
    .set(
      end.kind === 'done'
        ? { doneAt: db.clock.now(), claimedBy: null, claimedUntil: null }
        : { claimedBy: null, claimedUntil: expiry(db.clock, end.pauseMs) },
    )
    .where(and(eq(housekeeping.name, name), eq(housekeeping.claimedBy, owner)));
}
