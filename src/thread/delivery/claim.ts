import { and, eq, isNull, lt, or, type SQL, sql } from 'drizzle-orm';
import type { PgUpdateSetSource } from 'drizzle-orm/pg-core';
import { z } from 'zod';
import { type Db, moment, type Tx } from '../../db/database.ts';
import { sessions } from '../../db/schema/sessions.ts';
import { hasAnnouncements } from '../../session/store/announcements.ts';
import { expiry } from '../../session/store/lease.ts';
import { HAS_ASKED } from '../../session/store/read-snapshot.ts';
import type { PostWrite } from './post-writes.ts';

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
  /** By this process's clock, when the claim was surely held for its whole lease. */
  renewed: number;
  /** Deliveries that were made and are noted with the next write. */
  unnoted: Unnoted[];
};

/** A delivery that is to be noted; `onLost` is called where another renderer has the thread by then. */
type Unnoted = { writes: readonly PostWrite[]; onLost(): Promise<void> };

/**
 * What is delivered at one pace: new messages, edits that matter, reactions, streams that begin or end,
 * streams that grow, and progress.
 */
export const Lane = z.enum(['post', 'edit', 'reaction', 'streamEnd', 'stream', 'progress']);
export type Lane = z.infer<typeof Lane>;

/** When how many deliveries of a lane are due, when that was reserved, and for which messages. */
const Grant = z.object({
  at: z.number(),
  count: z.number().int(),
  since: z.number().optional(),
  keys: z.array(z.string()).optional(),
});
export type Grants = Partial<Record<Lane, z.infer<typeof Grant>>>;

/** Older versions noted the lane of reactions as `mark`. */
const NotedGrants = z
  .partialRecord(z.enum([...Lane.options, 'mark']), Grant)
  .transform(({ mark, ...grants }): Grants => (mark ? { reaction: mark, ...grants } : grants));

/** Another renderer has taken the thread over. */
export class RenderLost extends Error {}

/** Takes a thread that nobody renders; undefined where somebody does. */
export async function claimRender(
  db: Db,
  sessionId: string,
  leaseMs: number,
): Promise<RenderClaim | undefined> {
  const claimed = await claimWhere(db, sessionId, leaseMs, sql`false`);
  return claimed === 'as_shown' ? undefined : claimed;
}

/** The same, but for a thread that shows what it should: that is left alone. */
export const claimChanged = (
  db: Db,
  sessionId: string,
  leaseMs: number,
): Promise<RenderClaim | 'as_shown' | undefined> => claimWhere(db, sessionId, leaseMs, IS_AS_SHOWN);

/**
 * Nothing has changed since all was shown, and nothing was left for later. What waits to be read is shown
 * without a change of the session.
 */
const IS_AS_SHOWN = and(
  eq(sessions.rev, sessions.renderedRev),
  isNull(sessions.renderDue),
  isNull(sessions.renderBlockedUntil),
  isNull(sessions.renderRefused),
  sql`${sessions.renderGrants} = '{}'`,
  sql`not ${hasAnnouncements}`,
  sql`not ${HAS_ASKED}`,
) as SQL;

async function claimWhere(
  db: Db,
  sessionId: string,
  leaseMs: number,
  isLeft: SQL,
): Promise<RenderClaim | 'as_shown' | undefined> {
  const renewed = db.clock.monotonic();
  const until = moment(expiry(db.clock, leaseMs));
  const [row] = await db
    .update(sessions)
    .set({
      renderEpoch: sql`${sessions.renderEpoch} + 1`,
      renderUntil: sql`case when ${isLeft} then null else ${until} end`,
    })
    .where(
      and(
        eq(sessions.id, sessionId),
        or(isNull(sessions.renderUntil), lt(sessions.renderUntil, db.clock.now())),
      ),
    )
    .returning({
      epoch: sessions.renderEpoch,
      until: sessions.renderUntil,
      notBefore: sessions.renderNotBefore,
      blockedUntil: sessions.renderBlockedUntil,
      grants: sessions.renderGrants,
      divisor: sessions.renderDivisor,
      refused: sessions.renderRefused,
      exchange: sessions.exchange,
      announces: hasAnnouncements,
    });
  if (row === undefined) return undefined;
  const { until: held, ...noted } = row;
  if (held === null) return 'as_shown';
  return {
    db,
    sessionId,
    leaseMs,
    ...noted,
    renewed,
    unnoted: [],
    notBefore: row.notBefore ?? undefined,
    blockedUntil: row.blockedUntil ?? undefined,
    refused: ThreadRefused.optional()
      .catch(undefined)
      .parse(row.refused ?? undefined),
    grants: NotedGrants.catch({}).parse(row.grants),
  };
}

