import { and, eq, isNull, type SQL, sql } from 'drizzle-orm';
import type { PgUpdateSetSource } from 'drizzle-orm/pg-core';
import { type Db, moment, type Tx } from '../../db/database.ts';
import { sessions } from '../../db/schema/sessions.ts';
import { posts } from '../../db/schema/threads.ts';
import { unsettled } from '../../session/store/known.ts';
import type { Post, Refused } from './posts.ts';

/**
 * A write to one post, in parentheses, as a part of the statement that writes all that a renderer has to
 * note: `held` is a table of that statement, and has the session's id while the renderer holds the thread.
 */
export type PostWrite = (db: Db) => SQL;

const isPost = (key: string) => and(eq(posts.sessionId, sql`(select id from held)`), eq(posts.key, key));

const change =
  (key: string, set: PgUpdateSetSource<typeof posts>): PostWrite =>
  (db) =>
    sql`${db.update(posts).set(set).where(isPost(key))}`;

/** Notes that a post is about to be made. */
export const begun =
  (key: string, exchange: number): PostWrite =>
  ({ clock }) =>
    sql`(insert into ${posts} (session_id, key, exchange, created_at)
      select id, ${key}, ${exchange}::integer, ${moment(clock.now())} from held on conflict do nothing)`;

/**
 * Notes that something is about to be added to a stream: whether it arrived is not known until that is noted,
 * too.
 */
export const streaming = (key: string): PostWrite => change(key, { streamed: null });

const DOUBTED = { platformId: null, hash: null };

/**
 * Notes that what a message shows is about to be changed in steps: whether all of them are made is not known
 * until that is noted.
 */
export const doubted = (key: string): PostWrite => change(key, DOUBTED);

/** Notes what a message shows now; whatever was refused before is taken. */
export const saved = (post: Omit<Post, 'refused' | 'generation'>): PostWrite =>
  change(post.key, {
    platformId: post.platformId ?? null,
    hash: post.hash ?? null,
    exchange: post.exchange ?? null,
    streamed: post.streamed ?? null,
    form: post.form,
    refused: null,
  });

/** Notes that the platform did not take what a post should show. */
export const refusedPost = (key: string, refused: Refused): PostWrite => change(key, { refused });

/**
 * Makes the next message of a post a new one, which begins with a form; the one that there was stays behind.
 */
export const renewed = (key: string, form: number): PostWrite =>
  change(key, {
    platformId: null,
    hash: null,
    streamed: null,
    refused: null,
    form,
    generation: sql`${posts.generation} + 1`,
  });

/** Takes back that a post is about to be made. One that stood there before is remembered. */
export const unbegun =
  (key: string): PostWrite =>
  (db) =>
    sql`${db
      .delete(posts)
      .where(and(isPost(key), eq(posts.generation, 0), isNull(posts.platformId), isNull(posts.refused)))}`;

export const forgotten =
  (key: string): PostWrite =>
  (db) =>
    sql`${db.delete(posts).where(isPost(key))}`;

/** The same in a transaction. */
export async function forgetPost(tx: Tx, sessionId: string, key: string): Promise<void> {
  await tx.delete(posts).where(and(eq(posts.sessionId, sessionId), eq(posts.key, key)));
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

/**
 * Makes the next render look at what the thread shows instead of trusting what was noted: someone else wrote
 * to it. `isInDoubt`: it may have been changed in part.
 */
export async function distrustPost(
  tx: Tx,
  sessionId: string,
  key: string,
  isInDoubt: boolean,
): Promise<void> {
  const [post] = await tx
    .update(posts)
    .set(isInDoubt ? DOUBTED : { hash: null })
    .where(and(eq(posts.sessionId, sessionId), eq(posts.key, key)))
    .returning({ exchange: posts.exchange });
  await tx
    .update(sessions)
    .set({ rev: sql`${sessions.rev} + 1`, settledExchange: unsettled(post?.exchange ?? 0) })
    .where(eq(sessions.id, sessionId));
}
