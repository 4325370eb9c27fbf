import { and, eq, sql } from 'drizzle-orm';
import type { Db } from '../db/database.ts';
import { OPEN_SINCE, toolCalls } from '../db/schema/transcript.ts';
import { later } from '../lib/clock.ts';
import { durationText } from '../lib/duration.ts';
import type { Isolation } from '../lib/isolation.ts';
import { insertOperation } from '../session/store/inbox.ts';
import { lockedSession } from '../session/store/read-snapshot.ts';
import { addMessage, moveToolCall } from '../session/store/record.ts';
import { toolCallOf } from '../session/store/rows.ts';
import { reminderText } from '../thread/words/approvals.ts';
import { type ApproverPolicy, decidersIn, type MentionsOf } from './approvers.ts';

/** What becomes of approvals that nobody decides; 0 is never. */
export type OpenApprovals = {
  remindAfterSeconds: number;
  lapseAfterSeconds: number;
  approversOf: ApproverPolicy['approversOf'];
  mentionsOf: MentionsOf;
  /** Whom the second approval waits for, where there has been a first. */
  secondApprovers: readonly string[];
  isolation: Isolation;
};

/**
 * Brings forgotten approvals to mind, each once, with a mention. Returns the sessions in which it did. One
 * that would have lapsed while nothing could be decided, because nobody ran me, is brought to mind as well,
 * and lapses only later.
 */
export async function remindOfApprovals(db: Db, settings: OpenApprovals): Promise<string[]> {
  const seconds = settings.remindAfterSeconds;
  if (!hasReminders(settings)) return [];
  const now = db.clock.now();
  const due = await openFor(db, later(now, -seconds * 1000), sql`${toolCalls.state}->>'remindedAt' is null`);
  const reminded: string[] = [];
  await settings.isolation.each(due, nameOf, async ({ sessionId, callId }) => {
    const isDone = await db.transaction(`a reminder in session ${sessionId}`, async (tx) => {
      const session = await lockedSession(tx, sessionId);
      const [found] = await tx.select().from(toolCalls).where(eq(toolCalls.id, callId));
      const call = found && toolCallOf(found);
      if (session === undefined || call?.state.kind !== 'awaiting_approval' || call.state.remindedAt)
        return false;
      const { exchange, address, rules } = session;
      await moveToolCall(tx, sessionId, callId, ['awaiting_approval'], { ...call.state, remindedAt: now });
      const { first, since } = call.state;
      const approvers = first ? settings.secondApprovers : settings.approversOf(address, rules);
      const { called: mentions } = await decidersIn(tx, settings, session, approvers);
      const lapsesIn = nearLapse(settings, first?.at ?? since, now);
      const text = reminderText(call.state.request.title, first?.by, lapsesIn);
      await addMessage(tx, sessionId, exchange, { role: 'notice', text, mentions });
      return true;
    });
    if (isDone) reminded.push(sessionId);
  });
  return reminded;
}

/**
 * Ends approvals that nobody will decide any more; their calls are not run. Returns the sessions that go on.
 */
export async function lapseApprovals(db: Db, settings: OpenApprovals): Promise<string[]> {
  const { lapseAfterSeconds: seconds, isolation } = settings;
  if (seconds === 0) return [];
  const lapsed: string[] = [];
  const now = db.clock.now();
  const since = later(now, -seconds * 1000);
  const isReminded = hasReminders(settings)
    ? sql`(${toolCalls.state}->>'remindedAt') collate "C" < ${later(now, -graceSeconds(settings) * 1000).toISOString()}`
    : undefined;
  const due = await openFor(db, since, isReminded);
  await isolation.each(due, nameOf, async ({ sessionId, callId }) => {
    const isDone = await db.transaction(`the lapse of call ${callId}`, async (tx) => {
      await lockedSession(tx, sessionId);
      const [found] = await tx.select().from(toolCalls).where(eq(toolCalls.id, callId));
      const state = found && toolCallOf(found).state;
      if (state?.kind !== 'awaiting_approval' || (state.first?.at ?? state.since) > since) return false;
      await moveToolCall(tx, sessionId, callId, ['awaiting_approval'], {
        kind: 'abandoned',
        why: 'lapsed',
        request: state.request,
        at: now,
        output: `Nobody decided on this call within ${durationText(seconds)}, so it lapsed and was not run. Say so in one sentence and stop; propose it again only when somebody asks.`,
      });
      const decisions = [{ toolCallId: callId, verdict: 'lapsed' as const }];
      return insertOperation(tx, sessionId, `lapse:${callId}`, { kind: 'exec_approval', decisions });
    });
    if (isDone) lapsed.push(sessionId);
  });
  return lapsed;
}

/** A reminder that would come with the lapse or after it is none. */
const hasReminders = ({ remindAfterSeconds: remind, lapseAfterSeconds: lapse }: OpenApprovals): boolean =>
  remind > 0 && (lapse === 0 || remind < lapse);

/** How long people have at least between the reminder and the lapse, however late the reminder was. */
const graceSeconds = ({ remindAfterSeconds: remind, lapseAfterSeconds: lapse }: OpenApprovals): number =>
  Math.min(remind, lapse - remind);

/** The seconds until the lapse, where that is near because the reminder comes late. */
function nearLapse(settings: OpenApprovals, since: Date, now: Date): number | undefined {
  const { lapseAfterSeconds: lapse } = settings;
  const leftSeconds = lapse - (now.getTime() - since.getTime()) / 1000;
  const grace = graceSeconds(settings);
  return lapse > 0 && leftSeconds < grace ? grace : undefined;
}

const nameOf = ({ sessionId, callId }: { sessionId: string; callId: string }) =>
  `call ${callId} of session ${sessionId}`;

/** Calls that people were asked about before a moment. */
async function openFor(
  db: Db,
  before: Date,
  condition: ReturnType<typeof sql> | undefined,
): Promise<{ sessionId: string; callId: string }[]> {
  return db
    .select({ sessionId: toolCalls.sessionId, callId: toolCalls.id })
    .from(toolCalls)
    .where(
      and(
        sql`${toolCalls.state}->>'kind' = 'awaiting_approval'`,
        sql`${OPEN_SINCE} < ${before.toISOString()}`,
        condition,
      ),
    );
}
