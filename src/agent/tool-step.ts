import type { Clock, Ids } from '../ops/clock.ts';
import { messageOf } from '../ops/errors.ts';
import type { Redactor } from '../ops/redaction.ts';
import { isAutoApproved } from '../session/auto-approval.ts';
import { type Budgets, passedBudgets } from '../session/budget.ts';
import { addToJournal, journalOf } from '../session/call-journal.ts';
import { addFile, keepFile, uniqueName } from '../session/files.ts';
import { assertHeld, type Claim, fenced, LeaseLost, type Tx } from '../session/lease.ts';
import { findToolCall, readSnapshot } from '../session/read-snapshot.ts';
import * as record from '../session/record.ts';
import type { Snapshot } from '../session/snapshot.ts';
import {
  type ApprovalRequest,
  effectiveArguments,
  type Question,
  type QuestionAnswer,
  type ToolCall,
  type ToolCallState,
} from '../session/tool-calls.ts';
import { capped } from '../tools/output.ts';
import type { Registry } from '../tools/registry.ts';
import type { PreparedCall, Recovery, ToolContext, ToolResult } from '../tools/tool.ts';
import { LatestWriter } from './latest-writer.ts';

export type ToolStepDeps = {
  registry: Registry;
  clock: Clock;
  ids: Ids;
  redact: Redactor;
  maxOutputCharacters: number;
  timeoutMs: number;
  budgets: Budgets;
  render(sessionId: string): Promise<void>;
  renderProgress(sessionId: string): Promise<void>;
  /** Starts to follow a job that has just been noted down. */
  startWatch(watchId: string): Promise<void>;
};

type Scope = { deps: ToolStepDeps; held: Claim; snapshot: Snapshot; signal: AbortSignal };

/**
 * Takes every proposed or approved call one step on, all at once: to a clear error, to an approval request, or to
 * its run. Each change is committed before what follows from it.
 */
export async function advanceCalls(scope: Scope, calls: readonly ToolCall[]): Promise<void> {
  await allDone(calls.map((call) => advance(scope, call)));
}

/** Deals with calls that were running when their worker died. */
export async function recoverCalls(scope: Scope, calls: readonly ToolCall[]): Promise<void> {
  await allDone(calls.map((call) => recover(scope, call)));
}

