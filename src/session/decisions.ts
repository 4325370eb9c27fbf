import { and, asc, eq, sql } from 'drizzle-orm';
import { messages, sessions, toolCalls } from '../db/schema.ts';
import type { Db } from '../db/storage.ts';
import type { Clock } from '../ops/clock.ts';
import type { Redactor } from '../ops/redaction.ts';
import type { Person, ThreadAddress } from './address.ts';
import { type ApproverPolicy, approversIn, type Circle, isAmong, whoMay } from './approvers.ts';
import { type Budgets, passedBudgets } from './budget.ts';
import { insertOperation } from './inbox.ts';
import type { Tx } from './lease.ts';
import { isAt } from './place.ts';
import { findToolCall } from './read-snapshot.ts';
import { emit, moveToolCall } from './record.ts';
import { sessionOf, toolCallOf } from './rows.ts';
import type { Session } from './snapshot.ts';
import {
  type ApprovalRequest,
  effectiveArguments,
  previewOf,
  type ToolCall,
  type ToolCallState,
} from './tool-calls.ts';

/** One call of a decision, at the revision that the decider saw. */
export type Seen = { toolCallId: string; revision: number };

type DecisionRequest = {
  calls: readonly Seen[];
  verdict: 'approved' | 'rejected';
  /** What the model is told with a rejection. */
  feedback?: string;
  by: Person;
  sourceId: string;
};

type EditRequest = {
  toolCallId: string;
  /** New values of arguments that the request lets people change. */
  changes: Readonly<Record<string, string>>;
  by: Person;
};

/** What a click came to. A refusal is told to the one who clicked, in private. */
type DecisionResult = { ok: true } | { ok: false; reason: string };

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
  redact: Redactor;
  policy: ApproverPolicy;
  /** Above this estimate, in USD, a second person out of `approvers` has to approve as well. */
  second: { aboveUsd: number | undefined; approvers: readonly string[] };
  budgets: Budgets;
  wake(sessionId: string): Promise<unknown>;
  render(sessionId: string): Promise<void>;
};

/** Decisions on calls, checked here against who makes them. Each is committed before it is told. */
export type Decisions = {
  /** Decides on one call or several. Where some could not be decided, the reason says which and why. */
  decide(request: DecisionRequest): Promise<DecisionResult>;
  /** Changes arguments of an open call; whoever approves it afterwards approves what it is then. */
  edit(request: EditRequest): Promise<DecisionResult>;
  /** Why somebody may not do in a thread what costs or loses money; undefined where they may. */
  objectionTo(address: ThreadAddress, by: Person): Promise<string | undefined>;
  /** The calls of a thread that people are asked about. */
  openIn(address: ThreadAddress): Promise<OpenCall[]>;
  /** The call as it is open now, for whoever may decide on it. */
  openCall(
    toolCallId: string,
    by: Person,
  ): Promise<({ ok: true } & OpenCall) | { ok: false; reason: string }>;
};

