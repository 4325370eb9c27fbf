import { and, eq, gt, isNull, like, lt, not, or, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Db, Tx } from '../../db/database.ts';
import { sessions } from '../../db/schema/sessions.ts';
import { posts } from '../../db/schema/threads.ts';
import { hasAnnouncements } from '../../session/store/announcements.ts';
import { unsettled } from '../../session/store/known.ts';
import { expiry } from '../../session/store/lease.ts';

/**
 * One message that the bot has on a platform; without `platformId` its posting was begun and the outcome is
 * open. Where `exchange` is not known, it may be any.
 */
export type Post = {
  key: string;
  platformId: string | undefined;
  hash: string | undefined;
  exchange: number | undefined;
  /** What it has been given so far, where it is streamed to; not known while something is on its way. */
  streamed?: string | undefined;
  /** How many messages have stood for it before this one: each is found again by a key of its own. */
  generation: number;
  /** How plain a form it has: 0 is the richest. */
  form: number;
  /** What came of the last attempt, where the platform did not take it. */
  refused: Refused | undefined;
};

/**
 * Something that a platform did not take. `trying`: it is not clear why, and it is tried again soon; `held`:
 * it is tried again when it is due; `final`: not as it is. Times are in milliseconds.
 */
export const Refused = z.object({
  kind: z.enum(['trying', 'held', 'final']),
  /** What was refused: any other content may be taken. */
  hash: z.string(),
  code: z.string(),
  /** For people: what is in the way, and what it is in the way of. */
  why: z.string(),
  what: z.string(),
  since: z.number(),
  due: z.number(),
  tries: z.number().int(),
  /** Of what is final: whether it was held back for a week, and is tried again when its place is opened. */
  isGivenUp: z.boolean().optional(),
  /** Whether the thread shows that it is missing. */
  isTold: z.boolean(),
});
export type Refused = z.infer<typeof Refused>;

/** Why a thread takes nothing: until somebody acts (`closed`), or while the platform has trouble. */
export const ThreadRefused = z.object({
  kind: z.enum(['closed', 'outage']),
  code: z.string(),
  since: z.number(),
  /** The request that was the newest at the last attempt: one that comes later is an attempt worth. */
  exchange: z.number().int(),
  /** Whether the requester has been told. */
  isTold: z.boolean(),
});
export type ThreadRefused = z.infer<typeof ThreadRefused>;

/**
 * A thread that nobody has to do anything about is not kept waiting for longer at once: what stands beyond
 * that was noted before a clock was set back. The pace of its workspace is kept nevertheless.
 */
export const LONGEST_WAIT_MS = 60_000;

/** The right to write to one thread. Only one renderer has it, as only one worker has a session. */
export type RenderClaim = {
  db: Db;
  sessionId: string;
  epoch: number;
  leaseMs: number;
  /** When the next paced edit is due. */
  notBefore: Date | undefined;
  /** Until when the platform takes nothing at all. */
  blockedUntil: Date | undefined;
  /** Why it takes nothing, or took nothing at the last attempt. */
  refused: ThreadRefused | undefined;
  /** The session's newest request. */
  exchange: number;
  /** Deliveries that were reserved and have not been made yet. */
  grants: Grants;
  divisor: number;
  /** Whether the session has something to say in other channels. */
  announces: boolean;
};

/**
 * What is delivered at one pace: new messages, edits that matter, reactions, streams that begin or end,
 * streams that grow, and progress.
 */
export const Lane = z.enum(['post', 'edit', 'reaction', 'streamEnd', 'stream', 'progress']);
export type Lane = z.infer<typeof Lane>;

/** When how many deliveries of a lane are due, and when that was reserved. */
const Grant = z.object({ at: z.number(), count: z.number().int(), since: z.number().optional() });
export type Grants = Partial<Record<Lane, z.infer<typeof Grant>>>;

/** Older versions noted the lane of reactions as `mark`. */
const NotedGrants = z
  .partialRecord(z.enum([...Lane.options, 'mark']), Grant)
  .transform(({ mark, ...grants }): Grants => (mark ? { reaction: mark, ...grants } : grants));

/** Another renderer has taken the thread over. */
export class RenderLost extends Error {}

