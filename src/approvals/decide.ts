import { and, asc, eq, sql } from 'drizzle-orm';
import type { Tx } from '../db/database.ts';
import { toolCalls } from '../db/schema/transcript.ts';
import { speakerName } from '../lib/speech.ts';
import type { Person } from '../session/address.ts';
import { insertOperation } from '../session/store/inbox.ts';
import { isPosted } from '../session/store/posted.ts';
import { addMessage, moveToolCall } from '../session/store/record.ts';
import { toolCallOf } from '../session/store/rows.ts';
import type { ApprovalRequest, ToolCall, ToolCallState } from '../session/tool-calls.ts';
import { cardKey } from '../session/what-runs.ts';
import {
  alreadyDecided,
  changedSince,
  decidedText,
  GONE,
  NOTHING_OPEN,
  ownersOnly,
  SECOND_WANTED,
  secondWantedText,
  UNSEEN,
  whoMay,
} from '../thread/words/approvals.ts';
import { decidersIn, type Known, knowingGroups } from './approvers.ts';
import { budgetsPassedBy } from './budget.ts';
import {
  barTo,
  callIn,
  type DecisionDeps,
  type DecisionResult,
  mentionsIn,
  openOf,
  placed,
} from './open-calls.ts';
import { isOneOf, type Scene, sceneIn } from './scene.ts';
import { unseen } from './unseen.ts';

/** One call of a decision, at the revision that the decider saw. */
export type Seen = { toolCallId: string; revision: number };

export type DecisionRequest = {
  calls: readonly Seen[];
  verdict: 'approved' | 'rejected';
  /** What the model is told with a rejection. */
  feedback?: string;
  by: Person;
  sourceId: string;
};

/** A decision that somebody has written: on all calls that were open then. */
export type SpokenDecision = Omit<DecisionRequest, 'calls'> & {
  /**
   * When it was written, where the platform says so: what was asked or changed after that they have not seen.
   */
  writtenAt: Date | undefined;
};

/** Decides on one call or several. Where some could not be decided, the reason says which and why. */
export async function decide(deps: DecisionDeps, request: DecisionRequest): Promise<DecisionResult> {
  const { refusals, sessionId } = await knowingGroups(deps.policy, request.by, (known) =>
    deps.db.transaction('a decision on calls', (tx) => decideAll(deps, tx, request, known)),
  );
  if (sessionId !== undefined) {
    await deps.wake(sessionId);
    await deps.render(sessionId);
  }
  return refusals.length === 0 ? { ok: true } : { ok: false, reason: refusals.join('\n') };
}

/**
 * Decides on every open call of a session, in a transaction that somebody has begun. Returns what the thread
 * is told.
 */
export async function decideOpen(
  deps: DecisionDeps,
  tx: Tx,
  sessionId: string,
  { writtenAt, ...asked }: SpokenDecision,
  known: Known,
): Promise<string> {
  await sceneIn(tx, sessionId, asked.by, known); // held from here on
  const rows = await tx
    .select()
    .from(toolCalls)
    .where(and(eq(toolCalls.sessionId, sessionId), sql`${toolCalls.state}->>'kind' = 'awaiting_approval'`))
    .orderBy(asc(toolCalls.messageId), asc(toolCalls.position));
  const calls = rows.map(toolCallOf);
  const open = calls.flatMap((call) => openOf(call, sessionId) ?? []);
  if (open.length === 0) return NOTHING_OPEN;
  const posted = await Promise.all(calls.map(({ id }) => isPosted(tx, sessionId, cardKey(id))));
  if (!posted.every(Boolean) || !calls.every((call) => wasSeen(call, writtenAt))) return UNSEEN;
  const seen = open.map(({ toolCallId, revision }) => ({ toolCallId, revision }));
  const { refusals, done, begun } = await decideAll(deps, tx, { ...asked, calls: seen }, known);
  const titles = (ids: readonly string[]) =>
    open.flatMap(({ toolCallId, request }) => (ids.includes(toolCallId) ? [request.title] : []));
  return decidedText(asked.verdict, { done: titles(done), begun: titles(begun), refusals });
}

/** What came of one call: it is decided, it has its first of two approvals, or why nothing was done. */
type Outcome =
  | { kind: 'decided' }
  | { kind: 'first_approval'; title: string }
  | { kind: 'refused'; reason: string };

/**
 * What came of several: why some were not decided, which were, and which have their first of two approvals.
 */
type Decided = {
  refusals: readonly string[];
  done: readonly string[];
  begun: readonly string[];
  sessionId: string | undefined;
};

const refused = (reason: string): Outcome => ({ kind: 'refused', reason });

/** Decides on what it may of calls of one session, which is returned where something was done. */
async function decideAll(
  deps: DecisionDeps,
  tx: Tx,
  request: DecisionRequest,
  known: Known,
): Promise<Decided> {
  const [first] = request.calls;
  const found = first && (await callIn(tx, first.toolCallId, request.by, known));
  if (found === undefined) return { refusals: [GONE], done: [], begun: [], sessionId: undefined };
  const { scene } = found;
  const sessionId = scene.session.id;
  const refusals: string[] = [];
  const done: string[] = [];
  const begun: string[] = [];
  const titles: string[] = [];
  for (const seen of request.calls) {
    const outcome = await decideOne(deps, tx, scene, seen, request);
    if (outcome.kind === 'refused') refusals.push(outcome.reason);
    else (outcome.kind === 'decided' ? done : begun).push(seen.toolCallId);
    if (outcome.kind === 'first_approval') titles.push(outcome.title);
  }
  if (titles.length > 0) await callSecond(deps, tx, scene, titles);
  if (done.length > 0) {
    const decisions = done.map((toolCallId) => ({ toolCallId, verdict: request.verdict }));
    await insertOperation(tx, sessionId, request.sourceId, { kind: 'exec_approval', decisions });
  }
  const isAny = done.length + begun.length > 0;
  return { refusals: [...new Set(refusals)], done, begun, sessionId: isAny ? sessionId : undefined };
}

