import { and, eq, gt, isNull, lt, or, sql } from 'drizzle-orm';
import { z } from 'zod';
import { posts, sessions } from '../db/schema.ts';
import { expiry, type Tx, unsettled } from './lease.ts';

/**
 * One message that the bot has on a platform; without `platformId` its posting was begun and the outcome is open. Where
 * `exchange` is not known, it may be any.
 */
export type Post = {
  key: string;
  platformId: string | undefined;
  hash: string | undefined;
  exchange: number | undefined;
  /** What it has been given so far, where it is streamed to; not known while something is on its way. */
  streamed?: string | undefined;
};

/** The right to write to one thread. Only one renderer has it, as only one worker has a session. */
export type RenderClaim = {
  db: Tx;
  sessionId: string;
  epoch: number;
  leaseMs: number;
  /** When the next paced edit is due. */
  notBefore: Date | undefined;
  /** Until when the platform takes nothing at all. */
  blockedUntil: Date | undefined;
  /** Deliveries that were reserved and have not been made yet. */
  grants: Grants;
  divisor: number;
};

/** What is delivered at one pace: new messages, edits that matter, marks, streams that begin or end, streams that grow, and progress. */
export const Lane = z.enum(['post', 'edit', 'mark', 'streamEnd', 'stream', 'progress']);
export type Lane = z.infer<typeof Lane>;

/** When how many deliveries of a lane are due. */
const Grants = z.partialRecord(Lane, z.object({ at: z.number(), count: z.number().int() }));
export type Grants = z.infer<typeof Grants>;

/** Another renderer has taken the thread over. */
export class RenderLost extends Error {}

export async function claimRender(
  db: Tx,
  sessionId: string,
  leaseMs: number,
): Promise<RenderClaim | undefined> {
  const [row] = await db
    .update(sessions)
    .set({ renderEpoch: sql`${sessions.renderEpoch} + 1`, renderUntil: expiry(leaseMs) })
    .where(
      and(eq(sessions.id, sessionId), or(isNull(sessions.renderUntil), lt(sessions.renderUntil, sql`now()`))),
    )
    .returning({
      epoch: sessions.renderEpoch,
      notBefore: sessions.renderNotBefore,
      blockedUntil: sessions.renderBlockedUntil,
      grants: sessions.renderGrants,
      divisor: sessions.renderDivisor,
    });
  return (
    row && {
      db,
      sessionId,
      leaseMs,
      ...row,
      notBefore: row.notBefore ?? undefined,
      blockedUntil: row.blockedUntil ?? undefined,
      grants: Grants.catch({}).parse(row.grants),
    }
  );
}

/** One write of the renderer; renews its claim. Throws RenderLost, and then has written nothing. */
export async function fencedRender<T>(held: RenderClaim, write: (tx: Tx) => Promise<T>): Promise<T> {
  return held.db.transaction(async (tx) => {
    const rows = await tx
      .update(sessions)
      .set({ renderUntil: expiry(held.leaseMs) })
      .where(and(eq(sessions.id, held.sessionId), eq(sessions.renderEpoch, held.epoch)))
      .returning({ id: sessions.id });
    if (rows.length === 0) throw new RenderLost(held.sessionId);
    return write(tx);
  });
}

export type RenderEnd = {
  renderedRev?: number;
  /** Up to which exchange the thread shows what will stay, as long as nothing has changed since `renderedRev`. */
  settledExchange?: number;
  notBefore?: Date | undefined;
  blockedUntil?: Date;
  grants?: Grants;
  divisor?: number;
};

