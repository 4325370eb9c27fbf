import { and, eq, sql } from 'drizzle-orm';
import type { Tx } from '../db/database.ts';
import { messages } from '../db/schema/transcript.ts';
import type { Person } from '../session/address.ts';
import type { Session } from '../session/snapshot.ts';
import { lockedSession } from '../session/store/read-snapshot.ts';
import { type Circle, isAmong, type Known } from './approvers.ts';

/** A session, locked until the transaction ends, and somebody who wants to do something in it. */
export type Scene = { session: Session; circle: Circle; by: Person; known: Known };

/** Undefined where there is no such session. What `known` tells: see `knowingGroups`. */
export async function sceneIn(
  tx: Tx,
  sessionId: string,
  by: Person,
  known: Known,
): Promise<Scene | undefined> {
  const session = await lockedSession(tx, sessionId);
  return session && { session, circle: await circleOf(tx, session), by, known };
}

/** Whether that somebody is among `approvers`, all that may change being held. */
export const isOneOf = ({ circle, by, known }: Scene, approvers: readonly string[]): boolean =>
  isAmong(approvers, circle, by, known);

/** Who asked for a session, and who has written in it. */
async function circleOf(tx: Tx, { id, requester, address }: Session): Promise<Circle> {
  const rows = await tx
    .selectDistinct({ id: sql<string>`${messages.entry}->'author'->>'id'` })
    .from(messages)
    .where(and(eq(messages.sessionId, id), sql`${messages.entry}->>'role' = 'user'`));
  return { address, requester, participants: rows.map((row) => row.id) };
}
