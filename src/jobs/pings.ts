import { createHash } from 'node:crypto';
import { and, asc, eq, isNull, lt, or, sql } from 'drizzle-orm';
import type { Db, Tx } from '../db/database.ts';
import { schedules } from '../db/schema/jobs.ts';
import { sessions } from '../db/schema/sessions.ts';
import type { Isolation } from '../lib/isolation.ts';
import type { Person, Workspace } from '../session/address.ts';
import { type Digest, isEmpty } from '../session/digest.ts';
import { addMessage } from '../session/store/record.ts';
import { sessionOf } from '../session/store/rows.ts';
import { type KnownZone, type Somebody, timeZoneOf } from '../session/store/time-zones.ts';
import { digestText } from '../thread/words/digests.ts';
import { NO_PINGS, PINGS_OFF, pingsText } from '../thread/words/pings.ts';
import { readDigest } from './digest.ts';
import { isMuted } from './mutes.ts';
import { movedTo, type PingOrder, Rhythm, rhythmIn, Scope } from './ping-orders.ts';

export type Schedule = { sessionId: string; scope: Scope; rhythm: Rhythm };

/** Who gives an order, and in which time zone they are taken to be where nobody knows. */
export type Ordering = { place: Workspace; by: Person; configZone: string };

/**
 * Does what was ordered for a session. Returns what its thread is told, and whether whoever ordered it is to
 * be asked for their time zone.
 */
export async function orderPings(
  tx: Tx,
  isolation: Isolation,
  sessionId: string,
  order: PingOrder,
  ordering: Ordering,
): Promise<{ text: string; isZoneAsked: boolean }> {
  if (order.kind === 'wrong') return { text: order.problem, isZoneAsked: false };
  if (order.kind === 'show') return { text: await shownPings(tx, isolation, sessionId), isZoneAsked: false };
  const { scope } = order;
  if (order.kind === 'off') {
    await tx.delete(schedules).where(isOf(sessionId, scope));
    const left = await ownPings(tx, isolation, sessionId);
    return { text: [PINGS_OFF[scope], ...left].join('\n\n'), isZoneAsked: false };
  }
  const rhythm = rhythmIn(order, await zoneFor(tx, order, ordering), ordering.by);
  const values = { rhythm, lastShown: null };
  await tx
    .insert(schedules)
    .values({ sessionId, scope, ...values })
    .onConflictDoUpdate({ target: [schedules.sessionId, schedules.scope], set: values });
  const isZoneAsked = rhythm.when.kind !== 'every' && rhythm.zone?.from === 'config';
  return { text: pingsText(scope, rhythm), isZoneAsked };
}

async function shownPings(tx: Tx, isolation: Isolation, sessionId: string): Promise<string> {
  const own = await ownPings(tx, isolation, sessionId);
  return own.length === 0 ? NO_PINGS : own.join('\n\n');
}

/** What is told of each rhythm that was ordered in a session: the oldest order first. */
async function ownPings(tx: Tx, isolation: Isolation, sessionId: string): Promise<string[]> {
  const rows = await tx
    .select()
    .from(schedules)
    .where(eq(schedules.sessionId, sessionId))
    .orderBy(asc(schedules.createdAt));
  return isolation.readable(rows, nameOf, scheduleOf).map(({ scope, rhythm }) => pingsText(scope, rhythm));
}

async function zoneFor(
  tx: Tx,
  { when }: Extract<PingOrder, { kind: 'set' }>,
  { place, by, configZone }: Ordering,
): Promise<NonNullable<Rhythm['zone']>> {
  if (when.kind !== 'every' && when.timeZone !== undefined) return { name: when.timeZone, from: 'order' };
  const known = await timeZoneOf(tx, { ...place, person: by.id });
  if (known === undefined) return { name: configZone, from: 'config' };
  return { name: known.zone, from: known.isSaid ? 'person' : 'platform' };
}

/**
 * Moves the pings that somebody has ordered to their time zone, but for those that were ordered in one by
 * name. Returns how many come at another time by that.
 */
export async function movePings(
  tx: Tx,
  isolation: Isolation,
  { platform, workspace, person }: Somebody,
  { zone }: Pick<KnownZone, 'zone'>,
): Promise<number> {
  const rows = await tx
    .select({ schedules })
    .from(schedules)
    .innerJoin(sessions, eq(sessions.id, schedules.sessionId))
    .where(
      and(
        eq(sessions.platform, platform),
        eq(sessions.workspace, workspace),
        sql`${schedules.rhythm}->'by'->>'id' = ${person}`,
      ),
    );
  const own = isolation.readable(
    rows,
    (row) => nameOf(row.schedules),
    (row) => scheduleOf(row.schedules),
  );
  const moved = own.filter(({ rhythm }) => rhythm.zone?.from !== 'order' && rhythm.zone?.name !== zone);
  for (const { sessionId, scope, rhythm } of moved) {
    const there = movedTo(rhythm, { name: zone, from: 'person' });
    await tx.update(schedules).set({ rhythm: there }).where(isOf(sessionId, scope));
  }
  return moved.filter(({ rhythm }) => rhythm.when.kind !== 'every').length;
}

