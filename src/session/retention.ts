import { and, inArray, isNull, lt, sql } from 'drizzle-orm';
import { events, files, sessions } from '../db/schema.ts';
import type { Tx } from './lease.ts';
import { forgetPaces } from './pace.ts';
import { addMessage } from './record.ts';
import type { SessionState } from './state.ts';
import { pruneWebPages } from './web-cache.ts';

const BATCH = 200;

/** Of all pages of the web that are kept. */
const WEB_CHARACTERS = 200_000_000;
const CLOSED: SessionState = { kind: 'closed', by: 'inactivity' };

/**
 * Closes sessions that nobody has used for `days`, with a note in the thread. A message or `resume` opens one again.
 * Returns which ones were closed.
 */
export async function closeIdleSessions(db: Tx, days: number): Promise<string[]> {
  return db.transaction(async (tx) => {
    const rows = await tx
      .update(sessions)
      .set({ state: CLOSED })
      .where(
        inArray(
          sessions.id,
          tx
            .select({ id: sessions.id })
            .from(sessions)
            .where(
              and(
                sql`${sessions.state}->>'kind' in ('idle', 'failed', 'interrupted')`,
                lt(sessions.updatedAt, sql`now() - make_interval(days => ${days})`),
                isNull(sessions.leaseUntil),
              ),
            )
            .limit(BATCH)
            .for('update', { skipLocked: true }),
        ),
      )
      .returning({ id: sessions.id, exchange: sessions.exchange });
    const text = `Closed after ${days} days without a message. Write here to go on: everything said so far is kept.`;
    for (const { id, exchange } of rows) await addMessage(tx, id, exchange, { role: 'notice', text });
    return rows.map((row) => row.id);
  });
}

/**
 * Deletes events and the bytes of files older than `days`, a batch at a time. The transcript, calls and jobs stay, and
 * so does what threads were sent. Returns how many events there were.
 */
export async function thinEvents(db: Tx, days: number): Promise<number> {
  const old = db
    .select({ id: events.id })
    .from(events)
    .where(lt(events.createdAt, sql`now() - make_interval(days => ${days})`))
    .limit(5_000);
  await forgetPaces(db);
  await pruneWebPages(db, WEB_CHARACTERS);
  await db.delete(files).where(lt(files.createdAt, sql`now() - make_interval(days => ${days})`));
  const rows = await db.delete(events).where(inArray(events.id, old)).returning({ id: events.id });
  return rows.length;
}

/** Which of these sessions are closed, or not there at all: what they leave behind may go. */
export async function closedSessions(db: Tx, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .select({ id: sessions.id })
    .from(sessions)
    .where(and(inArray(sessions.id, [...ids]), sql`${sessions.state}->>'kind' <> 'closed'`));
  const inUse = new Set(rows.map((row) => row.id));
  return ids.filter((id) => !inUse.has(id));
}
