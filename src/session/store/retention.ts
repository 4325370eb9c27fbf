import { and, asc, eq, inArray, isNull, lt, sql } from 'drizzle-orm';
import { type Db, moment } from '../../db/database.ts';
import { deliveries } from '../../db/schema/inbox.ts';
import { sessions } from '../../db/schema/sessions.ts';
import { spend } from '../../db/schema/spend.ts';
import { paces } from '../../db/schema/threads.ts';
import { webPages } from '../../db/schema/tools.ts';
import { callJournal, events, files, messages, toolCalls } from '../../db/schema/transcript.ts';
import { later } from '../../lib/clock.ts';
import { closedText } from '../../thread/words/status.ts';
import type { SessionState } from '../state.ts';
import type { Entry } from '../transcript.ts';

/*
 * Nothing grows without bound: what nobody uses is closed, what is old is deleted. Each function does one
 * batch of at most `limit` and says how many it was; fewer than `limit` were all.
 */

const CLOSED: SessionState = { kind: 'closed', by: 'inactivity' };

/**
 * Closes sessions that nobody has used for `days`, with a note in the thread. A message or `resume` opens one
 * again. Returns which ones were closed.
 */
export async function closeIdleSessions(db: Db, days: number, limit: number): Promise<string[]> {
  const entry: Entry = { role: 'notice', text: closedText(days) };
  return db.transaction('closing idle sessions', async (tx) => {
    const unused = tx
      .select({ id: sessions.id })
      .from(sessions)
      .where(
        and(
          sql`${sessions.state}->>'kind' in ('idle', 'failed', 'interrupted')`,
          lt(sessions.updatedAt, daysAgo(db, days)),
          isNull(sessions.leaseUntil),
        ),
      )
      .orderBy(asc(sessions.updatedAt))
      .limit(limit)
      .for('update', { skipLocked: true });
    const rows = await tx
      .update(sessions)
      .set({
        state: CLOSED,
        // Neither runs over, whatever a row has: one that did would keep all others from being closed.
        rev: sql`least(${sessions.rev}, 2147483646) + 1`,
        updatedAt: tx.clock.now(),
        settledExchange: sql`least(${sessions.settledExchange}, greatest(${sessions.exchange}, -2147483647) - 1)`,
      })
      .where(inArray(sessions.id, unused))
      .returning({ sessionId: sessions.id, exchange: sessions.exchange });
    if (rows.length > 0) await tx.insert(messages).values(rows.map((row) => ({ ...row, entry })));
    return rows.map(({ sessionId }) => sessionId);
  });
}

/** Deletes the bytes of files older than `days`. What threads were sent stays there. */
export async function deleteOldFiles(db: Db, days: number, limit: number): Promise<number> {
  const old = db
    .select({ id: files.id })
    .from(files)
    .where(lt(files.createdAt, daysAgo(db, days)))
    .limit(limit);
  const rows = await db.delete(files).where(inArray(files.id, old)).returning({ id: files.id });
  return rows.length;
}

/** Deletes what older versions noted of every change, oldest first. */
export async function deleteOldEvents(db: Db, days: number, limit: number): Promise<number> {
  const oldest = db.select({ id: events.id }).from(events).orderBy(asc(events.id)).limit(limit);
  const isOld = lt(events.createdAt, daysAgo(db, days));
  const rows = await db
    .delete(events)
    .where(and(inArray(events.id, oldest), isOld))
    .returning({ id: events.id });
  return rows.length;
}

/** Forgets what calls had noted down to go on with, once they have been over for a day. */
export async function deleteOldJournals(db: Db, limit: number): Promise<number> {
  const over = db
    .select({ id: callJournal.callId, position: callJournal.position })
    .from(callJournal)
    .innerJoin(toolCalls, eq(toolCalls.id, callJournal.callId))
    .where(and(lt(callJournal.createdAt, daysAgo(db, 1)), lt(toolCalls.finishedAt, daysAgo(db, 1))))
    .limit(limit);
  const rows = await db
    .delete(callJournal)
    .where(sql`(${callJournal.callId}, ${callJournal.position}) in ${over}`)
    .returning({ id: callJournal.callId });
  return rows.length;
}

/** Forgets deliveries that no platform makes again: what was asked with them is in the inbox. */
export async function deleteOldDeliveries(db: Db, limit: number): Promise<number> {
  const old = db
    .select({ id: deliveries.sourceId })
    .from(deliveries)
    .where(lt(deliveries.createdAt, daysAgo(db, 7)))
    .limit(limit);
  const rows = await db
    .delete(deliveries)
    .where(inArray(deliveries.sourceId, old))
    .returning({ id: deliveries.sourceId });
  return rows.length;
}

/** Forgets what was spent on days that no budget asks about any more. */
export async function deleteOldSpend(db: Db, limit: number): Promise<number> {
  const old = db
    .select({ id: spend.id })
    .from(spend)
    .where(sql`${spend.day} < ml_intern.utc_day(${moment(daysAgo(db, 7))})`)
    .orderBy(spend.day) // by its index: what is kept is not gone through
    .limit(limit);
  const rows = await db.delete(spend).where(inArray(spend.id, old)).returning({ id: spend.id });
  return rows.length;
}

/** Forgets how fast places could be sent to that nobody has written to for a day. */
export async function deleteOldPaces(db: Db): Promise<number> {
  const rows = await db
    .delete(paces)
    .where(lt(paces.updatedAt, daysAgo(db, 1)))
    .returning({ bucket: paces.bucket });
  return rows.length;
}

/**
 * Forgets the pages that have not been used for longest, until the rest takes no more than `maxBytes`, as it
 * is stored.
 */
export async function pruneWebPages(db: Db, maxBytes: number): Promise<number> {
  const sizes = db
    .select({
      key: webPages.key,
      total:
        sql<string>`sum(pg_column_size(${webPages.text})) over (order by ${webPages.usedAt} desc, ${webPages.key})`.as(
          'total',
        ),
    })
    .from(webPages)
    .as('sizes');
  const surplus = db.select({ key: sizes.key }).from(sizes).where(sql`${sizes.total} > ${maxBytes}`);
  const rows = await db
    .delete(webPages)
    .where(inArray(webPages.key, surplus))
    .returning({ key: webPages.key });
  return rows.length;
}

/** Which of these sessions are closed, or not there at all: what they leave behind may go. */
export async function closedSessions(db: Db, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .select({ id: sessions.id })
    .from(sessions)
    .where(and(inArray(sessions.id, [...ids]), sql`${sessions.state}->>'kind' <> 'closed'`));
  const inUse = new Set(rows.map((row) => row.id));
  return ids.filter((id) => !inUse.has(id));
}

const DAY_MS = 86_400_000;

const daysAgo = (db: Db, days: number): Date => later(db.clock.now(), -days * DAY_MS);