export async function claimRender(
  db: Db,
  sessionId: string,
  leaseMs: number,
): Promise<RenderClaim | undefined> {
  const [row] = await db
    .update(sessions)
    .set({ renderEpoch: sql`${sessions.renderEpoch} + 1`, renderUntil: expiry(db.clock, leaseMs) })
    .where(
      and(
        eq(sessions.id, sessionId),
        or(isNull(sessions.renderUntil), lt(sessions.renderUntil, db.clock.now())),
      ),
    )
    .returning({
      epoch: sessions.renderEpoch,
      notBefore: sessions.renderNotBefore,
      blockedUntil: sessions.renderBlockedUntil,
      grants: sessions.renderGrants,
      divisor: sessions.renderDivisor,
      refused: sessions.renderRefused,
      exchange: sessions.exchange,
      announces: hasAnnouncements,
    });
  return (
    row && {
      db,
      sessionId,
      leaseMs,
      ...row,
      notBefore: row.notBefore ?? undefined,
      blockedUntil: row.blockedUntil ?? undefined,
      refused: ThreadRefused.optional()
        .catch(undefined)
        .parse(row.refused ?? undefined),
      grants: NotedGrants.catch({}).parse(row.grants),
    }
  );
}

/** One write of the renderer; renews its claim. Throws RenderLost, and then has written nothing. */
export async function fencedRender<T>(held: RenderClaim, write: (tx: Tx) => Promise<T>): Promise<T> {
  return held.db.transaction(`a write to the thread of session ${held.sessionId}`, async (tx) => {
    const rows = await tx
      .update(sessions)
      .set({ renderUntil: expiry(tx.clock, held.leaseMs) })
      .where(and(eq(sessions.id, held.sessionId), eq(sessions.renderEpoch, held.epoch)))
      .returning({ id: sessions.id });
    if (rows.length === 0) throw new RenderLost(held.sessionId);
    return write(tx);
  });
}

export type RenderEnd = {
  renderedRev?: number;
  /**
   * Up to which exchange the thread shows what will stay, as long as nothing has changed since `renderedRev`.
   */
  settledExchange?: number;
  notBefore?: Date | undefined;
  /** Left out, the platform takes something again. */
  blockedUntil?: Date | undefined;
  grants?: Grants;
  divisor?: number;
  /** Why it takes nothing; null once it does. Left out, it stays as it was. */
  refused?: ThreadRefused | null;
  /**
   * When something that was refused is to be tried again; null where nothing is. Left out, it stays as it
   * was.
   */
  due?: Date | null;
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
      ...(end.due === undefined ? {} : { renderDue: end.due }),
      ...(end.refused === undefined ? {} : { renderRefused: end.refused }),
      ...(end.renderedRev === undefined ? {} : { renderedRev: end.renderedRev }),
      ...(end.notBefore === undefined ? {} : { renderNotBefore: end.notBefore }),
      ...(end.settledExchange === undefined ? {} : { settledExchange: settled(end) }),
    })
    .where(and(eq(sessions.id, held.sessionId), eq(sessions.renderEpoch, held.epoch)));
}

const settled = ({ renderedRev = -1, settledExchange }: RenderEnd) =>
  sql`case when ${sessions.rev} = ${renderedRev} then ${settledExchange} else ${sessions.settledExchange} end`;

const ELSEWHERE = 'elsewhere/';

/** The key of the view's message for something that is said in another channel than the thread's. */
export const elsewhereKey = (id: string): string => `${ELSEWHERE}${id}`;

export const isElsewhere = (postKey: string): boolean => postKey.startsWith(ELSEWHERE);

/** The posts of the exchanges after `settledExchange`: those in the thread, or those in other channels. */
export async function readPosts(
  db: Db,
  sessionId: string,
  settledExchange: number,
  where: 'thread' | 'elsewhere' = 'thread',
): Promise<Post[]> {
  const isThere = like(posts.key, `${ELSEWHERE}%`);
  const rows = await db
    .select()
    .from(posts)
    .where(
      and(
        eq(posts.sessionId, sessionId),
        where === 'elsewhere' ? isThere : not(isThere),
        or(isNull(posts.exchange), gt(posts.exchange, settledExchange)),
      ),
    );
  return rows.map(({ key, platformId, hash, exchange, streamed, generation, form, refused }) => ({
    key,
    platformId: platformId ?? undefined,
    hash: hash ?? undefined,
    exchange: exchange ?? undefined,
    streamed: streamed ?? undefined,
    generation,
    form,
    refused: Refused.optional()
      .catch(undefined)
      .parse(refused ?? undefined),
  }));
}

