import { othersFirst } from '../../lib/breath.ts';
import { durationText } from '../../lib/duration.ts';
import { messageOf } from '../../lib/errors.ts';
import { fenced, keeping, LeaseLost } from '../../session/store/lease.ts';
import * as record from '../../session/store/record.ts';
import {
  type ApprovalRequest,
  effectiveArguments,
  type ToolCall,
  withInlined,
} from '../../session/tool-calls.ts';
import type { PreparedCall, Recovery, ToolResult } from '../../tools/tool.ts';
import { LatestWriter } from '../latest-writer.ts';
import { ask, askAgain } from './ask.ts';
import { contextOf, preparedFor } from './context.ts';
import { type LookUp, lookUpsAmong, runLookUps } from './look-ups.ts';
import type { Scope } from './scope.ts';
import { settle, settleUnknown } from './settle.ts';

/**
 * Advances every proposed or approved call by one step, all at once: to a clear error, to an approval
 * request, or to its run. Each change is committed before anything that follows from it, but for look-ups,
 * which may be made again.
 */
export async function advanceCalls(scope: Scope, calls: readonly ToolCall[]): Promise<void> {
  const lookUps = await lookUpsAmong(scope, calls);
  const others = calls.filter((call) => !lookUps.some((lookUp) => lookUp.call === call));
  const starts = new Starts(scope);
  await allDone([
    ...(lookUps.length > 0 ? [lookUp(scope, lookUps)] : []),
    ...others.map((call) => advance(scope, call, starts)),
  ]);
}

async function lookUp(scope: Scope, lookUps: readonly LookUp[]): Promise<void> {
  const run = ({ call, prepared }: LookUp) => outcome(scope, call, prepared, undefined);
  const rest = await runLookUps(scope, lookUps, run);
  await allDone(rest.map(async ({ call, result }) => finish(scope, call, await result)));
}

/** Deals with calls that were running when their worker died. */
export async function recoverCalls(scope: Scope, calls: readonly ToolCall[]): Promise<void> {
  await allDone(calls.map((call) => recover(scope, call)));
}

/**
 * Waits for all of them, then throws the error of the first that failed: no call is left running unwatched.
 */
async function allDone(work: Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(work);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

async function advance(scope: Scope, call: ToolCall, starts: Starts): Promise<void> {
  const prepared = preparedFor(scope, call, effectiveArguments(call));
  if (!prepared.ok) return settle(scope, call, { kind: 'failed', output: prepared.error });
  if (call.state.kind !== 'proposed') return execute(scope, starts, call, prepared.call);
  const asked = await ask(scope, call, prepared.call);
  if (asked === 'waits') return;
  // Let through as it would have been shown, and not as it was proposed.
  const ready = asked?.inlined
    ? preparedFor(scope, call, withInlined(call.arguments, asked.inlined))
    : prepared;
  if (!ready.ok) return settle(scope, call, { kind: 'failed', output: ready.error });
  await execute(scope, starts, call, ready.call, asked);
}

async function execute(
  scope: Scope,
  starts: Starts,
  call: ToolCall,
  prepared: PreparedCall,
  approved = call.approval?.request,
): Promise<void> {
  if (!(await starts.isStarted(call))) return;
  await finish(scope, call, await outcome(scope, call, prepared, approved));
}

/** Marks calls as running; those of a step that are ready at the same time with one commit. */
class Starts {
  readonly #scope: Scope;
  #ready: ToolCall[] = [];
  #next: Promise<ReadonlySet<string>> | undefined;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  /** False where the call has been settled otherwise meanwhile. */
  async isStarted(call: ToolCall): Promise<boolean> {
    this.#ready.push(call);
    this.#next ??= this.#start();
    return (await this.#next).has(call.id);
  }

  async #start(): Promise<ReadonlySet<string>> {
    await othersFirst();
    const calls = this.#ready;
    this.#ready = [];
    this.#next = undefined;
    const { held, deps } = this.#scope;
    const started = await keeping(held, async (tx) => {
      const moved = new Set<string>();
      for (const { id } of calls) {
        const state = { kind: 'running' as const, since: deps.clock.now() };
        if (await record.moveToolCall(tx, held.sessionId, id, READY, state)) moved.add(id);
      }
      return moved;
    });
    await deps.render(held.sessionId);
    return started;
  }
}

const READY = ['proposed', 'approved', 'running'] as const;

/**
 * Records the outcome of a call. If it was blocked by something that people can fix, they are asked again.
 */
function finish(scope: Scope, call: ToolCall, result: ToolResult): Promise<void> {
  return result.kind === 'blocked' ? askAgain(scope, call, result.reason) : settle(scope, call, result);
}

async function outcome(
  scope: Scope,
  call: ToolCall,
  prepared: PreparedCall,
  approved: ApprovalRequest | undefined,
): Promise<ToolResult> {
  const { timeoutMs = scope.deps.timeoutMs } = prepared;
  const timeout = AbortSignal.timeout(timeoutMs);
  const { redaction } = scope.held.db;
  let isOpen = false;
  const tail = shownWriter(scope, call, (text) => {
    const shown = isOpen ? redaction.growing(text) : text;
    return { tail: redaction.tail(shown, TAIL_CHARACTERS) };
  });
  const note = shownWriter(scope, call, (text) => ({ note: redaction.text(text) }));
  const signal = AbortSignal.any([scope.signal, timeout]);
  const show = {
    show(text: string, goesOn = false) {
      isOpen = goesOn;
      tail.write(text);
    },
    note: (text: string) => note.write(text),
  };
  try {
    return await prepared.run({ ...contextOf(scope, call, signal, show), approved });
  } catch (error) {
    scope.signal.throwIfAborted();
    if (error instanceof LeaseLost) throw error;
    if (timeout.aborted) {
      const seconds = Math.round(timeoutMs / 1000);
      return {
        kind: 'failed',
        output: `${call.name} was stopped after ${durationText(seconds)} without a result.`,
      };
    }
    return { kind: 'failed', output: `${call.name} failed: ${messageOf(error)}` };
  } finally {
    await Promise.all([tail.stop(), note.stop()]);
  }
}

/** How often what a call prints is written down for the thread, and how much of it. */
const TAIL_MS = 1_000;
const TAIL_CHARACTERS = 400;

const shownWriter = (
  { deps, held }: Scope,
  call: ToolCall,
  as: (text: string) => { tail: string } | { note: string },
): LatestWriter =>
  new LatestWriter(
    async (text) => {
      await fenced(held, (tx) => record.setShown(tx, held.sessionId, call.id, as(text)));
      await deps.renderProgress(held.sessionId);
    },
    TAIL_MS,
    deps.clock,
  );

async function recover(scope: Scope, call: ToolCall): Promise<void> {
  const prepared = preparedFor(scope, call, effectiveArguments(call));
  const look = prepared.ok ? prepared.call.recover : undefined;
  if (prepared.ok && look === undefined && prepared.call.isLookUp) {
    return execute(scope, new Starts(scope), call, prepared.call); // it changes nothing, so it is made again
  }
  if (!prepared.ok || look === undefined) return settleUnknown(scope, call);
  let found: Recovery;
  try {
    found = await look(contextOf(scope, call));
  } catch {
    scope.signal.throwIfAborted();
    return settleUnknown(scope, call);
  }
  if (found.kind === 'not_started') return execute(scope, new Starts(scope), call, prepared.call);
  await finish(scope, call, found);
}