/** Gives the thread back. `renderedRev` is what it now shows, where all of it was delivered. */
export async function releaseRender(held: RenderClaim, end: RenderEnd): Promise<void> {
  await held.db
    .update(sessions)
    .set({
      renderUntil: null,
      renderBlockedUntil: end.blockedUntil ?? null,
      renderDivisor: end.divisor ?? held.divisor,
      renderGrants: end.grants ?? held.grants,
      ...(end.renderedRev === undefined ? {} : { renderedRev: end.renderedRev }),
      ...(end.notBefore === undefined ? {} : { renderNotBefore: end.notBefore }),
      ...(end.settledExchange === undefined ? {} : { settledExchange: settled(end) }),
    })
    .where(and(eq(sessions.id, held.sessionId), eq(sessions.renderEpoch, held.epoch)));
}

const settled = ({ renderedRev = -1, settledExchange }: RenderEnd) =>
  sql`case when ${sessions.rev} = ${renderedRev} then ${settledExchange} else ${sessions.settledExchange} end`;

/** The posts of the exchanges after `settledExchange`. */
export async function readPosts(db: Tx, sessionId: string, settledExchange: number): Promise<Post[]> {
  const rows = await db
    .select()
    .from(posts)
    .where(
      and(eq(posts.sessionId, sessionId), or(isNull(posts.exchange), gt(posts.exchange, settledExchange))),
    );
  return rows.map(({ key, platformId, hash, exchange, streamed }) => ({
    key,
    platformId: platformId ?? undefined,
    hash: hash ?? undefined,
    exchange: exchange ?? undefined,
    streamed: streamed ?? undefined,
  }));
}

/** Notes that a post is about to be made. */
export async function beginPost(tx: Tx, sessionId: string, key: string, exchange: number): Promise<void> {
  await tx.insert(posts).values({ sessionId, key, exchange }).onConflictDoNothing();
}

/** Notes that something is about to be added to a stream: whether it arrived is not known until that is noted, too. */
export async function beginStreaming(tx: Tx, sessionId: string, key: string): Promise<void> {
  await tx
    .update(posts)
    .set({ streamed: null })
    .where(and(eq(posts.sessionId, sessionId), eq(posts.key, key)));
}

/** Notes that what a message shows is about to be changed in steps: whether all of them are made is not known until that is noted. */
export async function doubtPost(tx: Tx, sessionId: string, key: string): Promise<void> {
  await tx
    .update(posts)
    .set({ platformId: null, hash: null })
    .where(and(eq(posts.sessionId, sessionId), eq(posts.key, key)));
}

/** Notes which exchanges posts belong to that an older version has made. */
export async function placePosts(
  db: Tx,
  sessionId: string,
  placed: readonly { key: string; exchange: number }[],
): Promise<void> {
  for (const { key, exchange } of placed) {
    await db
      .update(posts)
      .set({ exchange })
      .where(and(eq(posts.sessionId, sessionId), eq(posts.key, key)));
  }
}

export async function savePost(tx: Tx, sessionId: string, post: Post): Promise<void> {
  const values = {
    platformId: post.platformId ?? null,
    hash: post.hash ?? null,
    exchange: post.exchange ?? null,
    streamed: post.streamed ?? null,
  };
  await tx
    .insert(posts)
    .values({ sessionId, key: post.key, ...values })
    .onConflictDoUpdate({ target: [posts.sessionId, posts.key], set: values });
}

export async function forgetPost(tx: Tx, sessionId: string, key: string): Promise<void> {
  await tx.delete(posts).where(and(eq(posts.sessionId, sessionId), eq(posts.key, key)));
}

/** Makes the next render look at what the thread shows instead of trusting what was noted: someone else wrote to it. */
export async function distrustPost(db: Tx, sessionId: string, key: string): Promise<void> {
  const [post] = await db
    .update(posts)
    .set({ hash: null })
    .where(and(eq(posts.sessionId, sessionId), eq(posts.key, key)))
    .returning({ exchange: posts.exchange });
  await db
    .update(sessions)
    .set({ rev: sql`${sessions.rev} + 1`, settledExchange: unsettled(post?.exchange ?? 0) })
    .where(eq(sessions.id, sessionId));
}
