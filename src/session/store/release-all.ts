import { isNotNull } from 'drizzle-orm';
import type { Db } from '../../db/database.ts';
import { deliveries } from '../../db/schema/inbox.ts';
import { watches } from '../../db/schema/jobs.ts';
import { housekeeping } from '../../db/schema/maintenance.ts';
import { sessions } from '../../db/schema/sessions.ts';

/**
 * Releases everything that an earlier process had claimed, for a record that no other process can have open.
 * Nothing then has to wait for leases to run out, which may take long after a clock was set back.
 */
export async function freeAll(db: Db): Promise<void> {
  await db.transaction('freeing what nobody has any more', async (tx) => {
    await tx
      .update(sessions)
      .set({ leaseOwner: null, leaseUntil: null })
      .where(isNotNull(sessions.leaseUntil));
    await tx.update(sessions).set({ renderUntil: null }).where(isNotNull(sessions.renderUntil));
    await tx.update(watches).set({ followedUntil: null }).where(isNotNull(watches.followedUntil));
    await tx.update(deliveries).set({ claimedUntil: null }).where(isNotNull(deliveries.claimedUntil));
    await tx.update(housekeeping).set({ claimedUntil: null }).where(isNotNull(housekeeping.claimedUntil));
  });
}