export function createDecisions(deps: DecisionDeps): Decisions {
  const { db, clock } = deps;

  async function decide(request: DecisionRequest): Promise<DecisionResult> {
    const results = await Promise.all(
      request.calls.map((seen) => permission(deps, seen.toolCallId, request.by)),
    );
    const sessionId = results.find((result) => result.ok)?.sessionId;
    const notAllowed = results.flatMap((result) => (result.ok ? [] : [result.reason]));
    const allowed = request.calls.filter((_seen, i) => results[i]?.ok);
    if (sessionId === undefined) return { ok: false, reason: [...new Set(notAllowed)].join('\n') };
    const mayPassBudgets = results.some((result) => result.ok && result.mayPassBudgets);
    const reasons = await db.transaction(async (tx) => {
      await lockSession(tx, sessionId);
      const decisions: { toolCallId: string; verdict: DecisionRequest['verdict'] }[] = [];
      const refusals: string[] = [];
      for (const seen of allowed) {
        const outcome = await decideOne(tx, sessionId, seen, request, mayPassBudgets);
        if (outcome.kind === 'refused') refusals.push(outcome.reason);
        if (outcome.kind === 'decided') {
          decisions.push({ toolCallId: seen.toolCallId, verdict: request.verdict });
        }
      }
      if (decisions.length > 0) {
        await insertOperation(tx, sessionId, request.sourceId, { kind: 'exec_approval', decisions });
      }
      return refusals;
    });
    if (reasons.length < allowed.length) {
      await deps.wake(sessionId);
      await deps.render(sessionId);
    }
    const all = [...new Set([...notAllowed, ...reasons])];
    return all.length === 0 ? { ok: true } : { ok: false, reason: all.join('\n') };
  }

  async function decideOne(
    tx: Tx,
    sessionId: string,
    seen: Seen,
    { verdict, by, feedback }: DecisionRequest,
    mayPassBudgets: boolean,
  ): Promise<Outcome> {
    const call = await findToolCall(tx, seen.toolCallId);
    if (call === undefined) return refused(GONE);
    if (call.state.kind !== 'awaiting_approval') return refused(alreadyDecided(call));
    const { request, edit, revision, first } = call.state;
    if (revision !== seen.revision) {
      return refused(
        `${edit?.by.name ?? 'Somebody'} changed this call a moment ago. Look at the card again, then decide. Nothing was done.`,
      );
    }
    if (verdict === 'approved') {
      const problem = await objection(tx, sessionId, call.state, by, mayPassBudgets);
      if (problem !== undefined) return refused(problem);
    }
    if (verdict === 'approved' && first === undefined && needsSecond(deps, request.estimate.usd)) {
      // The second one is reminded of by itself.
      const stated = { ...call.state, remindedAt: undefined, first: { by, at: clock.now() } };
      await moveToolCall(tx, sessionId, call.id, ['awaiting_approval'], stated);
      await emit(tx, sessionId, {
        type: 'tool_state_change',
        data: { toolCallId: call.id, state: 'first_approval', by: by.id },
      });
      return { kind: 'first_approval' };
    }
    const said = feedback === undefined ? undefined : deps.redact(feedback).trim() || undefined;
    const decision = {
      by: verdict === 'approved' && first ? first.by : by,
      at: clock.now(),
      ...(verdict === 'approved' && first ? { second: by } : {}),
      ...(said ? { feedback: said } : {}),
      ...(edit ? { edit } : {}),
    };
    const state: ToolCallState =
      verdict === 'approved'
        ? { kind: 'approved', request: withoutBlock(request), decision }
        : { kind: 'rejected', request, decision, output: rejectionFor(by, said) };
    if (!(await moveToolCall(tx, sessionId, call.id, ['awaiting_approval'], state))) return refused(GONE);
    await emit(tx, sessionId, {
      type: 'tool_state_change',
      data: { toolCallId: call.id, state: verdict, by: by.id },
    });
    return { kind: 'decided' };
  }

  /** Why this person's approval does not count, now that the call and the spend are held. */
  async function objection(
    tx: Tx,
    sessionId: string,
    { request, first }: Extract<ToolCallState, { kind: 'awaiting_approval' }>,
    by: Person,
    mayPassBudgets: boolean,
  ): Promise<string | undefined> {
    const { owner } = request;
    if (owner !== undefined && owner.id !== by.id && first?.by.id !== owner.id) return ownersOnly(owner);
    if (first?.by.id === by.id) return 'You have approved this already: now a second person has to.';
    const passed = await passedBudgets(tx, deps.budgets, sessionId, request.estimate.usd);
    if (passed.length === 0 || mayPassBudgets) return undefined;
    return [...passed, whoMay(deps.budgets.approvers, by)].join(' ');
  }

  async function edit({ toolCallId, changes, by }: EditRequest): Promise<DecisionResult> {
    const allowed = await permission(deps, toolCallId, by);
    if (!allowed.ok) return allowed;
    const { sessionId } = allowed;
    const reason = await db.transaction(async (tx) => {
      await lockSession(tx, sessionId);
      const call = await findToolCall(tx, toolCallId);
      if (call === undefined) return GONE;
      if (call.state.kind !== 'awaiting_approval') return alreadyDecided(call);
      const edited = applied(call, call.state.request, changes, deps.redact);
      if (typeof edited === 'string') return edited;
      if (edited.changed === '') return undefined;
      const { first: _first, ...state } = call.state; // approved something else
      await moveToolCall(tx, sessionId, call.id, ['awaiting_approval'], {
        ...state,
        request: edited.request,
        revision: call.state.revision + 1,
        edit: { by, at: clock.now(), arguments: edited.arguments, changed: edited.changed },
      });
      await emit(tx, sessionId, {
        type: 'tool_state_change',
        data: { toolCallId, state: 'edited', by: by.id },
      });
      return undefined;
    });
    await deps.render(sessionId);
    return reason === undefined ? { ok: true } : { ok: false, reason };
  }

  async function openCall(toolCallId: string, by: Person): ReturnType<Decisions['openCall']> {
    const allowed = await permission(deps, toolCallId, by);
    if (!allowed.ok) return allowed;
    const open = openOf(allowed.call, allowed.sessionId);
    return open ? { ok: true, ...open } : { ok: false, reason: alreadyDecided(allowed.call) };
  }

  async function openIn(address: ThreadAddress): Promise<OpenCall[]> {
    const rows = await db
      .select()
      .from(toolCalls)
      .innerJoin(sessions, eq(sessions.id, toolCalls.sessionId))
      .where(and(isAt(address), sql`${toolCalls.state}->>'kind' = 'awaiting_approval'`))
      .orderBy(asc(toolCalls.messageId), asc(toolCalls.position));
    return rows.flatMap((row) => openOf(toolCallOf(row.tool_calls), row.sessions.id) ?? []);
  }

  async function objectionTo(address: ThreadAddress, by: Person): Promise<string | undefined> {
    const [row] = await db.select().from(sessions).where(isAt(address));
    if (row === undefined) return UNKNOWN_THREAD;
    const session = sessionOf(row);
    const approvers = await approversIn(deps.policy, address);
    const isAllowed = await isAmong({ ...deps.policy, approvers }, await circleOf(db, session), by);
    return isAllowed ? undefined : whoMay(approvers, session.requester);
  }

  return { decide, edit, objectionTo, openIn, openCall };
}

