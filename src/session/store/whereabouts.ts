import { eq } from 'drizzle-orm';
import type { Queries } from '../../db/database.ts';
import { watches } from '../../db/schema/jobs.ts';
import { sessions } from '../../db/schema/sessions.ts';
import { toolCalls } from '../../db/schema/transcript.ts';
import type { ThreadAddress } from '../address.ts';

const ADDRESS = {
  platform: sessions.platform,
  workspace: sessions.workspace,
  channel: sessions.channel,
  thread: sessions.thread,
};

/** The thread that a call belongs to; undefined where there is no such call. */
export async function threadOfCall(db: Queries, toolCallId: string): Promise<ThreadAddress | undefined> {
  const [row] = await db
    .select(ADDRESS)
    .from(toolCalls)
    .innerJoin(sessions, eq(sessions.id, toolCalls.sessionId))
    .where(eq(toolCalls.id, toolCallId));
  return row;
}

/** The thread that a followed job belongs to; undefined where there is no such job. */
export async function threadOfWatch(db: Queries, watchId: string): Promise<ThreadAddress | undefined> {
  const [row] = await db
    .select(ADDRESS)
    .from(watches)
    .innerJoin(sessions, eq(sessions.id, watches.sessionId))
    .where(eq(watches.id, watchId));
  return row;
}
