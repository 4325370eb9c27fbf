import { and, desc, eq, inArray, sql } from 'drizzle-orm';
import type { Queries } from '../../db/database.ts';
import { sessions } from '../../db/schema/sessions.ts';
import { messages, toolCalls } from '../../db/schema/transcript.ts';
import type { ThreadAddress } from '../address.ts';
import { Entry } from '../transcript.ts';
import { isAt } from './session-at.ts';

/** What the agent has said in a thread, where nobody has said anything since. */
export async function lastAnswer(db: Queries, address: ThreadAddress): Promise<string | undefined> {
  const [row] = await db
    .select({ entry: messages.entry })
    .from(messages)
    .innerJoin(sessions, eq(sessions.id, messages.sessionId))
    .where(
      and(
        isAt(address),
        eq(messages.undone, false),
        inArray(sql`${messages.entry}->>'role'`, ['user', 'assistant', 'note']),
      ),
    )
    .orderBy(desc(messages.id))
    .limit(1);
  const entry = Entry.safeParse(row?.entry).data;
  return entry?.role === 'assistant' ? entry.text : undefined;
}

/** Whether a thread has calls that wait for a decision. */
export async function hasOpenCalls(db: Queries, address: ThreadAddress): Promise<boolean> {
  const rows = await db
    .select({ id: toolCalls.id })
    .from(toolCalls)
    .innerJoin(sessions, eq(sessions.id, toolCalls.sessionId))
    .where(and(isAt(address), sql`${toolCalls.state}->>'kind' = 'awaiting_approval'`))
    .limit(1);
  return rows.length > 0;
}