/** What came of one call: it is decided, it has its first of two approvals, or why nothing was done. */
type Outcome = { kind: 'decided' } | { kind: 'first_approval' } | { kind: 'refused'; reason: string };

const refused = (reason: string): Outcome => ({ kind: 'refused', reason });

const ownersOnly = ({ name }: Person): string =>
  `Only ${name} may approve this: it would run under their own Hugging Face account. Nothing was changed.`;

const GONE = 'This request no longer exists.';

/** Said where somebody means a thread that has no session. */
export const UNKNOWN_THREAD = 'I no longer know this thread, so nothing was changed.';

function openOf(call: ToolCall, sessionId: string): OpenCall | undefined {
  if (call.state.kind !== 'awaiting_approval') return undefined;
  const { request, revision } = call.state;
  const text = request.editable && argumentsOf(call)[request.editable.argument];
  const editable = request.editable && typeof text === 'string' ? { ...request.editable, text } : undefined;
  return { toolCallId: call.id, sessionId, revision, request, editable };
}

type Permission =
  | { ok: true; call: ToolCall; sessionId: string; mayPassBudgets: boolean }
  | { ok: false; reason: string };

/** What kept an approved call from running is taken to be mended. */
function withoutBlock({ blocked: _blocked, ...request }: ApprovalRequest): ApprovalRequest {
  return request;
}

const needsSecond = ({ second }: DecisionDeps, usd: number | undefined): boolean =>
  second.aboveUsd !== undefined && (usd === undefined || usd > second.aboveUsd);

async function permission(
  { db, policy, second, budgets }: DecisionDeps,
  toolCallId: string,
  by: Person,
): Promise<Permission> {
  const [row] = await db
    .select()
    .from(toolCalls)
    .innerJoin(sessions, eq(sessions.id, toolCalls.sessionId))
    .where(eq(toolCalls.id, toolCallId));
  if (row === undefined) return { ok: false, reason: GONE };
  const call = toolCallOf(row.tool_calls);
  const session = sessionOf(row.sessions);
  const circle = await circleOf(db, session);
  const hasFirst = call.state.kind === 'awaiting_approval' && call.state.first !== undefined;
  const own = await approversIn(policy, session.address);
  const approvers = hasFirst ? second.approvers : [...own, ...budgets.approvers];
  const mayPassBudgets = await isAmong({ ...policy, approvers: budgets.approvers }, circle, by);
  const isOwner = call.state.kind === 'awaiting_approval' && call.state.request.owner?.id === by.id;
  if (isOwner && !hasFirst) return { ok: true, call, sessionId: session.id, mayPassBudgets };
  if (!(await isAmong({ ...policy, approvers }, circle, by))) {
    return { ok: false, reason: whoMay(hasFirst ? approvers : own, session.requester) };
  }
  return { ok: true, call, sessionId: session.id, mayPassBudgets };
}

