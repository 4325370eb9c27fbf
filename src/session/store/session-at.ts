import { and, eq } from 'drizzle-orm';
import type { Queries } from '../../db/database.ts';
import { sessions } from '../../db/schema/sessions.ts';
import type { ThreadAddress } from '../address.ts';

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
