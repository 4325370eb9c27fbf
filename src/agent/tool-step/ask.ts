import { decidersIn } from '../../approvals/approvers.ts';
import { budgetsPassedBy } from '../../approvals/budget.ts';
import type { Tx } from '../../db/database.ts';
import { eachInTurn } from '../../lib/breath.ts';
import { later } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Redaction } from '../../lib/redaction.ts';
import { secretsInLong } from '../../lib/secret-arguments.ts';
import { hasTooMuchUnseen } from '../../lib/visible.ts';
import { isWellFormed } from '../../lib/well-formed.ts';
import { isAutoApproved } from '../../session/auto-approval.ts';
import type { Deciders } from '../../session/deciders.ts';
import { context, type Snapshot } from '../../session/snapshot.ts';
import { fenced } from '../../session/store/lease.ts';
import { readSession, readSnapshot } from '../../session/store/read-snapshot.ts';
import * as record from '../../session/store/record.ts';
import {
  type ApprovalRequest,
  type Decision,
  effectiveArguments,
  type ToolCall,
  type ToolCallState,
} from '../../session/tool-calls.ts';
import type { PreparedCall } from '../../tools/tool.ts';
import { AUTO_APPROVED, plainRequest } from '../../tools/unasked.ts';
import { contextOf, preparedFor } from './context.ts';
import type { Scope } from './scope.ts';
import { settle, settleAs } from './settle.ts';

/**
 * Asks people about a call if its tool requires that; returns how it was allowed if it need not wait. A call
 * whose request can't be prepared fails.
 */
export async function ask(
  scope: Scope,
  call: ToolCall,
  prepared: PreparedCall,
): Promise<ApprovalRequest | undefined | 'waits'> {
  const { held, deps } = scope;
  let request: Awaited<ReturnType<PreparedCall['approval']>>;
  try {
    request = await prepared.approval(contextOf(scope, call));
  } catch (error) {
    scope.signal.throwIfAborted();
    await settle(scope, call, {
      kind: 'failed',
      output: `The approval could not be prepared: ${messageOf(error)}`,
    });
    return 'waits';
  }
  if (request === undefined && prepared.unasked !== undefined) return undefined;
  request ??= plainRequest(prepared.operation, effectiveArguments(call));
  const unfit = await whyUnfit(request, held.db.redaction);
  if (unfit !== undefined) {
    await settle(scope, call, { kind: 'failed', output: unfit });
    return 'waits';
  }
  const asked = request;
  const letThrough = await fenced(held, (tx) => putBefore(tx, scope, call, prepared, asked));
  if (letThrough !== undefined) return letThrough;
  await deps.render(held.sessionId);
  return 'waits';
}

/** Why people can't be asked this, in words for the model; undefined where they can. */
async function whyUnfit({ inlined = {}, preview, ...shown }: ApprovalRequest, redaction: Redaction) {
  // What was read for it, such as a script of the sandbox, runs as it is shown, and so is refused as
  // arguments are.
  const isCut = preview?.shows === 'beginning'; // its last line may be half of one
  const beginning = isCut ? preview?.text.slice(0, preview.text.lastIndexOf('\n') + 1) : preview?.text;
  const secrets =
    (await secretsInLong(inlined, redaction)) ?? (await secretsInLong({ shown, beginning }, redaction));
  if (secrets !== undefined) {
    return `What would run holds a secret, so people were not asked: ${secrets}. Take it out of the file, name it under \`secrets\` and read it from the environment.`;
  }
  if (!isWellFormed({ inlined, preview, shown })) return UNKEEPABLE;
  const texts = [
    shown.title,
    ...shown.facts.flatMap(({ label, value }) => [label, value]),
    preview?.text ?? '',
  ];
  const isTooMuch = (await eachInTurn(texts, hasTooMuchUnseen)).some(Boolean);
  return isTooMuch ? UNSHOWABLE : undefined;
}

const UNSHOWABLE =
  'What would run holds thousands of characters that can’t be seen, so that nobody could look at it, and people were not asked. Leave them out, write them as escapes, or read them from a file.';

const UNKEEPABLE =
  'What would run holds NUL, or half of a character, which the record can’t hold, so people were not asked. Write it as an escape of the language that reads it.';

/**
 * Asks people for approval, or allows the call and returns how it was allowed. What it may cost is reserved
 * in the same commit, under the locks of the budgets and the session, so that two calls can't exceed a cap or
 * a budget together.
 */
async function putBefore(
  tx: Tx,
  scope: Scope,
  call: ToolCall,
  prepared: Pick<PreparedCall, 'operation'>,
  asked: ApprovalRequest,
): Promise<ApprovalRequest | undefined> {
  const { held, deps } = scope;
  const { sessionId } = held;
  const at = deps.clock.now();
  const passed = await budgetsPassedBy(tx, deps.budgets, scope.snapshot.session, asked.estimate.usd);
  const request = { ...asked, warnings: [...asked.warnings, ...passed] };
  const decision = passed.length === 0 ? await decisionWithout(tx, scope, prepared, request) : undefined;
  if (decision !== undefined) {
    const state: ToolCallState = { kind: 'approved', request, decision: { ...decision, at } };
    await record.moveToolCall(tx, sessionId, call.id, ['proposed'], state);
    return request;
  }
  await supersede(tx, scope, call);
  const deciders = await decidersOf(tx, scope, call, request, passed.length > 0);
  const state: ToolCallState = { kind: 'awaiting_approval', since: at, request, revision: 0, deciders };
  await record.moveToolCall(tx, sessionId, call.id, ['proposed'], state);
  return undefined;
}

