import { lt, sql } from 'drizzle-orm';
import { paces } from '../db/schema.ts';
import type { Tx } from './lease.ts';

/** One stream of deliveries that a platform limits together. */
export type Bucket = {
  platform: string;
  workspace: string;
  name: string;
  perMinute: number;
  /** How many may go at once before the rate counts. */
  burst: number;
};

/** Each refusal slows a bucket down by this factor, besides the wait that it asks for; within a minute it is back at its rate. */
const SLOWER = 0.9;
const RECOVERY_PER_SECOND = 0.01;
const LEAST_FACTOR = 0.5;

/**
 * Reserves `count` deliveries, one after another over all processes, and returns in how many milliseconds they are due: 0
 * is now. Reservations queue up, so whoever asks again waits behind those who asked before: shares are fair.
 */
export async function reserve(db: Tx, bucket: Bucket, count: number): Promise<number> {
  const { platform, workspace, name, perMinute, burst } = bucket;
  const recovered = sql`least(1, ${paces.factor} + ${RECOVERY_PER_SECOND} * extract(epoch from now() - ${paces.updatedAt}))`;
  const [row] = await db
    .insert(paces)
    .values({ platform, workspace, bucket: name, nextAt: sql`now() + ${seconds(perMinute, count)}` })
    .onConflictDoUpdate({
      target: [paces.platform, paces.workspace, paces.bucket],
      set: {
        nextAt: sql`greatest(now(), ${paces.nextAt}) + ${seconds(perMinute, count)} / ${recovered}`,
        factor: recovered,
        updatedAt: sql`now()`,
      },
    })
    .returning({
      waitMs: sql<string>`extract(epoch from ${paces.nextAt} - now()) * 1000`,
      factor: paces.factor,
    });
  if (row === undefined) throw new Error('an insert returned no row');
  const intervalMs = 60_000 / perMinute / row.factor;
  return Math.max(0, Math.ceil(Number(row.waitMs) - intervalMs * (count + burst)));
}

const seconds = (perMinute: number, count: number) => sql`make_interval(secs => ${(60 / perMinute) * count})`;

/** The platform has refused a delivery of this bucket: nothing goes for so long, and then a little more slowly. */
export async function slowDown(db: Tx, bucket: Bucket, retryAfterMs: number): Promise<void> {
  const { platform, workspace, name, perMinute, burst } = bucket;
  // Whatever is allowed at once is used up as well.
  const until = sql`now() + make_interval(secs => ${retryAfterMs / 1000 + (60 / perMinute) * burst})`;
  const factor = sql`greatest(${LEAST_FACTOR}, ${paces.factor} * ${SLOWER})`;
  await db
    .insert(paces)
    .values({ platform, workspace, bucket: name, nextAt: until, factor: SLOWER })
    .onConflictDoUpdate({
      target: [paces.platform, paces.workspace, paces.bucket],
      set: { nextAt: sql`greatest(${paces.nextAt}, ${until})`, factor, updatedAt: sql`now()` },
    });
}

/** Forgets buckets that nobody has used for a day. */
export async function forgetPaces(db: Tx): Promise<void> {
  await db.delete(paces).where(lt(paces.updatedAt, sql`now() - interval '1 day'`));
}
