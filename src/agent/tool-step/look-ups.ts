import { lastly } from '../../session/store/lease.ts';
import * as record from '../../session/store/record.ts';
import { effectiveArguments, type ToolCall, type ToolCallState } from '../../session/tool-calls.ts';
import type { PreparedCall, ToolResult } from '../../tools/tool.ts';
import { contextOf, preparedFor } from './context.ts';
import type { Scope } from './scope.ts';
import { isPlain, plainStateOf } from './settle.ts';

/** A call that only looks something up and that nobody is asked about, ready to run. */
export type LookUp = { call: ToolCall; prepared: PreparedCall };

/** How long the results of one step's look-ups wait for each other, and none is shown as running. */
const TOGETHER_MS = 250;

/**
 * The look-ups among the calls that a step proposes, of which none asks people anything. What one of them
 * does may be done again after a crash.
 */
export async function lookUpsAmong(scope: Scope, calls: readonly ToolCall[]): Promise<LookUp[]> {
  const found = await Promise.all(
    calls.map(async (call) => {
      if (call.state.kind !== 'proposed') return [];
      const prepared = preparedFor(scope, call, effectiveArguments(call));
      if (!prepared.ok || !prepared.call.isLookUp || prepared.call.unasked === undefined) return [];
      const asked = await prepared.call.approval(contextOf(scope, call)).catch(() => 'a fault');
      return asked === undefined ? [{ call, prepared: prepared.call }] : [];
    }),
  );
  return found.flat();
}

type Run = LookUp & { result: Promise<ToolResult>; came: { result: ToolResult } | undefined };

/**
 * Runs look-ups, all at once. What comes soon is committed together, and needed no commit before it; what
 * takes longer is marked as running in the same commit, and returned for the caller to wait for.
 */
export async function runLookUps(
  scope: Scope,
  lookUps: readonly LookUp[],
  run: (lookUp: LookUp) => Promise<ToolResult>,
): Promise<{ call: ToolCall; result: Promise<ToolResult> }[]> {
  const { held, deps } = scope;
  const since = deps.clock.now();
  const runs = lookUps.map((lookUp): Run => {
    const started: Run = { ...lookUp, result: run(lookUp), came: undefined };
    started.result.then(
      (result) => {
        started.came = { result };
      },
      () => {}, // whoever waits for it is told
    );
    return started;
  });
  const over = new AbortController();
  await Promise.race([
    Promise.all(runs.map(({ result }) => result)).catch(() => {}),
    deps.clock.sleep(TOGETHER_MS, over.signal).catch(() => {}),
  ]);
  over.abort();
  if (scope.signal.aborted) {
    await Promise.allSettled(runs.map(({ result }) => result));
    scope.signal.throwIfAborted(); // they stay proposed: a later turn may make them
  }
  const soon = runs.flatMap(({ call, came }) =>
    came !== undefined && isPlain(came.result)
      ? [{ id: call.id, state: plainStateOf(scope, came.result) }]
      : [],
  );
  const rest = runs.filter(({ call }) => !soon.some(({ id }) => id === call.id));
  const running: ToolCallState = { kind: 'running', since };
  await lastly(held, async (tx) => {
    await record.settleLookUps(tx, held.sessionId, soon, since);
    for (const { call } of rest) {
      await record.moveToolCall(tx, held.sessionId, call.id, ['proposed'], running);
    }
  });
  await deps.render(held.sessionId);
  return rest.map(({ call, result }) => ({ call, result }));
}