/** Every thread's; one that can't be read is left out. */
export async function allSchedules(db: Db, isolation: Isolation): Promise<Schedule[]> {
  const rows = await db.select().from(schedules).orderBy(asc(schedules.createdAt));
  return isolation.readable(rows, nameOf, scheduleOf);
}

const isOf = (sessionId: string, scope: string) =>
  and(eq(schedules.sessionId, sessionId), eq(schedules.scope, scope));

const nameOf = ({ sessionId, scope }: { sessionId: string; scope: string }) =>
  `pings of session ${sessionId} (${scope})`;

const scheduleOf = ({ sessionId, scope, rhythm }: typeof schedules.$inferSelect): Schedule => ({
  sessionId,
  scope: Scope.parse(scope),
  rhythm: Rhythm.parse(rhythm),
});

/**
 * Tells a thread how jobs stand, for one due time at most once whoever asks. False where nothing was said: it
 * was said before, pings are off, or nothing has changed and they are to be quiet.
 */
export async function ping(
  db: Db,
  isolation: Isolation,
  sessionId: string,
  scope: string,
  due: Date,
): Promise<boolean> {
  return db.transaction(`a ping in session ${sessionId}`, async (tx) => {
    const [before] = await tx.select().from(schedules).where(isOf(sessionId, scope)).for('update');
    const [taken] = await tx
      .update(schedules)
      .set({ lastDue: due })
      .where(and(isOf(sessionId, scope), or(isNull(schedules.lastDue), lt(schedules.lastDue, due))))
      .returning({ sessionId: schedules.sessionId });
    const [found] = await tx.select().from(sessions).where(eq(sessions.id, sessionId));
    if (before === undefined || taken === undefined || found === undefined) return false;
    const { rhythm } = scheduleOf(before);
    const { address, exchange } = sessionOf(found);
    const whose = scope === 'thread' ? { sessionId } : { channelOf: address };
    // What was shown by another rhythm is no beginning.
    const since = beginningOf(rhythm, due, before.lastShown === null ? null : before.lastDue);
    const digest = await readDigest(tx, isolation, whose, { since, at: tx.clock.now() });
    const shown = hashOf(digest);
    await tx.update(schedules).set({ lastShown: shown }).where(isOf(sessionId, scope));
    if (rhythm.isQuiet && !hasNews(rhythm, digest, before.lastShown === shown)) return false;
    const reader = rhythm.when.kind === 'every' ? undefined : rhythm.by?.id;
    const { text, tables, times } = digestText(digest, rhythm.when.kind, zoneOf(rhythm), reader);
    const mentions = await calledBy(tx, address, rhythm, digest);
    const below = tables.length > 0 ? { tables } : {};
    await addMessage(tx, sessionId, exchange, { role: 'notice', text, mentions, times, ...below });
    return true;
  });
}

const DAY_MS = 86_400_000;

/** So far back is told at most, however long nobody ran me. */
const LONGEST_MS = 31 * DAY_MS;

/** From when on is told what has become of jobs: since the time before, else for one turn of the rhythm. */
function beginningOf({ when }: Rhythm, due: Date, last: Date | null): Date {
  const apart = { every: when.kind === 'every' ? when.ms : 0, daily: DAY_MS, weekly: 7 * DAY_MS }[when.kind];
  const earliest = due.getTime() - LONGEST_MS;
  return new Date(Math.max(last?.getTime() ?? due.getTime() - apart, earliest));
}

const zoneOf = ({ zone, when }: Rhythm): string =>
  zone?.name ?? (when.kind === 'every' ? 'UTC' : when.timeZone);

const hashOf = ({ running, needs }: Digest): string =>
  createHash('sha256')
    .update(
      JSON.stringify([
        ...running.map(({ watch: { jobId, snapshot } }) => [jobId, snapshot.stage, snapshot.progress?.step]),
        ...needs.map(({ kind, name, since }) => [kind, name, since]),
      ]),
    )
    .digest('base64url');

/** Notes that are to be quiet are left out where they would say that there is nothing. */
function hasNews({ when }: Rhythm, digest: Digest, isSame: boolean): boolean {
  if (when.kind !== 'every') return !isEmpty(digest);
  return !isSame || digest.failed.length + digest.finished.length > 0;
}

/** A note calls who ordered it, where it says something and they have not muted it; pings call nobody. */
async function calledBy(tx: Tx, place: Workspace, { when, by }: Rhythm, digest: Digest): Promise<string[]> {
  if (when.kind === 'every' || by === undefined || isEmpty(digest)) return [];
  return (await isMuted(tx, place, by.id, 'digests')) ? [] : [by.id];
}