/** One write of the renderer; renews its claim. Throws RenderLost, and then has written nothing. */
export async function fencedRender<T>(held: RenderClaim, write: (tx: Tx) => Promise<T>): Promise<T> {
  if (held.unnoted.length > 0) await notePosts(held);
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

/**
 * Notes what was delivered, and that something is about to be, in one statement; renews the claim. Throws
 * RenderLost, and then has written nothing.
 */
export async function notePosts(held: RenderClaim, writes: readonly PostWrite[] = []): Promise<void> {
  const renewed = held.db.clock.monotonic();
  if (writes.length === 0 && held.unnoted.length === 0 && isFresh(held, renewed)) return;
  const rev = await writeWith(held, { renderUntil: expiry(held.db.clock, held.leaseMs) }, writes);
  if (rev === undefined) throw new RenderLost(held.sessionId);
  held.renewed = renewed;
}

/** Most of the lease is left: nobody can have taken the thread, nor will while one thing is delivered. */
const isFresh = (held: RenderClaim, now: number): boolean => now - held.renewed < held.leaseMs / 4;

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

/**
 * Gives the thread back. `renderedRev` is what it now shows, where all of it was delivered. Returns whether
 * the session has changed since. Throws RenderLost where something was delivered that can't be noted any
 * more.
 */
export async function releaseRender(held: RenderClaim, end: RenderEnd): Promise<boolean> {
  const isNoting = held.unnoted.length > 0;
  const rev = await writeWith(held, {
    renderUntil: null,
    renderBlockedUntil: end.blockedUntil ?? null,
    renderDivisor: end.divisor ?? held.divisor,
    renderGrants: end.grants ?? held.grants,
    ...(end.due === undefined ? {} : { renderDue: end.due }),
    ...(end.refused === undefined ? {} : { renderRefused: end.refused }),
    ...(end.renderedRev === undefined ? {} : { renderedRev: end.renderedRev }),
    ...(end.notBefore === undefined ? {} : { renderNotBefore: end.notBefore }),
    ...(end.settledExchange === undefined ? {} : { settledExchange: settled(end) }),
  });
  if (rev === undefined && isNoting) throw new RenderLost(held.sessionId);
  return rev !== undefined && end.renderedRev !== undefined && rev > end.renderedRev;
}

/**
 * Writes to the session and to its posts, all in one statement, while the claim is held, and returns the
 * session's `rev`; undefined, with nothing written, where it is not held. What is unnoted is noted with it,
 * or told that the thread was lost. No two of the writes are to one post, as a render changes each once: of
 * several to one row Postgres makes one.
 */
async function writeWith(
  held: RenderClaim,
  set: PgUpdateSetSource<typeof sessions>,
  more: readonly PostWrite[] = [],
): Promise<number | undefined> {
  const { db } = held;
  const noted = held.unnoted.splice(0);
  const writes = [...noted.flatMap((delivered) => delivered.writes), ...more];
  const update = db
    .update(sessions)
    .set(set)
    .where(and(eq(sessions.id, held.sessionId), eq(sessions.renderEpoch, held.epoch)))
    .returning({ id: sessions.id, rev: sessions.rev });
  const parts = writes.map((write, i) => sql`, ${sql.identifier(`write_${i}`)} as ${write(db)}`);
  const statement = sql`with held as ${update}${sql.join(parts)} select rev from held`;
  const [row] = HELD.parse(await db.execute(statement)).rows;
  if (row === undefined) for (const { onLost } of noted) await onLost();
  return row?.rev;
}

const HELD = z.object({ rows: z.array(z.object({ rev: z.number().int() })) });

const settled = ({ renderedRev = -1, settledExchange }: RenderEnd) =>
  sql`case when ${sessions.rev} = ${renderedRev} then ${settledExchange} else ${sessions.settledExchange} end`;
