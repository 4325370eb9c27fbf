import { and, eq, not, type SQL } from 'drizzle-orm';
import { z } from 'zod';
import type { Db } from '../../db/database.ts';
import { posts } from '../../db/schema/threads.ts';
import { ELSEWHERE, isElsewherePost } from '../../session/store/posts-elsewhere.ts';

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

/** The key of the view's message for something that is said in another channel than the thread's. */
export const elsewhereKey = (id: string): string => `${ELSEWHERE}${id}`;

export const isElsewhere = (postKey: string): boolean => postKey.startsWith(ELSEWHERE);

/** All posts of a session that are in its thread, settled ones too. */
export const readPosts = (db: Db, sessionId: string): Promise<Post[]> =>
  found(db, sessionId, not(isElsewherePost));

/** Its posts in other channels. */
export const readPostsElsewhere = (db: Db, sessionId: string): Promise<Post[]> =>
  found(db, sessionId, isElsewherePost);

async function found(db: Db, sessionId: string, where: SQL): Promise<Post[]> {
  const rows = await db
    .select()
    .from(posts)
    .where(and(eq(posts.sessionId, sessionId), where));
  return rows.map(postOf);
}

export function postOf(row: typeof posts.$inferSelect): Post {
  const { key, platformId, hash, exchange, streamed, generation, form, refused } = row;
  return {
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
  };
}