/** Who asked for a session, and who has written in it. */
export async function circleOf(
  db: Db,
  { id, requester, address }: Pick<Session, 'id' | 'requester' | 'address'>,
): Promise<Circle> {
  const rows = await db
    .selectDistinct({ id: sql<string>`${messages.entry}->'author'->>'id'` })
    .from(messages)
    .where(and(eq(messages.sessionId, id), sql`${messages.entry}->>'role' = 'user'`));
  return { address, requester, participants: rows.map((row) => row.id) };
}

/** Held until the transaction ends: decisions and edits come one after another, in the order of a worker's locks. */
async function lockSession(tx: Tx, sessionId: string): Promise<void> {
  await tx.select({ id: sessions.id }).from(sessions).where(eq(sessions.id, sessionId)).for('update');
}

function argumentsOf(call: ToolCall): Record<string, unknown> {
  const parsed: unknown = JSON.parse(effectiveArguments(call));
  return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
}

/** The call with changed arguments, or what is wrong with the changes. No words for what changed where nothing did. */
function applied(
  call: ToolCall,
  request: ApprovalRequest,
  changes: Readonly<Record<string, string>>,
  redact: Redactor,
): { request: ApprovalRequest; arguments: string; changed: string } | string {
  const before = argumentsOf(call);
  const original: unknown = JSON.parse(call.arguments);
  let next = request;
  for (const [argument, raw] of Object.entries(changes)) {
    const value = redact(raw);
    const choice = request.choices?.find((item) => item.argument === argument);
    if (choice?.options.includes(value)) {
      const facts = next.facts.map((fact) => (fact.label === choice.label ? { ...fact, value } : fact));
      next = { ...next, facts };
    } else if (request.editable?.argument === argument) {
      if (value.trim() === '')
        return 'The changed text is empty, so nothing was changed. To stop the call, reject it.';
      next = { ...next, preview: previewOf(value, request.editable.language) };
    } else return `"${argument}" can't be changed to that here. Nothing was changed.`;
    before[argument] = value;
  }
  const changed = Object.entries(before)
    .filter(([name, value]) => value !== Reflect.get(Object(original), name))
    .map(([name, value]) => differenceOf(name, Reflect.get(Object(original), name), value));
  return { request: next, arguments: JSON.stringify(before), changed: changed.join(', ') };
}

function differenceOf(name: string, before: unknown, after: unknown): string {
  const isText = typeof before === 'string' && typeof after === 'string';
  if (!isText || !`${before}${after}`.includes('\n')) return `${name} is now ${String(after)}`;
  const { added, removed } = lineChanges(before, after);
  return `${name}: ${added} line${added === 1 ? '' : 's'} added, ${removed} removed`;
}

/** How many lines one text has that the other has not, each way; order aside. */
function lineChanges(before: string, after: string): { added: number; removed: number } {
  const counts = new Map<string, number>();
  for (const line of before.split('\n')) counts.set(line, (counts.get(line) ?? 0) + 1);
  for (const line of after.split('\n')) counts.set(line, (counts.get(line) ?? 0) - 1);
  const values = [...counts.values()];
  return {
    added: values.filter((n) => n < 0).reduce((sum, n) => sum - n, 0),
    removed: values.filter((n) => n > 0).reduce((sum, n) => sum + n, 0),
  };
}

function alreadyDecided(call: ToolCall): string {
  const decision = call.approval?.decision;
  if (decision !== undefined) {
    const verb = call.state.kind === 'rejected' ? 'rejected' : 'approved';
    return `${decision.by.name} has already ${verb} this. Your click changed nothing.`;
  }
  return 'This request is no longer open, so your click changed nothing.';
}

function rejectionFor(by: Person, feedback: string | undefined): string {
  const rejected = `${by.name} rejected this call, so it was not run.`;
  if (feedback === undefined) {
    return `${rejected} Do not repeat it as it is: ask what they would prefer, or propose something else.`;
  }
  return `${rejected} They said: "${feedback}". Act on that; do not repeat the call as it is.`;
}
