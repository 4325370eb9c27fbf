import { and, eq, isNull, sql } from 'drizzle-orm';
import { z } from 'zod';
import { type Db, moment } from '../../db/database.ts';
import { deliveries, operations } from '../../db/schema/inbox.ts';
import type { Clock, Ids } from '../../lib/clock.ts';
import { expiry } from './lease.ts';

/*
 * What platforms deliver, by its source: who takes it in, that it was taken in, and how it was changed before
 * it was. One message may be delivered as two events, again after a while, or to two processes at once; what
 * follows from it (private notices, downloads, look-ups, the request itself) follows once.
 */

/** How a message was changed before anybody could take it in, in the words of its platform. */
export const Change = z.object({
  /** When, in the platform's own form, which sorts as text. */
  at: z.string(),
  /** It was deleted. */
  isGone: z.boolean().optional(),
  text: z.string().optional(),
  files: z.array(z.unknown()).optional(),
});
export type Change = z.infer<typeof Change>;

/** After any change by a person: nothing brings a deleted message back. */
export const LAST = '~';

export type Deliveries = {
  /**
   * Runs `work` for a source, unless that was done before. Where another process is about it, its end is
   * waited for: so a delivery that is confirmed afterwards is in the record, whoever has put it there. Throws
   * what `work` throws; then it is done by who delivers it again.
   */
  once(sourceId: string, work: (change: Change | undefined) => Promise<void>): Promise<void>;
  /**
   * Whether nobody has asked this of a source before: for what is delivered to every process, and to none a
   * second time.
   */
  isFirst(sourceId: string): Promise<boolean>;
  /**
   * Notes how something was changed that nobody has taken in yet: who does so later is told. Waits for who is
   * about it. False where it has been taken in.
   */
  note(sourceId: string, change: Change): Promise<boolean>;
};

const LEASE_MS = 10_000;
const LOOK_MS = 150;

/** A delivery is not waited for longer than that: the platform makes it again. */
const WAIT_MS = 90_000;

export function createDeliveries(
  db: Db,
  clock: Pick<Clock, 'sleep' | 'monotonic' | 'every'>,
  ids: Ids,
): Deliveries {
  /** Asks until there is an answer: while somebody else is about the same source there is none. */
  async function untilAnswered<T>(sourceId: string, ask: () => Promise<T | 'busy'>): Promise<T> {
    const end = clock.monotonic() + WAIT_MS;
    for (;;) {
      const answer = await ask();
      if (answer !== 'busy') return answer;
      if (clock.monotonic() > end) throw new Error(`${sourceId} is still being taken in by somebody else`);
      await clock.sleep(LOOK_MS);
    }
  }

  async function once(sourceId: string, work: (change: Change | undefined) => Promise<void>): Promise<void> {
    const owner = ids.next('d');
    const claimed = await untilAnswered(sourceId, () => claim(db, sourceId, owner));
    if (claimed === 'done') return;
    const isMine = and(eq(deliveries.sourceId, sourceId), eq(deliveries.owner, owner));
    const endRenewal = clock.every(LEASE_MS / 3, () => {
      const renewed = db
        .update(deliveries)
        .set({ claimedUntil: expiry(db.clock, LEASE_MS) })
        .where(isMine);
      renewed.catch(() => {}); // an unreachable record: the work itself will tell
    });
    try {
      if (!claimed.isTaken) await work(claimed.change);
      await db
        .update(deliveries)
        .set({ doneAt: db.clock.now(), owner: null, claimedUntil: null, change: null })
        .where(isMine);
    } catch (error) {
      const released = db.update(deliveries).set({ owner: null, claimedUntil: null }).where(isMine);
      await released.catch(() => {}); // then the claim runs out
      throw error;
    } finally {
      endRenewal();
    }
  }

  return {
    once,
    async isFirst(sourceId) {
      const made = db.insert(deliveries).values({ sourceId, doneAt: db.clock.now() });
      return (await made.onConflictDoNothing().returning({ id: deliveries.sourceId })).length > 0;
    },
    note: (sourceId, change) => untilAnswered(sourceId, () => noteOnce(db, sourceId, change)),
  };
}

/** Something that was not taken in yet, and that nobody is about now. */
const isOpen = (now: Date) =>
  and(
    isNull(deliveries.doneAt),
    sql`(${deliveries.claimedUntil} is null or ${deliveries.claimedUntil} < ${moment(now)})`,
  );

async function claim(
  db: Db,
  sourceId: string,
  owner: string,
): Promise<{ change: Change | undefined; isTaken: boolean } | 'done' | 'busy'> {
  const claimedUntil = expiry(db.clock, LEASE_MS);
  const [row] = await db
    .insert(deliveries)
    .values({ sourceId, owner, claimedUntil })
    .onConflictDoUpdate({
      target: deliveries.sourceId,
      set: { owner, claimedUntil },
      setWhere: isOpen(db.clock.now()) ?? sql`false`,
    })
    .returning({
      change: deliveries.change,
      isTaken: sql<boolean>`exists (select 1 from ${operations} where ${operations.sourceId} = ${sourceId})`,
    });
  if (row === undefined) return stateOf(db, sourceId);
  return { change: Change.safeParse(row.change).data, isTaken: row.isTaken };
}

async function noteOnce(db: Db, sourceId: string, change: Change): Promise<boolean | 'busy'> {
  const [row] = await db
    .insert(deliveries)
    .values({ sourceId, change })
    .onConflictDoUpdate({
      target: deliveries.sourceId,
      set: {
        change: sql`case when coalesce(${deliveries.change}->>'at', '') collate "C" < ${change.at}
          then excluded.change else ${deliveries.change} end`,
      },
      setWhere: isOpen(db.clock.now()) ?? sql`false`,
    })
    .returning({ sourceId: deliveries.sourceId });
  if (row !== undefined) return true;
  return (await stateOf(db, sourceId)) === 'done' ? false : 'busy';
}

async function stateOf(db: Db, sourceId: string): Promise<'done' | 'busy'> {
  const [row] = await db
    .select({ doneAt: deliveries.doneAt })
    .from(deliveries)
    .where(eq(deliveries.sourceId, sourceId));
  return row !== undefined && row.doneAt !== null ? 'done' : 'busy';
}
