import { and, asc, eq, sql } from 'drizzle-orm';
import type { Db, Tx } from '../db/database.ts';
import { sessions } from '../db/schema/sessions.ts';
import { toolCalls } from '../db/schema/transcript.ts';
import type { Clock } from '../lib/clock.ts';
import type { Person, ThreadAddress } from '../session/address.ts';
import { deciderNames, either } from '../session/deciders.ts';
import { toolCallOf } from '../session/store/rows.ts';
import { isAt, sessionAt } from '../session/store/session-at.ts';
import type { ApprovalRequest, ToolCall } from '../session/tool-calls.ts';
import { alreadyDecided, GONE, UNKNOWN_THREAD, whoMay } from '../thread/words/approvals.ts';
import { type ApproverPolicy, type Known, knowingGroups } from './approvers.ts';
import type { Budgets } from './budget.ts';
import { argumentsOf } from './call-edits.ts';
import { isOneOf, type Scene, sceneIn } from './scene.ts';

/** A call that people are asked about, with the text that they may change. */
export type OpenCall = {
  toolCallId: string;
  sessionId: string;
  revision: number;
  request: ApprovalRequest;
  editable: { argument: string; language: string; text: string } | undefined;
};

export type DecisionDeps = {
  db: Db;
  clock: Clock;
  policy: ApproverPolicy;
  /** Above this estimate, in USD, a second person out of `approvers` has to approve as well. */
  second: { aboveUsd: number | undefined; approvers: readonly string[] };
  budgets: Budgets;
  wake(sessionId: string): Promise<unknown>;
  render(sessionId: string): Promise<void>;
};

/** What a click came to. A refusal is told to the one who clicked, in private. */
export type DecisionResult = { ok: true } | { ok: false; reason: string };

/** The call as it is open now, for whoever may decide on it. */
export async function openCall(
  deps: DecisionDeps,
  toolCallId: string,
  by: Person,
): Promise<({ ok: true } & OpenCall) | { ok: false; reason: string }> {
  return knowingGroups(deps.policy, by, (known) =>
    deps.db.transaction(`a look at call ${toolCallId}`, async (tx) => {
      const found = await callIn(tx, toolCallId, by, known);
      if (found === undefined) return { ok: false, reason: GONE };
      const { scene, call } = found;
      const barred = barTo(deps, scene, call);
      if (barred !== undefined) return { ok: false, reason: barred };
      const open = openOf(call, scene.session.id);
      return open ? { ok: true, ...open } : { ok: false, reason: alreadyDecided(call) };
    }),
  );
}

/** The calls of a thread that people are asked about. */
export async function openIn({ db }: Pick<DecisionDeps, 'db'>, address: ThreadAddress): Promise<OpenCall[]> {
  const rows = await db
    .select()
    .from(toolCalls)
    .innerJoin(sessions, eq(sessions.id, toolCalls.sessionId))
    .where(and(isAt(address), sql`${toolCalls.state}->>'kind' = 'awaiting_approval'`))
    .orderBy(asc(toolCalls.messageId), asc(toolCalls.position));
  return rows.flatMap((row) => openOf(toolCallOf(row.tool_calls), row.sessions.id) ?? []);
}

/**
 * Whether what waits for a decision in a thread is somebody's to decide, any of it: found out under the lock.
 * Of others', who they are, in words.
 */