/** Waits for all, then throws what the first failed one threw: no call is left running behind the turn's back. */
async function allDone(work: Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(work);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

async function advance(scope: Scope, call: ToolCall): Promise<void> {
  const prepared = scope.deps.registry.prepare(call.name, effectiveArguments(call));
  if (!prepared.ok) return settle(scope, call, { kind: 'failed', output: prepared.error });
  if (call.state.kind !== 'proposed') return execute(scope, call, prepared.call);
  const asked = await ask(scope, call, prepared.call);
  if (asked === 'waits') return;
  await execute(scope, call, prepared.call, asked);
}

/**
 * Puts a call before people where its tool wants that; returns what it was let through with where it need not wait. What
 * can't be found out about a call fails the call.
 */
async function ask(
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
  if (request === undefined) return undefined;
  const isAsked = await fenced(held, (tx) => putBefore(tx, scope, call, request));
  if (isAsked) await deps.render(held.sessionId);
  return isAsked ? 'waits' : request;
}

/**
 * Puts a request before people, or lets the call through: where it needs nobody, or where auto-approval covers it. The
 * session is held meanwhile, so two calls of one step can't pass a cap or a budget together.
 */
async function putBefore(tx: Tx, scope: Scope, call: ToolCall, asked: ApprovalRequest): Promise<boolean> {
  const { held, deps } = scope;
  const { sessionId } = held;
  const at = deps.clock.now();
  const passed = await passedBudgets(tx, deps.budgets, sessionId, asked.estimate.usd);
  const request = { ...asked, warnings: [...asked.warnings, ...passed] };
  if (passed.length === 0 && asked.isWaived) return false;
  const now = await readSnapshot(tx, sessionId, 'context');
  if (now !== undefined && passed.length === 0) {
    const { settings } = now.session;
    const used = now.autoApprovedUsd;
    if (settings.yolo.kind !== 'off' && isAutoApproved(settings, request, used)) {
      const auto = { reservedUsd: request.estimate.usd ?? 0 };
      const decision = { by: settings.yolo.by, at, auto };
      await record.moveToolCall(tx, sessionId, call.id, ['proposed'], {
        kind: 'approved',
        request,
        decision,
      });
      await record.emit(tx, sessionId, {
        type: 'tool_state_change',
        data: { toolCallId: call.id, state: 'auto_approved', ...auto },
      });
      return false;
    }
  }
  await supersede(tx, scope, call);
  const state: ToolCallState = { kind: 'awaiting_approval', since: at, request, revision: 0 };
  await record.moveToolCall(tx, sessionId, call.id, ['proposed'], state);
  await record.emit(tx, sessionId, { type: 'approval_required', data: { toolCallId: call.id } });
  return true;
}

/** A new request takes the place of one that a side question left open: two cards for one wish would mislead. */
async function supersede(tx: Tx, { snapshot, held, deps }: Scope, call: ToolCall): Promise<void> {
  const older = snapshot.toolCalls.filter(
    (item) => item.state.kind === 'awaiting_approval' && item.messageId < call.messageId,
  );
  for (const { id, state } of older) {
    if (state.kind !== 'awaiting_approval') continue;
    await record.moveToolCall(tx, held.sessionId, id, ['awaiting_approval'], {
      kind: 'abandoned',
      request: state.request,
      at: deps.clock.now(),
      output: 'You have proposed another call instead, so this one was not run.',
    });
  }
}

async function execute(
  scope: Scope,
  call: ToolCall,
  prepared: PreparedCall,
  approved = call.approval?.request,
): Promise<void> {
  const { held, deps } = scope;
  const isStarted = await fenced(held, (tx) =>
    record.moveToolCall(tx, held.sessionId, call.id, ['proposed', 'approved', 'running'], {
      kind: 'running',
      since: deps.clock.now(),
    }),
  );
  if (!isStarted) return;
  await deps.render(held.sessionId);
  await settle(scope, call, await outcome(scope, call, prepared, approved));
}

async function outcome(
  scope: Scope,
  call: ToolCall,
  prepared: PreparedCall,
  approved: ApprovalRequest | undefined,
): Promise<ToolResult> {
  const { timeoutMs = scope.deps.timeoutMs } = prepared;
  const timeout = AbortSignal.timeout(timeoutMs);
  const tail = shownWriter(scope, call, (text) => ({ tail: text }));
  const note = shownWriter(scope, call, (text) => ({ note: text }));
  const signal = AbortSignal.any([scope.signal, timeout]);
  const show = { show: (text: string) => tail.write(text), note: (text: string) => note.write(text) };
  try {
    return await prepared.run({ ...contextOf(scope, call, signal, show), approved });
  } catch (error) {
    scope.signal.throwIfAborted();
    if (error instanceof LeaseLost) throw error;
    if (timeout.aborted) {
      const seconds = Math.round(timeoutMs / 1000);
      return { kind: 'failed', output: `${call.name} was stopped after ${seconds} s without a result.` };
    }
    return { kind: 'failed', output: `${call.name} failed: ${messageOf(error)}` };
  } finally {
    await Promise.all([tail.stop(), note.stop()]);
  }
}

/** How often what a call prints is written down for the thread. */
const TAIL_MS = 1_000;

const shownWriter = (
  { deps, held }: Scope,
  call: ToolCall,
  as: (text: string) => { tail: string } | { note: string },
): LatestWriter =>
  new LatestWriter(
    async (text) => {
      await fenced(held, (tx) => record.setShown(tx, held.sessionId, call.id, as(deps.redact(text))));
      await deps.renderProgress(held.sessionId);
    },
    TAIL_MS,
    deps.clock,
  );

async function recover(scope: Scope, call: ToolCall): Promise<void> {
  const prepared = scope.deps.registry.prepare(call.name, effectiveArguments(call));
  const look = prepared.ok ? prepared.call.recover : undefined;
  if (!prepared.ok || look === undefined) return settleUnknown(scope, call);
  let found: Recovery;
  try {
    found = await look(contextOf(scope, call));
  } catch {
    scope.signal.throwIfAborted();
    return settleUnknown(scope, call);
  }
  if (found.kind === 'not_started') return execute(scope, call, prepared.call);
  await settle(scope, call, found);
}

function settleUnknown(scope: Scope, call: ToolCall): Promise<void> {
  const output = `The process that ran this call of ${call.name} died, and it is not known whether the call had its effect. Check what is there before you repeat it.`;
  return write(scope, call, { kind: 'unknown', output, at: scope.deps.clock.now() });
}

async function settle(scope: Scope, call: ToolCall, result: ToolResult): Promise<void> {
  const { held, deps, snapshot } = scope;
  const at = deps.clock.now();
  if (result.kind === 'waiting') {
    await fenced(held, async (tx) => {
      await record.addWatch(tx, held.sessionId, call.exchange, result.watch);
      const state: ToolCallState = { kind: 'waiting', since: at, watchId: result.watch.id };
      await record.moveToolCall(tx, held.sessionId, call.id, ['running'], state);
      await record.emit(tx, held.sessionId, { type: 'job_update', data: { watchId: result.watch.id } });
    });
    await deps.startWatch(result.watch.id);
    return deps.render(held.sessionId);
  }
  if (result.kind === 'blocked') return askAgain(scope, call, result.reason);
  const output = capped(deps.redact(result.output), deps.maxOutputCharacters);
  const { plan, file, image, made } = result.kind === 'done' ? result : {};
  const imageId = image && deps.ids.next('f');
  const state = {
    kind: result.kind,
    output,
    at,
    ...(imageId ? { images: [imageId] } : {}),
    ...(made && made.length > 0 ? { made } : {}),
  };
  await write(scope, call, state, async (tx) => {
    if (image && imageId) await keepFile(tx, held.sessionId, { id: imageId, ...image });
    if (file !== undefined) {
      const { name, bytes, text } = file;
      const id = deps.ids.next('f');
      const named = { id, name: uniqueName(name, id), bytes };
      await addFile(tx, held.sessionId, snapshot.session.exchange, named, deps.redact(text));
    }
    if (plan === undefined) return;
    await record.setPlan(tx, held.sessionId, snapshot.session.exchange, plan);
    await record.emit(tx, held.sessionId, { type: 'plan_update', data: { items: plan.length } });
  });
}

/** Puts a call back before people that could not be run for a reason which they can mend. */
async function askAgain(
  { held, deps, snapshot, signal }: Scope,
  call: ToolCall,
  reason: string,
): Promise<void> {
  const prepared = deps.registry.prepare(call.name, effectiveArguments(call));
  const request =
    call.approval?.request ??
    (prepared.ok
      ? await prepared.call.approval(contextOf({ deps, held, snapshot, signal }, call))
      : undefined);
  if (request === undefined) {
    return write({ held, deps, snapshot, signal }, call, {
      kind: 'failed',
      output: reason,
      at: deps.clock.now(),
    });
  }
  const { edit } = call.approval?.decision ?? {};
  await fenced(held, async (tx) => {
    await record.moveToolCall(tx, held.sessionId, call.id, ['running'], {
      kind: 'awaiting_approval',
      since: deps.clock.now(),
      request: { ...request, blocked: deps.redact(reason) },
      revision: 0,
      ...(edit ? { edit } : {}),
    });
    await record.emit(tx, held.sessionId, {
      type: 'approval_required',
      data: { toolCallId: call.id, reason },
    });
  });
  await deps.render(held.sessionId);
}

async function write(
  { held, deps }: Scope,
  call: ToolCall,
  state: ToolCallState,
  also: (tx: Tx) => Promise<void> = async () => {},
): Promise<void> {
  await fenced(held, async (tx) => {
    const from = ['proposed', 'approved', 'running'] as const;
    const isMoved = await record.moveToolCall(tx, held.sessionId, call.id, from, state);
    if (!isMoved) return;
    await also(tx);
    await record.emit(tx, held.sessionId, { type: 'tool_output', data: { id: call.id, state: state.kind } });
  });
  await deps.render(held.sessionId);
}

/** How long a call waits for people's answer, and how often it looks whether it is there. */
const QUESTION_MS = 30 * 60_000;
const LOOK_MS = 400;

/** Puts a question of a running call before people. The answer comes over the record: who takes it is another process. */
async function askPeople(
  { deps, held, signal }: Scope,
  call: ToolCall,
  asked: Omit<Question, 'id' | 'answer'>,
): Promise<QuestionAnswer | undefined> {
  const { sessionId } = held;
  const question = { ...asked, id: deps.ids.next('q'), text: deps.redact(asked.text) };
  await fenced(held, (tx) => record.setShown(tx, sessionId, call.id, { question }));
  await deps.render(sessionId);
  const until = deps.clock.now().getTime() + QUESTION_MS;
  let answer: QuestionAnswer | undefined;
  while (answer === undefined && deps.clock.now().getTime() < until) {
    await deps.clock.sleep(LOOK_MS, signal);
    const found = await findToolCall(held.db, call.id);
    const open = found?.state.kind === 'running' ? found.state.question : undefined;
    if (open?.id !== question.id) return undefined;
    answer = open.answer;
  }
  await fenced(held, (tx) => record.closeQuestion(tx, sessionId, call.id, question.id));
  await deps.render(sessionId);
  return answer;
}

function contextOf(
  { deps, snapshot, held, signal }: Scope,
  call: ToolCall,
  own = signal,
  shown: Pick<ToolContext, 'show' | 'note'> = { show: () => {}, note: () => {} },
): ToolContext {
  let position: number | undefined;
  const entries = async () => {
    const found = await journalOf(held.db, call.id);
    position = found.length;
    return found;
  };
  return {
    sessionId: held.sessionId,
    callId: call.id,
    approved: call.approval?.request,
    watches: snapshot.watches,
    signal: own,
    assertHeld: () => assertHeld(held),
    ...shown,
    ask: (question) => askPeople({ deps, snapshot, held, signal: own }, call, question),
    journal: {
      entries,
      async append(entry, used) {
        const at = position ?? (await entries()).length;
        await fenced(held, async (tx) => {
          await addToJournal(tx, call.id, at, entry);
          if (used !== undefined) await record.addUsage(tx, held.sessionId, call.exchange, used);
        });
        position = at + 1;
      },
    },
  };
}
