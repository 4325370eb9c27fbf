import { asc, eq } from 'drizzle-orm';
import type { Queries, Tx } from '../../db/database.ts';
import { callJournal } from '../../db/schema/transcript.ts';

/** What a call has noted down so far, in order. */
export async function journalOf(db: Queries, callId: string): Promise<unknown[]> {
  const rows = await db
    .select({ entry: callJournal.entry })
    .from(callJournal)
    .where(eq(callJournal.callId, callId))
    .orderBy(asc(callJournal.position));
  return rows.map(({ entry }) => entry);
}

/**
 * Notes down the next thing. Who has read `position` entries adds the one at that position, and nobody else
 * does.
 */
export async function addToJournal(tx: Tx, callId: string, position: number, entry: unknown): Promise<void> {
  await tx.insert(callJournal).values({ callId, position, entry });
}