/**
 * The decision for a call that needs no click: because nobody has to be asked, or auto-approval covers it.
 */
async function decisionWithout(
  tx: Tx,
  { held, snapshot, deps }: Scope,
  { operation }: Pick<PreparedCall, 'operation'>,
  request: ApprovalRequest,
): Promise<Omit<Decision, 'at'> | undefined> {
  const { usd } = request.estimate;
  if (request.isWaived && usd !== undefined && !(await wantsToBeAsked(tx, held.sessionId)))
    return { by: snapshot.session.requester, isWaived: true };
  if (![...AUTO_APPROVED, ...deps.autoApproved].includes(operation)) return undefined;
  const now = await readSnapshot(tx, held.sessionId, 'context');
  if (now === undefined || !isWantedByOwner(request, now)) return undefined;
  const { settings } = now.session;
  if (settings.yolo.kind === 'off' || !isAutoApproved(settings, request, now.autoApprovedUsd))
    return undefined;
  const { yolo } = settings;
  const reservedUsd = request.estimate.usd ?? 0;
  const left = yolo.kind === 'cap' ? { leftUsd: yolo.usd - now.autoApprovedUsd - reservedUsd } : {};
  return { by: yolo.by, auto: { reservedUsd, ...left } };
}

/** Whether somebody has said that nothing may cost anything without a click. */
async function wantsToBeAsked(tx: Tx, sessionId: string): Promise<boolean> {
  const yolo = (await readSession(tx, sessionId))?.settings.yolo;
  return yolo === undefined || (yolo.kind === 'off' && yolo.isSaid === true);
}

/**
 * Whether nobody but the owner of the account has said anything that the model may act on. What somebody else
 * writes runs nothing under an account that is not theirs before its owner has seen it.
 */
const isWantedByOwner = ({ owner }: ApprovalRequest, snapshot: Snapshot): boolean =>
  owner === undefined ||
  context(snapshot).every(({ entry }) => {
    if (entry.role === 'user') return entry.author.id === owner.id;
    return entry.role !== 'summary'; // of what anybody may have said
  });

/**
 * Whom a request waits for. Of several calls of one step, the first calls people: they are told of the others
 * beside it.
 */
async function decidersOf(
  tx: Tx,
  { snapshot: { session }, deps }: Pick<Scope, 'snapshot' | 'deps'>,
  { messageId }: ToolCall,
  { owner }: ApprovalRequest,
  isOverBudget: boolean,
): Promise<Deciders> {
  const { policy, budgets, clock, lapseAfterSeconds } = deps;
  const { address, rules } = session;
  const approvers =
    owner !== undefined ? [owner.id] : isOverBudget ? budgets.approvers : policy.approversOf(address, rules);
  const isCalled = await record.hasOpenCall(tx, session.id, messageId);
  const deciders = await decidersIn(tx, policy, session, approvers);
  const own = owner === undefined ? {} : { known: { [owner.id]: { name: owner.name } } };
  return {
    ...deciders,
    ...own,
    ...(isCalled ? { called: [] } : {}),
    ...(lapseAfterSeconds > 0 ? { until: later(clock.now(), lapseAfterSeconds * 1000) } : {}),
  };
}

/** A new request replaces one that a message left open: two cards for the same wish would mislead. */
async function supersede(tx: Tx, { snapshot, held, deps }: Scope, call: ToolCall): Promise<void> {
  const older = snapshot.toolCalls.filter(
    (item) => item.state.kind === 'awaiting_approval' && item.messageId < call.messageId,
  );
  for (const { id, state } of older) {
    if (state.kind !== 'awaiting_approval') continue;
    await record.moveToolCall(tx, held.sessionId, id, ['awaiting_approval'], {
      kind: 'abandoned',
      why: 'replaced',
      request: state.request,
      at: deps.clock.now(),
      output: 'You have proposed another call instead, so this one was not run.',
    });
  }
}

/** Asks people again about a call that could not run, for a reason that they can remove. */
export async function askAgain(
  { held, deps, snapshot, signal }: Scope,
  call: ToolCall,
  reason: string,
): Promise<void> {
  const prepared = preparedFor({ deps, snapshot }, call, effectiveArguments(call));
  const request =
    call.approval?.request ??
    (prepared.ok
      ? await prepared.call.approval(contextOf({ deps, held, snapshot, signal }, call))
      : undefined);
  if (request === undefined || !isWellFormed(request)) {
    return settleAs({ held, deps, snapshot, signal }, call, {
      kind: 'failed',
      output: reason,
      at: deps.clock.now(),
    });
  }
  const { edit } = call.approval?.decision ?? {};
  await fenced(held, async (tx) => {
    const deciders = await decidersOf(tx, { snapshot, deps }, call, request, false);
    await record.moveToolCall(tx, held.sessionId, call.id, ['running'], {
      kind: 'awaiting_approval',
      since: deps.clock.now(),
      request: { ...request, blocked: reason },
      revision: 0,
      deciders,
      ...(edit ? { edit } : {}),
    });
  });
  await deps.render(held.sessionId);
}
