import { and, eq, inArray, sql } from 'drizzle-orm';
import { jsonOf, type Tx } from '../../db/database.ts';
import { watches } from '../../db/schema/jobs.ts';
import { exchanges, sessions } from '../../db/schema/sessions.ts';
import { usage } from '../../db/schema/spend.ts';
import { messages, toolCalls } from '../../db/schema/transcript.ts';
import { beginningOf } from '../../lib/cut.ts';
import type { Experiment } from '../experiments/measured.ts';
import { freeJobName } from '../job-names.ts';
import { Settings } from '../settings.ts';
import type { Draft, PlanItem, SessionState } from '../state.ts';
import type { StopRules } from '../stop-rules.ts';
import {
  isSettled,
  type Question,
  type ToolCall,
  type ToolCallKind,
  type ToolCallState,
} from '../tool-calls.ts';
import type { Entry } from '../transcript.ts';
import type { Watch } from '../watches.ts';
import { markLater, noteCall, writesOf } from './known.ts';
import { touch, touchNoted } from './lease.ts';
import { messageOf } from './rows.ts';

/*
 * Single writes, to be combined into one transaction each time: a worker's inside `fenced`, everybody else's
 * as conditional updates. Each marks the thread as changed.
 */

export async function addMessage(tx: Tx, sessionId: string, exchange: number, entry: Entry): Promise<number> {
  const [row] = await tx.insert(messages).values({ sessionId, exchange, entry }).returning();
  if (row === undefined) throw new Error('an insert returned no row');
  writesOf(tx, sessionId)?.written.messages.push(messageOf(row));
  await touchNoted(tx, sessionId, exchange);
  return row.id;
}

export type NewToolCall = Pick<
  ToolCall,
  'id' | 'providerId' | 'name' | 'arguments' | 'summary' | 'step' | 'timeline'
> & {
  /** Why it is not taken: it fails with this, and nothing of it runs. */
  refusal?: { output: string; at: Date } | undefined;
};

export async function addToolCalls(
  tx: Tx,
  sessionId: string,
  exchange: number,
  messageId: number,
  calls: readonly NewToolCall[],
): Promise<void> {
  if (calls.length === 0) return;
  const rows = await tx
    .insert(toolCalls)
    .values(
      calls.map(({ refusal, ...call }, position) => {
        const state: ToolCallState =
          refusal === undefined ? { kind: 'proposed' } : { kind: 'failed', ...refusal };
        return { ...call, sessionId, exchange, messageId, position, state, finishedAt: refusal?.at };
      }),
    )
    .returning();
  for (const row of rows.toSorted((a, b) => a.position - b.position)) noteCall(tx, row);
}

/** Whether people are asked about a call of the same step. */
export async function hasOpenCall(tx: Tx, sessionId: string, messageId: number): Promise<boolean> {
  const open = sql`${toolCalls.state}->>'kind' = 'awaiting_approval'`;
  const [row] = await tx
    .select({ id: toolCalls.id })
    .from(toolCalls)
    .where(and(eq(toolCalls.sessionId, sessionId), eq(toolCalls.messageId, messageId), open))
    .limit(1);
  return row !== undefined;
}

/**
 * Moves a tool call to `state` if it is in one of `from`; says whether it was. This condition is what makes
 * two clicks one decision, and what keeps a settled call settled.
 */
export async function moveToolCall(
  tx: Tx,
  sessionId: string,
  callId: string,
  from: readonly ToolCallKind[],
  state: ToolCallState,
  startedAt = state.kind === 'running' ? state.since : undefined,
): Promise<boolean> {
  const [row] = await tx
    .update(toolCalls)
    .set({
      state,
      ...(state.kind === 'approved' || state.kind === 'rejected'
        ? { approval: { request: state.request, decision: state.decision } }
        : {}),
      ...(startedAt === undefined ? {} : { startedAt }),
      ...(isSettled(state) ? { finishedAt: tx.clock.now() } : {}),
    })
    .where(
      and(
        eq(toolCalls.id, callId),
        eq(toolCalls.sessionId, sessionId),
        inArray(sql`${toolCalls.state}->>'kind'`, [...from]),
      ),
    )
    .returning();
  if (row === undefined) return false;
  noteCall(tx, row);
  await touchNoted(tx, sessionId);
  return true;
}

/** A call with what came of it. */
export type Settled = { id: string; state: ToolCallState };