export async function whoseToDecide(
  deps: DecisionDeps,
  address: ThreadAddress,
  by: Person,
): Promise<{ kind: 'nothing' | 'theirs' } | { kind: 'others'; who: string }> {
  const sessionId = await sessionAt(deps.db, address);
  if (sessionId === undefined) return { kind: 'nothing' };
  return knowingGroups(deps.policy, by, (known) =>
    deps.db.transaction(`whose to decide session ${sessionId} is`, async (tx) => {
      const scene = await sceneIn(tx, sessionId, by, known);
      const rows = await tx
        .select()
        .from(toolCalls)
        .where(
          and(eq(toolCalls.sessionId, sessionId), sql`${toolCalls.state}->>'kind' = 'awaiting_approval'`),
        )
        .orderBy(asc(toolCalls.messageId), asc(toolCalls.position));
      const open = rows.map(toolCallOf);
      const [first] = open;
      if (scene === undefined || first === undefined) return { kind: 'nothing' };
      if (open.some((call) => barTo(deps, scene, call) === undefined)) return { kind: 'theirs' };
      const { requester } = scene.session;
      const deciders = first.state.kind === 'awaiting_approval' ? first.state.deciders : undefined;
      const who = deciders === undefined ? requester.name : either(deciderNames(deciders, requester));
      return { kind: 'others', who };
    }),
  );
}

/** Why somebody may not do in a thread what costs or loses money; undefined where they may. */
export async function objectionTo(
  deps: DecisionDeps,
  address: ThreadAddress,
  by: Person,
): Promise<string | undefined> {
  const { db } = deps;
  const [row] = await db.select({ id: sessions.id }).from(sessions).where(isAt(address));
  if (row === undefined) return UNKNOWN_THREAD;
  return knowingGroups(deps.policy, by, (known) =>
    db.transaction(`who may decide in session ${row.id}`, async (tx) => {
      const scene = await sceneIn(tx, row.id, by, known);
      if (scene === undefined) return UNKNOWN_THREAD;
      const approvers = deps.policy.approversOf(scene.session.address, scene.session.rules);
      return isOneOf(scene, approvers)
        ? undefined
        : whoMay(approvers, scene.session.requester, mentionsIn(deps, scene.session));
    }),
  );
}

/** A call as people are asked about it; undefined where they are not. */
export function openOf(call: ToolCall, sessionId: string): OpenCall | undefined {
  if (call.state.kind !== 'awaiting_approval') return undefined;
  const { request, revision } = call.state;
  const text = request.editable && argumentsOf(call)[request.editable.argument];
  const editable = request.editable && typeof text === 'string' ? { ...request.editable, text } : undefined;
  return { toolCallId: call.id, sessionId, revision, request, editable };
}

type Placed = { call: ToolCall; sessionId: string };

/** A call, and the session that it is of. */
export async function placed(tx: Tx, toolCallId: string): Promise<Placed | undefined> {
  const [row] = await tx.select().from(toolCalls).where(eq(toolCalls.id, toolCallId));
  return row && { call: toolCallOf(row), sessionId: row.sessionId };
}

/** The same, with the session locked and the call as it is then; undefined where there is none. */
export async function callIn(
  tx: Tx,
  toolCallId: string,
  by: Person,
  known: Known,
): Promise<{ scene: Scene; call: ToolCall } | undefined> {
  const before = await placed(tx, toolCallId);
  const scene = before && (await sceneIn(tx, before.sessionId, by, known));
  const now = scene && (await placed(tx, toolCallId));
  return scene && now && { scene, call: now.call };
}

/** Why somebody may not decide on a call at all; undefined where they may. */
export function barTo(deps: DecisionDeps, scene: Scene, { state }: ToolCall): string | undefined {
  const { policy, second, budgets } = deps;
  const { session, by } = scene;
  const hasFirst = state.kind === 'awaiting_approval' && state.first !== undefined;
  const isOwner = state.kind === 'awaiting_approval' && state.request.owner?.id === by.id;
  if (isOwner && !hasFirst) return undefined;
  const own = policy.approversOf(session.address, session.rules);
  const approvers = hasFirst ? second.approvers : [...own, ...budgets.approvers];
  if (isOneOf(scene, approvers)) return undefined;
  return whoMay(hasFirst ? approvers : own, session.requester, mentionsIn(deps, session));
}

export const mentionsIn = ({ policy }: Pick<DecisionDeps, 'policy'>, { address }: Scene['session']) =>
  policy.mentionsOf(address.platform);