async function decideOne(
  deps: DecisionDeps,
  tx: Tx,
  scene: Scene,
  seen: Seen,
  { verdict, by, feedback }: DecisionRequest,
): Promise<Outcome> {
  const sessionId = scene.session.id;
  const found = await placed(tx, seen.toolCallId);
  if (found?.sessionId !== sessionId) return refused(GONE); // one decision is about the calls of one session
  const { call } = found;
  const barred = barTo(deps, scene, call);
  if (barred !== undefined) return refused(barred);
  if (call.state.kind !== 'awaiting_approval') return refused(alreadyDecided(call));
  const { request, edit, revision, first } = call.state;
  if (revision !== seen.revision) {
    return refused(changedSince(edit?.by));
  }
  if (verdict === 'approved') {
    const problem =
      (await unseen(tx, sessionId, call, request)) ?? (await objection(deps, tx, scene, call.state));
    if (problem !== undefined) return refused(problem);
  }
  if (verdict === 'approved' && first === undefined && needsSecond(deps, request.estimate.usd)) {
    // The second one is reminded of by itself.
    const deciders = await decidersIn(tx, deps.policy, scene.session, deps.second.approvers);
    const { until } = call.state.deciders ?? {};
    const stated = {
      ...call.state,
      remindedAt: undefined,
      first: { by, at: deps.clock.now() },
      deciders: { ...deciders, ...(until === undefined ? {} : { until }) },
    };
    await moveToolCall(tx, sessionId, call.id, ['awaiting_approval'], stated);
    return { kind: 'first_approval', title: request.title };
  }
  const said = feedback === undefined ? undefined : tx.redaction.text(feedback).trim() || undefined;
  const decision = {
    by: verdict === 'approved' && first ? first.by : by,
    at: deps.clock.now(),
    ...(verdict === 'approved' && first ? { second: by } : {}),
    ...(said ? { feedback: said } : {}),
    ...(edit ? { edit } : {}),
  };
  const state: ToolCallState =
    verdict === 'approved'
      ? { kind: 'approved', request: withoutBlock(request), decision }
      : { kind: 'rejected', request, decision, output: rejectionFor(by, said) };
  if (!(await moveToolCall(tx, sessionId, call.id, ['awaiting_approval'], state))) return refused(GONE);
  return { kind: 'decided' };
}

/** Calls whoever may be the second of two, once the first has approved. */
async function callSecond(
  deps: DecisionDeps,
  tx: Tx,
  { by, session }: Scene,
  titles: readonly string[],
): Promise<void> {
  const { id, exchange } = session;
  const { called } = await decidersIn(tx, deps.policy, session, deps.second.approvers);
  const mentions = called.filter((person) => person !== by.id);
  const text = secondWantedText(titles, by);
  await addMessage(tx, id, exchange, { role: 'notice', text, ...(mentions.length > 0 ? { mentions } : {}) });
}

/** Why this person's approval does not count, now that the call and the spend are held. */
async function objection(
  deps: DecisionDeps,
  tx: Tx,
  scene: Scene,
  { request, first }: Extract<ToolCallState, { kind: 'awaiting_approval' }>,
): Promise<string | undefined> {
  const { owner } = request;
  const { by, session } = scene;
  if (owner !== undefined && owner.id !== by.id && first?.by.id !== owner.id) return ownersOnly(owner);
  if (first?.by.id === by.id) return SECOND_WANTED;
  const passed = await budgetsPassedBy(tx, deps.budgets, session, request.estimate.usd);
  if (passed.length === 0 || isOneOf(scene, deps.budgets.approvers)) return undefined;
  return [...passed, whoMay(deps.budgets.approvers, by, mentionsIn(deps, session))].join(' ');
}

/** Whether an open call was as it is now when somebody wrote. */
function wasSeen({ state }: ToolCall, writtenAt: Date | undefined): boolean {
  if (writtenAt === undefined || state.kind !== 'awaiting_approval') return false;
  return state.since <= writtenAt && (state.edit === undefined || state.edit.at <= writtenAt);
}

/** What kept an approved call from running is taken to be mended. */
function withoutBlock({ blocked: _blocked, ...request }: ApprovalRequest): ApprovalRequest {
  return request;
}

const needsSecond = ({ second }: DecisionDeps, usd: number | undefined): boolean =>
  second.aboveUsd !== undefined && (usd === undefined || usd > second.aboveUsd);

/** What the model is told. */
function rejectionFor(by: Person, feedback: string | undefined): string {
  const rejected = `${speakerName(by.name)} rejected this call, so it was not run.`;
  if (feedback === undefined) {
    return `${rejected} Do not repeat it as it is: ask what they would prefer, or propose something else.`;
  }
  return `${rejected} They said: "${feedback}". Act on that; do not repeat the call as it is.`;
}
