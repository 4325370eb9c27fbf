import { and, eq, sql } from 'drizzle-orm';
import { sessions, toolCalls } from '../db/schema.ts';
import type { Db } from '../db/storage.ts';
import type { ThreadAddress } from './address.ts';
import { insertOperation } from './inbox.ts';
import { addMessage, emit, moveToolCall } from './record.ts';
import { sessionOf, toolCallOf } from './rows.ts';

/** What becomes of approvals that nobody decides; 0 is never. */
export type OpenApprovals = {
  remindAfterSeconds: number;
  lapseAfterSeconds: number;
  approversIn(address: ThreadAddress): Promise<readonly string[]>;
  /** Whom the second approval waits for, where there has been a first. */
  secondApprovers: readonly string[];
};

/** Brings forgotten approvals to mind, each once, with a mention. Returns the sessions in which it did. */
export async function remindOfApprovals(db: Db, settings: OpenApprovals): Promise<string[]> {
  const { remindAfterSeconds: seconds } = settings;
  if (seconds === 0) return [];
  const due = await openFor(db, seconds, sql`${toolCalls.state}->>'remindedAt' is null`);
  const reminded: string[] = [];
  for (const { sessionId, callId } of due) {
    const isDone = await db.transaction(async (tx) => {
      const [row] = await tx.select().from(sessions).where(eq(sessions.id, sessionId)).for('update');
      const [found] = await tx.select().from(toolCalls).where(eq(toolCalls.id, callId));
      const call = found && toolCallOf(found);
      if (row === undefined || call?.state.kind !== 'awaiting_approval' || call.state.remindedAt)
        return false;
      const { requester, exchange, address } = sessionOf(row);
      const state = { ...call.state, remindedAt: new Date() };
      await moveToolCall(tx, sessionId, callId, ['awaiting_approval'], state);
      const { first } = call.state;
      const approvers = first ? settings.secondApprovers : await settings.approversIn(address);
      const people = approvers.filter(
        (id) => !['requester', 'thread', 'anyone'].includes(id) && !/^(S|role:)/.test(id),
      );
      const mentions =
        approvers.includes('requester') || people.length === 0 ? [requester.id, ...people] : people;
      const what = first ? `a second approval, after ${first.by.name}’s` : 'a decision';
      const text = `This still waits for ${what}: ${call.state.request.title}.`;
      await addMessage(tx, sessionId, exchange, { role: 'notice', text, mentions: [...new Set(mentions)] });
      return true;
    });
    if (isDone) reminded.push(sessionId);
  }
  return reminded;
}

/** Ends approvals that nobody will decide any more; their calls are not run. Returns the sessions that go on. */
export async function lapseApprovals(
  db: Db,
  { lapseAfterSeconds: seconds }: OpenApprovals,
): Promise<string[]> {
  if (seconds === 0) return [];
  const lapsed: string[] = [];
  for (const { sessionId, callId } of await openFor(db, seconds, sql`true`)) {
    const isDone = await db.transaction(async (tx) => {
      await tx.select({ id: sessions.id }).from(sessions).where(eq(sessions.id, sessionId)).for('update');
      const [found] = await tx.select().from(toolCalls).where(eq(toolCalls.id, callId));
      const state = found && toolCallOf(found).state;
      if (state?.kind !== 'awaiting_approval') return false;
      const hours = Math.round(seconds / 3600);
      await moveToolCall(tx, sessionId, callId, ['awaiting_approval'], {
        kind: 'abandoned',
        request: state.request,
        at: new Date(),
        output: `Nobody decided on this call within ${hours} hours, so it lapsed and was not run. Say so in one sentence and stop; propose it again only when somebody asks.`,
      });
      await emit(tx, sessionId, { type: 'tool_state_change', data: { toolCallId: callId, state: 'lapsed' } });
      const decisions = [{ toolCallId: callId, verdict: 'lapsed' as const }];
      return insertOperation(tx, sessionId, `lapse:${callId}`, { kind: 'exec_approval', decisions });
    });
    if (isDone) lapsed.push(sessionId);
  }
  return lapsed;
}

async function openFor(
  db: Db,
  seconds: number,
  condition: ReturnType<typeof sql>,
): Promise<{ sessionId: string; callId: string }[]> {
  return db
    .select({ sessionId: toolCalls.sessionId, callId: toolCalls.id })
    .from(toolCalls)
    .where(
      and(
        sql`${toolCalls.state}->>'kind' = 'awaiting_approval'`,
        sql`coalesce(${toolCalls.state}->'first'->>'at', ${toolCalls.state}->>'since')::timestamptz < now() - make_interval(secs => ${seconds})`,
        condition,
      ),
    )
    .limit(100);
}