/** Notes that a post is about to be made. */
export async function beginPost(tx: Tx, sessionId: string, key: string, exchange: number): Promise<void> {
  await tx.insert(posts).values({ sessionId, key, exchange }).onConflictDoNothing();
}

/**
 * Notes that something is about to be added to a stream: whether it arrived is not known until that is noted,
 * too.
 */
export async function beginStreaming(tx: Tx, sessionId: string, key: string): Promise<void> {
  await tx
    .update(posts)
    .set({ streamed: null })
    .where(and(eq(posts.sessionId, sessionId), eq(posts.key, key)));
}

/**
 * Notes that what a message shows is about to be changed in steps: whether all of them are made is not known
 * until that is noted.
 */
export async function doubtPost(tx: Tx, sessionId: string, key: string): Promise<void> {
  await tx
    .update(posts)
    .set({ platformId: null, hash: null })
    .where(and(eq(posts.sessionId, sessionId), eq(posts.key, key)));
}

/** Notes which exchanges posts belong to that an older version has made. */
export async function placePosts(
  db: Db,
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

/** Notes what a message shows now; whatever was refused before is taken. */
export async function savePost(
  tx: Tx,
  sessionId: string,
  post: Omit<Post, 'refused' | 'generation'>,
): Promise<void> {
  const values = {
    platformId: post.platformId ?? null,
    hash: post.hash ?? null,
    exchange: post.exchange ?? null,
    streamed: post.streamed ?? null,
    form: post.form,
    refused: null,
  };
  await tx
    .insert(posts)
    .values({ sessionId, key: post.key, ...values })
    .onConflictDoUpdate({ target: [posts.sessionId, posts.key], set: values });
}

/** Notes that the platform did not take what a post should show. */
export async function refusePost(tx: Tx, sessionId: string, key: string, refused: Refused): Promise<void> {
  await tx
    .update(posts)
    .set({ refused })
    .where(and(eq(posts.sessionId, sessionId), eq(posts.key, key)));
}

/**
 * Makes the next message of a post a new one, which begins with a form; the one that there was stays behind.
 */
export async function renewPost(tx: Tx, sessionId: string, key: string, form: number): Promise<void> {
  await tx
    .update(posts)
    .set({
      platformId: null,
      hash: null,
      streamed: null,
      refused: null,
      form,
      generation: sql`${posts.generation} + 1`,
    })
    .where(and(eq(posts.sessionId, sessionId), eq(posts.key, key)));
}

/** Takes back that a post is about to be made. One that stood there before is remembered. */
export async function unbeginPost(tx: Tx, sessionId: string, key: string): Promise<void> {
  await tx
    .delete(posts)
    .where(
      and(
        eq(posts.sessionId, sessionId),
        eq(posts.key, key),
        eq(posts.generation, 0),
        isNull(posts.platformId),
        isNull(posts.refused),
      ),
    );
}

export async function forgetPost(tx: Tx, sessionId: string, key: string): Promise<void> {
  await tx.delete(posts).where(and(eq(posts.sessionId, sessionId), eq(posts.key, key)));
}

/**
 * Makes the next render look at what the thread shows instead of trusting what was noted: someone else wrote
 * to it.
 */
export async function distrustPost(tx: Tx, sessionId: string, key: string): Promise<void> {
  const [post] = await tx
    .update(posts)
    .set({ hash: null })
    .where(and(eq(posts.sessionId, sessionId), eq(posts.key, key)))
    .returning({ exchange: posts.exchange });
  await tx
    .update(sessions)
    .set({ rev: sql`${sessions.rev} + 1`, settledExchange: unsettled(post?.exchange ?? 0) })
    .where(eq(sessions.id, sessionId));
}
