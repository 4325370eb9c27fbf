import { and, asc, eq, gt } from 'drizzle-orm';
import type { Queries } from '../../db/database.ts';
import { operations } from '../../db/schema/inbox.ts';
import { sessions } from '../../db/schema/sessions.ts';
import type { ThreadAddress } from '../address.ts';
import { Operation } from '../operations.ts';
import type { WrittenAt } from '../written-at.ts';

/** The condition that a session is the one of a thread. */
export const isAt = ({ platform, workspace, channel, thread }: ThreadAddress) =>
  and(
    eq(sessions.platform, platform),
    eq(sessions.workspace, workspace),
    eq(sessions.channel, channel),
    eq(sessions.thread, thread),
  );

/** The session of a thread; undefined where it has none yet. */
export async function sessionAt(db: Queries, address: ThreadAddress): Promise<string | undefined> {
  const [row] = await db.select({ id: sessions.id }).from(sessions).where(isAt(address));
  return row?.id;
}

/** So far may the clock of a platform be from the record's. */
const APART_MS = 10 * 60_000;

/**
 * The message that a thread's session began with, as far as it is known; of sessions that had lasted a while
 * at a time nothing is looked up.
 */
export async function firstMessage(
  db: Queries,
  address: ThreadAddress,
  at: Date | undefined,
): Promise<{ messageId: string; writtenAt?: WrittenAt | undefined } | undefined> {
  const isYoung = at === undefined ? undefined : gt(sessions.createdAt, new Date(at.getTime() - APART_MS));
  const [row] = await db
    .select({ body: operations.body })
    .from(sessions)
    .innerJoin(operations, eq(operations.sessionId, sessions.id))
    .where(and(isAt(address), isYoung))
    .orderBy(asc(operations.id))
    .limit(1);
  const operation = Operation.safeParse(row?.body).data;
  return operation?.kind === 'user_input' ? operation : undefined;
}
