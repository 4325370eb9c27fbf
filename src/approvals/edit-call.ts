import type { Tx } from '../db/database.ts';
import type { Person } from '../session/address.ts';
import { moveToolCall } from '../session/store/record.ts';
import { alreadyDecided, GONE } from '../thread/words/approvals.ts';
import { type Known, knowingGroups } from './approvers.ts';
import { applied } from './call-edits.ts';
import { barTo, callIn, type DecisionDeps, type DecisionResult } from './open-calls.ts';

export type EditRequest = {
  toolCallId: string;
  /** New values of arguments that the request lets people change. */
  changes: Readonly<Record<string, string>>;
  by: Person;
};

/** Changes arguments of an open call; whoever approves it afterwards approves what it is then. */
export async function editCall(deps: DecisionDeps, request: EditRequest): Promise<DecisionResult> {
  const done = await knowingGroups(deps.policy, request.by, (known) =>
    deps.db.transaction(`a change of call ${request.toolCallId}`, (tx) => editOne(deps, tx, request, known)),
  );
  if (done.ok) await deps.render(done.sessionId);
  return done.ok ? { ok: true } : done;
}

async function editOne(
  deps: DecisionDeps,
  tx: Tx,
  { toolCallId, changes, by }: EditRequest,
  known: Known,
): Promise<{ ok: true; sessionId: string } | { ok: false; reason: string }> {
  const found = await callIn(tx, toolCallId, by, known);
  if (found === undefined) return { ok: false, reason: GONE };
  const { scene, call } = found;
  const sessionId = scene.session.id;
  const barred = barTo(deps, scene, call);
  if (barred !== undefined) return { ok: false, reason: barred };
  if (call.state.kind !== 'awaiting_approval') return { ok: false, reason: alreadyDecided(call) };
  const edited = applied(call, call.state.request, changes, tx.redaction);
  if (typeof edited === 'string') return { ok: false, reason: edited };
  if (edited.changed === '') return { ok: true, sessionId };
  const { first: _first, ...state } = call.state; // approved something else
  await moveToolCall(tx, sessionId, call.id, ['awaiting_approval'], {
    ...state,
    request: edited.request,
    revision: call.state.revision + 1,
    edit: { by, at: deps.clock.now(), arguments: edited.arguments, changed: edited.changed },
  });
  return { ok: true, sessionId };
}
