import { and, eq, lt } from 'drizzle-orm';
import type { Db } from '../../db/database.ts';
import { renewals } from '../../db/schema/maintenance.ts';
import type { Clock, Ids } from '../../lib/clock.ts';
import { expiry } from './lease.ts';

/**
 * Coordinates renewals that may happen only once, such as a token whose renewal makes both the old token and
 * the refresh token invalid. However many processes notice at the same time that something is about to
 * expire, one renews it and the others use the result.
 */
export type Renewals = {
  /**
   * Runs `work` while no other process, and nobody else in this one, is at the same thing; waits for its
   * turn. `work` has to look first whether it was done meanwhile, and has to end within the time that it is
   * given. Throws where its turn does not come.
   */
  alone<T>(what: string, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
};

/** How long one renewal may take; a process that dies at it keeps the others from it for a little longer. */
const WORK_MS = 20_000;
const LEASE_MS = WORK_MS + 10_000;
const LOOK_MS = 150;

export function createRenewals(db: Db, clock: Pick<Clock, 'sleep' | 'monotonic'>, ids: Ids): Renewals {
  return {
    async alone(what, work) {
      const owner = ids.next('r');
      const end = clock.monotonic() + 2 * LEASE_MS;
      while (!(await claim(db, what, owner))) {
        if (clock.monotonic() > end)
          throw new Error(`another process has been renewing ${what} for too long`);
        await clock.sleep(LOOK_MS);
      }
      try {
        return await work(AbortSignal.timeout(WORK_MS));
      } finally {
        const isMine = and(eq(renewals.what, what), eq(renewals.owner, owner));
        await db
          .delete(renewals)
          .where(isMine)
          .catch(() => {}); // then it runs out
      }
    },
  };
}

async function claim(db: Db, what: string, owner: string): Promise<boolean> {
  const until = expiry(db.clock, LEASE_MS);
  const rows = await db
    .insert(renewals)
    .values({ what, owner, until })
    .onConflictDoUpdate({
      target: renewals.what,
      set: { owner, until },
      setWhere: lt(renewals.until, db.clock.now()),
    })
    .returning({ owner: renewals.owner });
  return rows.length > 0;
}
