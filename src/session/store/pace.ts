import { type SQL, sql } from 'drizzle-orm';
import { type Db, moment } from '../../db/database.ts';
import { paces } from '../../db/schema/threads.ts';
import { later } from '../../lib/clock.ts';

/** One stream of deliveries that a platform limits together. */
export type Bucket = {
  platform: string;
  workspace: string;
  name: string;
  perMinute: number;
  /** How many may go at once before the rate counts. */
  burst: number;
};

/**
 * Each refusal slows a bucket down by this factor, besides the wait that it asks for; within a minute it is
 * back at its rate.
 */
const SLOWER = 0.9;
const RECOVERY_PER_SECOND = 0.01;
const LEAST_FACTOR = 0.5;

/** No queue is longer, and no platform is kept from for longer without being asked again. */
const LONGEST_QUEUE_MS = 15 * 60_000;

/**
 * Reserves `count` deliveries in one queue for all processes, and returns in how many milliseconds they are
 * due; 0 means now. Whoever asks again waits behind those who asked before, so shares are fair.
 */
export async function reserve(db: Db, bucket: Bucket, count: number): Promise<number> {
  const { perMinute, burst } = bucket;
  const row = await advance(db, bucket, count);
  if (row === undefined) throw new Error('an insert returned no row');
  const intervalMs = 60_000 / perMinute / row.factor;
  return Math.max(0, Math.ceil(Number(row.waitMs) - intervalMs * (count + burst)));
}

/**
 * Takes `count` deliveries that may go now, without a place in the queue: for what waits until others leave
 * room. Returns 0, or in how many milliseconds to ask again.
 */
export async function takeSpare(db: Db, bucket: Bucket, count: number): Promise<number> {
  const intervalMs = 60_000 / bucket.perMinute;
  const row = await advance(db, bucket, count, intervalMs * bucket.burst);
  return row === undefined ? Math.ceil(intervalMs) : 0;
}

/** Moves the end of a queue; undefined, with nothing moved, where it is further away than `withinMs`. */
async function advance(db: Db, bucket: Bucket, count: number, withinMs?: number) {
  const { platform, workspace, name, perMinute } = bucket;
  const at = db.clock.now();
  const now = moment(at);
  const recovered = sql`least(1, ${paces.factor} + ${RECOVERY_PER_SECOND} * extract(epoch from greatest(${now}, ${paces.updatedAt}) - ${paces.updatedAt}))`;
  const due = sql`greatest(${now}, least(${nextSince(now)}, ${moment(later(at, LONGEST_QUEUE_MS))}))`;
  const [row] = await db
    .insert(paces)
    .values({ platform, workspace, bucket: name, nextAt: sql`${now} + ${seconds(perMinute, count)}` })
    .onConflictDoUpdate({
      target: [paces.platform, paces.workspace, paces.bucket],
      set: {
        nextAt: sql`${due} + ${seconds(perMinute, count)} / ${recovered}`,
        factor: recovered,
        updatedAt: at,
      },
      ...(withinMs === undefined ? {} : { setWhere: sql`${due} <= ${moment(later(at, withinMs))}` }),
    })
    .returning({
      waitMs: sql<string>`extract(epoch from ${paces.nextAt} - ${now}) * 1000`,
      factor: paces.factor,
    });
  return row;
}

/**
 * When the next delivery is due. Where the clock has been set back since that was noted, by as long from now
 * as it was then.
 */
const nextSince = (now: SQL) =>
  sql`case when ${paces.updatedAt} > ${now} then ${now} + (${paces.nextAt} - ${paces.updatedAt}) else ${paces.nextAt} end`;

const seconds = (perMinute: number, count: number) => sql`make_interval(secs => ${(60 / perMinute) * count})`;

/**
 * The platform has refused a delivery of this bucket: nothing goes for so long, and then a little more
 * slowly.
 */
export async function slowDown(db: Db, bucket: Bucket, retryAfterMs: number): Promise<void> {
  const { platform, workspace, name, perMinute, burst } = bucket;
  // Whatever is allowed at once is used up as well.
  const at = db.clock.now();
  const until = moment(later(at, Math.min(retryAfterMs, LONGEST_QUEUE_MS) + (60_000 / perMinute) * burst));
  const factor = sql`greatest(${LEAST_FACTOR}, ${paces.factor} * ${SLOWER})`;
  await db
    .insert(paces)
    .values({ platform, workspace, bucket: name, nextAt: until, factor: SLOWER })
    .onConflictDoUpdate({
      target: [paces.platform, paces.workspace, paces.bucket],
      set: { nextAt: sql`greatest(${nextSince(moment(at))}, ${until})`, factor, updatedAt: at },
    });
}
