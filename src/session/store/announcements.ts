import { and, asc, eq, gt, isNull, lt, or, sql } from 'drizzle-orm';
import { type Db, moment, type Queries, type Tx } from '../../db/database.ts';
import { sessions } from '../../db/schema/sessions.ts';
import { announcements } from '../../db/schema/threads.ts';
import { toolCalls } from '../../db/schema/transcript.ts';
import { later } from '../../lib/clock.ts';
import { type Announced, AnnouncementOutcome, type MostAnnouncements, Said } from '../announcements.ts';

/** What a call says, and in which channels. */
export type NewAnnouncements = { to: readonly { name: string; channel: string }[]; said: Said };

/** `private`: what is said in such a thread is not told outside. `left`: how many more there may be now. */
export type Begun = { kind: 'begun' } | { kind: 'private' } | { kind: 'too_many'; left: number };

const HOUR_MS = 3_600_000;

/**
 * Puts what a call says on its way, all of it or nothing, and once however often it is asked for: who asks
 * again is told that it is begun. Under the lock of the session, so calls of one step can't pass its bounds.
 */
export async function beginAnnouncements(
  tx: Tx,
  call: { sessionId: string; callId: string; exchange: number },
  { to, said }: NewAnnouncements,
  most: MostAnnouncements,
): Promise<Begun> {
  const { sessionId } = call;
  if ((await announcedBy(tx, call)).length > 0) return { kind: 'begun' };
  const [session] = await tx
    .select({ isPrivate: sessions.isPrivate })
    .from(sessions)
    .where(eq(sessions.id, sessionId));
  if (session === undefined || session.isPrivate) return { kind: 'private' };
  const hourAgo = moment(later(tx.clock.now(), -HOUR_MS));
  const [counted] = await tx
    .select({
      all: sql<number>`count(*)::integer`,
      lately: sql<number>`(count(*) filter (where ${announcements.createdAt} > ${hourAgo}))::integer`,
    })
    .from(announcements)
    .where(eq(announcements.sessionId, sessionId));
  const { all = 0, lately = 0 } = counted ?? {};
  const left = Math.max(0, Math.min(most.perHour - lately, most.perSession - all));
  if (to.length > left) return { kind: 'too_many', left };
  await tx
    .insert(announcements)
    .values(to.map(({ name, channel }, i) => ({ ...call, id: `${call.callId}/${i}`, name, channel, said })));
  return { kind: 'begun' };
}

type OfCall = { sessionId: string; callId: string };

const isOf = ({ sessionId, callId }: OfCall) =>
  and(eq(announcements.sessionId, sessionId), eq(announcements.callId, callId));

/** What a call has put on its way, and how that went so far. */
export async function announcedBy(db: Queries, call: OfCall): Promise<Announced[]> {
  const rows = await db
    .select({ name: announcements.name, outcome: announcements.outcome })
    .from(announcements)
    .where(isOf(call))
    .orderBy(asc(announcements.id));
  return rows.map(announcedOf);
}

/** The same, and what is still on its way will be told to the model once it is settled. */
export async function leaveAnnouncements(tx: Tx, call: OfCall): Promise<Announced[]> {
  await tx
    .update(announcements)
    .set({ isLate: true })
    .where(and(isOf(call), isNull(announcements.outcome)));
  return announcedBy(tx, call);
}

const announcedOf = ({ name, outcome }: { name: string; outcome: unknown }): Announced => ({
  name,
  outcome: outcome === null ? undefined : AnnouncementOutcome.catch(UNREADABLE).parse(outcome),
});

const UNREADABLE: AnnouncementOutcome = { kind: 'refused', why: 'it can’t be read any more how it went' };

/** Something that waits to be said in another channel. */
export type OpenAnnouncement = {
  id: string;
  exchange: number;
  name: string;
  channel: string;
  /** Undefined where it can't be read. */
  said: Said | undefined;
  /** Undefined before a place in the pace of its channel is reserved. */
  due: Date | undefined;
  createdAt: Date;
  /** People have stopped the call that says it. */
  isStopped: boolean;
};

/** What a session has to say in other channels, the oldest first. */
export async function openAnnouncements(db: Db, sessionId: string): Promise<OpenAnnouncement[]> {
  const rows = await db
    .select({ row: announcements, state: sql<string | null>`${toolCalls.state}->>'kind'` })
    .from(announcements)
    .leftJoin(toolCalls, eq(toolCalls.id, announcements.callId))
    .where(and(eq(announcements.sessionId, sessionId), isNull(announcements.outcome)))
    .orderBy(asc(announcements.createdAt), asc(announcements.id));
  return rows.map(({ row: { id, exchange, name, channel, said, due, createdAt }, state }) => ({
    id,
    exchange,
    name,
    channel,
    said: Said.safeParse(said).data,
    due: due ?? undefined,
    createdAt,
    isStopped: state === 'cancelled',
  }));
}

/** Whether a session has something to say in other channels, as a part of a query about it. */
export const hasAnnouncements = sql<boolean>`exists (
  select 1 from ${announcements} said where said.session_id = ${sessions}.id and said.outcome is null)`;

export async function delayAnnouncement(tx: Tx, id: string, due: Date): Promise<void> {
  await tx.update(announcements).set({ due }).where(eq(announcements.id, id));
}

/**
 * Notes how it went, once. Says whether the model is still to be told; undefined where it was noted before.
 */
export async function settleAnnouncement(
  tx: Tx,
  id: string,
  outcome: AnnouncementOutcome,
): Promise<{ isLate: boolean } | undefined> {
  const [row] = await tx
    .update(announcements)
    .set({ outcome })
    .where(and(eq(announcements.id, id), isNull(announcements.outcome)))
    .returning({ isLate: announcements.isLate });
  return row;
}

/** What nobody has looked at for longer than a render takes to be asked for. */
const FORGOTTEN_MS = 2_000;

/** Sessions that have something to say in other channels which is due, and that nobody is about to say. */
export async function sessionsToAnnounce(db: Db): Promise<string[]> {
  const now = db.clock.now();
  const rows = await db
    .selectDistinct({ id: announcements.sessionId })
    .from(announcements)
    .innerJoin(sessions, eq(sessions.id, announcements.sessionId))
    .where(
      and(
        isNull(announcements.outcome),
        lt(announcements.createdAt, later(now, -FORGOTTEN_MS)),
        or(
          isNull(announcements.due),
          lt(announcements.due, now),
          gt(announcements.due, later(now, HOUR_MS)), // noted before a clock was set back
        ),
        or(isNull(sessions.renderUntil), lt(sessions.renderUntil, now)),
      ),
    )
    .limit(500);
  return rows.map(({ id }) => id);
}