/** Moves several calls that are proposed to how they have ended, in one statement: they were look-ups. */
export async function settleLookUps(
  tx: Tx,
  sessionId: string,
  settled: readonly Settled[],
  startedAt: Date,
): Promise<void> {
  if (settled.length === 0) return;
  const ends = settled.map(({ id, state }) => sql`when ${id} then ${jsonOf(tx, state)}`);
  const rows = await tx
    .update(toolCalls)
    .set({
      state: sql`case ${toolCalls.id} ${sql.join(ends, sql` `)} end`,
      startedAt,
      finishedAt: tx.clock.now(),
    })
    .where(
      and(
        eq(toolCalls.sessionId, sessionId),
        inArray(
          toolCalls.id,
          settled.map(({ id }) => id),
        ),
        sql`${toolCalls.state}->>'kind' = 'proposed'`,
      ),
    )
    .returning();
  for (const row of rows) noteCall(tx, row);
  if (rows.length > 0) await touchNoted(tx, sessionId);
}

/** What is shown of a call while it runs: what it prints, or how it stands. Nothing once it has ended. */
export async function setShown(
  tx: Tx,
  sessionId: string,
  callId: string,
  shown: { tail: string } | { note: string } | { question: Question },
): Promise<void> {
  await tx
    .update(toolCalls)
    .set({ state: sql`${toolCalls.state} || ${jsonOf(tx, shown)}` })
    .where(
      and(
        eq(toolCalls.id, callId),
        eq(toolCalls.sessionId, sessionId),
        sql`${toolCalls.state}->>'kind' = 'running'`,
      ),
    );
  await touch(tx, sessionId);
}

/** A question is over: it is no longer shown. */
export async function closeQuestion(
  tx: Tx,
  sessionId: string,
  callId: string,
  questionId: string,
): Promise<void> {
  await tx
    .update(toolCalls)
    .set({ state: sql`${toolCalls.state} - 'question'` })
    .where(and(eq(toolCalls.id, callId), sql`${toolCalls.state}->'question'->>'id' = ${questionId}`));
  await touch(tx, sessionId);
}

export async function setState(tx: Tx, sessionId: string, state: SessionState): Promise<void> {
  await touch(tx, sessionId, undefined, { state });
}

/** What a session is doing once nobody writes an answer any more. */
export async function endTurn(tx: Tx, sessionId: string, state: SessionState): Promise<void> {
  await touch(tx, sessionId, undefined, { state, draft: null });
}

/**
 * A draft is no progress: a turn that fails again and again after its model has begun to answer must not be
 * paid for without end.
 */
export async function setDraft(tx: Tx, sessionId: string, draft: Draft | undefined): Promise<void> {
  const writes = writesOf(tx, sessionId);
  if (writes !== undefined) return markLater(writes, { draft: draft ?? null });
  await tx
    .update(sessions)
    .set({ draft: draft ?? null, rev: sql`${sessions.rev} + 1`, updatedAt: tx.clock.now() })
    .where(eq(sessions.id, sessionId));
}

/** Opens the next exchange and makes it the current one. */
export async function openExchange(
  tx: Tx,
  sessionId: string,
  number: number,
  plan: readonly PlanItem[],
): Promise<void> {
  await tx.insert(exchanges).values({ sessionId, number, plan });
  await touch(tx, sessionId, undefined, { exchange: number });
}

export async function closeExchange(
  tx: Tx,
  sessionId: string,
  number: number,
  outcome: SessionState,
): Promise<void> {
  await tx
    .update(exchanges)
    .set({ outcome, finishedAt: tx.clock.now() })
    .where(whichExchange(sessionId, number));
  await touch(tx, sessionId);
}

/** Opens a closed exchange again, to go on with it because somebody says so: its calls count anew. */
export async function reopenExchange(tx: Tx, sessionId: string, number: number): Promise<void> {
  await tx.update(exchanges).set({ modelCalls: 0 }).where(whichExchange(sessionId, number));
  await continueExchange(tx, sessionId, number);
}

/** Opens a closed exchange again, to go on with it by itself. */
export async function continueExchange(tx: Tx, sessionId: string, number: number): Promise<void> {
  await tx.update(exchanges).set({ outcome: null, finishedAt: null }).where(whichExchange(sessionId, number));
  await touch(tx, sessionId);
}

export async function setPlan(
  tx: Tx,
  sessionId: string,
  number: number,
  plan: readonly PlanItem[],
): Promise<void> {
  await tx
    .update(exchanges)
    .set({ plan: [...plan] })
    .where(whichExchange(sessionId, number));
  await touch(tx, sessionId);
}

export async function countCorrection(tx: Tx, sessionId: string, number: number): Promise<void> {
  await tx
    .update(exchanges)
    .set({ corrections: sql`${exchanges.corrections} + 1` })
    .where(whichExchange(sessionId, number));
}

/** Marks an exchange and everything said in it as undone; nothing is deleted. */
export async function undoExchange(tx: Tx, sessionId: string, number: number): Promise<void> {
  await tx.update(exchanges).set({ undone: true }).where(whichExchange(sessionId, number));
  await tx
    .update(messages)
    .set({ undone: true })
    .where(and(eq(messages.sessionId, sessionId), eq(messages.exchange, number)));
  await touch(tx, sessionId, number);
}

/** Marks one entry as undone. */
export async function undoMessage(tx: Tx, sessionId: string, messageId: number): Promise<void> {
  const [row] = await tx
    .update(messages)
    .set({ undone: true })
    .where(and(eq(messages.sessionId, sessionId), eq(messages.id, messageId)))
    .returning({ exchange: messages.exchange });
  await touch(tx, sessionId, row?.exchange);
}

/** Settings to change; null takes one away. The others stay as they are: somebody may be changing them. */
export type SettingsChange = { [Name in keyof Settings]?: Settings[Name] | null };

export async function changeSettings(tx: Tx, sessionId: string, change: SettingsChange): Promise<void> {
  const settings = sql`jsonb_strip_nulls(${sessions.settings} || ${jsonOf(tx, change)})`;
  await touch(tx, sessionId, undefined, { settings });
}

export async function startContextAfter(tx: Tx, sessionId: string, messageId: number): Promise<void> {
  await tx.update(sessions).set({ contextStart: messageId }).where(eq(sessions.id, sessionId));
}

export type ModelUsage = {
  /** What the call was for. */
  purpose: 'step' | 'summary' | 'title' | 'check' | 'research';
  model: string;
  inputTokens: number;
  cachedTokens: number;
  outputTokens: number;
  firstTokenMs: number;
  totalMs: number;
  usd: number | undefined;
};

export async function addUsage(tx: Tx, sessionId: string, exchange: number, used: ModelUsage): Promise<void> {
  const { usd, ...rest } = used;
  const costMicroUsd = usd === undefined ? null : Math.round(usd * 1e6);
  await tx.insert(usage).values({ sessionId, exchange, ...rest, costMicroUsd });
  if (costMicroUsd === null) return;
  const writes = writesOf(tx, sessionId);
  if (writes !== undefined) return markLater(writes, { microUsd: costMicroUsd });
  await tx
    .update(sessions)
    .set({ modelMicroUsd: sql`${sessions.modelMicroUsd} + ${costMicroUsd}` })
    .where(eq(sessions.id, sessionId));
}

export type NewWatch = Omit<
  Watch,
  | 'sessionId'
  | 'exchange'
  | 'createdAt'
  | 'lookedAt'
  | 'endedAt'
  | 'owner'
  | 'name'
  | 'alarms'
  | 'stopWhen'
  | 'experiment'
  | 'isSmoke'
> & {
  isSmoke?: boolean;
  owner?: string;
  name?: string | undefined;
  /** What it is called after where nobody has named it; the session's title, else its own, without that. */
  calledAfter?: string | undefined;
  stopWhen?: StopRules | undefined;
  experiment?: Experiment | undefined;
};

/** Records a job to follow. A second watch for the same job of a call is ignored in favour of the first. */
export async function addWatch(tx: Tx, sessionId: string, exchange: number, watch: NewWatch): Promise<void> {
  const { hourlyUsd, isSmoke = false, toolCallId, calledAfter, ...rest } = watch;
  const name = watch.name ?? (await nameFor(tx, sessionId, watch));
  const call = isSmoke ? { smokeOf: toolCallId } : { toolCallId };
  const hourlyMicroUsd = hourlyUsd === undefined ? null : Math.round(hourlyUsd * 1e6);
  await tx
    .insert(watches)
    .values({ ...rest, ...call, name, hourlyMicroUsd, sessionId, exchange })
    .onConflictDoNothing();
  await touch(tx, sessionId, exchange);
}

/** A name for a job that nobody has named, which no other of the session has. */
async function nameFor(
  tx: Tx,
  sessionId: string,
  { title, toolCallId, calledAfter, isSmoke }: NewWatch,
): Promise<string> {
  const [row] = await tx
    .select({ settings: sessions.settings })
    .from(sessions)
    .where(eq(sessions.id, sessionId));
  const others = await tx
    .select({ name: watches.name })
    .from(watches)
    .where(eq(watches.sessionId, sessionId));
  const taken = others.flatMap(({ name }) => name ?? []);
  // What a thread is about says nothing of a job that was begun elsewhere.
  const about = toolCallId === undefined ? undefined : Settings.parse(row?.settings).title;
  const name = freeJobName([calledAfter, about, title], isSmoke ? [] : taken);
  return isSmoke ? freeJobName([`${beginningOf(name, 45)} · smoke test`], taken) : name;
}

function whichExchange(sessionId: string, number: number) {
  return and(eq(exchanges.sessionId, sessionId), eq(exchanges.number, number));
}
