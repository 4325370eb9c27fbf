import type { Db, Tx } from '../db/database.ts';
import { dollars } from '../lib/dollars.ts';
import type { Logger } from '../lib/log.ts';
import { voidsCompaction } from '../session/operations.ts';
import type { Session, Snapshot } from '../session/snapshot.ts';
import type { Failure, SessionState } from '../session/state.ts';
import { newsOf, pendingOperations } from '../session/store/inbox.ts';
import { type Claim, claim, fenced, LeaseLost, releaseIn } from '../session/store/lease.ts';
import { readSession, readSnapshot } from '../session/store/read-snapshot.ts';
import * as record from '../session/store/record.ts';
import { type ArtifactDeps, collectArtifacts } from './artifacts.ts';
import { type AskedCompaction, type CompactionDeps, compact } from './compaction.ts';
import { compactAt, contextTokens } from './context-size.ts';
import { type ModelStepDeps, modelStep } from './model-step.ts';
import { type Action, nextAction, type StepLimits } from './next-action.ts';
import { applyOperation } from './operations/apply.ts';
import type { Outside } from './operations/scope.ts';
import { callForStop, withDeciders } from './stops.ts';
import { giveTitle, type TitleDeps } from './title.ts';
import type { ToolStepDeps } from './tool-step/scope.ts';
import { advanceCalls, recoverCalls } from './tool-step/tool-step.ts';

export type TurnDeps = ModelStepDeps &
  ToolStepDeps &
  CompactionDeps &
  TitleDeps &
  ArtifactDeps & {
    db: Db;
    log: Logger;
    outside(signal: AbortSignal): Outside;
    maxModelCalls: number;
    /** The spend at which people are first asked whether to go on. */
    warnUsd: number;
    leaseMs: number;
    /** How long a step may continue after a shutdown was requested. */
    handOverMs: number;
  };

/** How a turn ended: `busy` if another worker has the session, `lost` if one took it over in the meantime. */
export type TurnEnd = 'released' | 'busy' | 'lost' | 'handed_over';

/**
 * Works on one session until it is idle or parked. Every decision is made from the record and committed to it
 * at once, so a turn may die at any point and another one continues. `shutdown` asks it to stop between two
 * steps.
 */
export async function runTurn(
  deps: TurnDeps,
  sessionId: string,
  owner: string,
  shutdown: AbortSignal,
): Promise<TurnEnd> {
  if (deps.keeper.holds(sessionId)) return 'busy';
  const held = await claim(deps.db, sessionId, owner, deps.leaseMs);
  if (held === undefined) return 'busy';
  const lease = deps.keeper.hold(held);
  const handOver = graceAfter(shutdown, deps.handOverMs);
  const signal = AbortSignal.any([lease.signal, handOver.signal]);
  try {
    if (held.strikes > MAX_STRIKES) return await giveUp(deps, held);
    for (;;) {
      lease.signal.throwIfAborted();
      if (shutdown.aborted) {
        await fenced(held, (tx) => releaseIn(tx, held));
        return 'handed_over';
      }
      const isOver = await oneStep(deps, held, signal);
      if (isOver) return 'released';
    }
  } catch (error) {
    const reason = lease.signal.aborted ? lease.signal.reason : error;
    if (reason instanceof LeaseLost) return 'lost';
    if (!handOver.signal.aborted) throw reason;
    await fenced(held, (tx) => releaseIn(tx, held));
    return 'handed_over';
  } finally {
    lease.stop();
    handOver.stop();
  }
}

/** A signal that aborts some time after another one did. */
function graceAfter(shutdown: AbortSignal, graceMs: number): { signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const begin = () => {
    timer = setTimeout(() => controller.abort(new Error('the process is shutting down')), graceMs);
  };
  if (shutdown.aborted) begin();
  else shutdown.addEventListener('abort', begin, { once: true });
  function stop() {
    clearTimeout(timer);
    shutdown.removeEventListener('abort', begin);
  }
  return { signal: controller.signal, stop };
}

/**
 * After this many turns in a row without progress, the session ends with a message instead of another try.
 */
const MAX_STRIKES = 8;

const BROKEN: Failure = {
  message:
    'Something inside me keeps failing on this session. Press Retry, or say `new` to go on with a fresh context.',
  retryable: true,
};

async function giveUp(deps: TurnDeps, held: Claim): Promise<TurnEnd> {
  await fenced(held, async (tx) => {
    const session = await readSession(tx, held.sessionId);
    if (session !== undefined) await callForStop(tx, deps, session, BROKEN);
    await record.setState(tx, held.sessionId, { kind: 'failed', failure: BROKEN });
    await releaseIn(tx, held);
  });
  return 'released';
}

/** Applies pending operations, then takes the next action. True once the session has been given back. */
async function oneStep(deps: TurnDeps, held: Claim, lease: AbortSignal): Promise<boolean> {
  const { snapshot, compaction } = await drain(deps, held, lease);
  if (compaction !== undefined) {
    await interruptible(deps, held, lease, (signal) => compact(deps, held, snapshot, compaction, signal));
    return false;
  }
  const { state } = snapshot.session;
  const collect = () =>
    interruptible(deps, held, lease, (signal) => collectArtifacts(deps, held, snapshot, signal));
  if (state.kind !== 'running') {
    await collect();
    return release(deps, held, state);
  }
  const action = nextAction(snapshot, await limitsOf(deps, snapshot));
  const failure = await interruptible(deps, held, lease, (signal) =>
    perform(deps, held, snapshot, action, signal),
  );
  if (failure !== undefined) return release(deps, held, { kind: 'failed', failure });
  const end = endOf(action);
  if (end === undefined) return false;
  await collect();
  return release(deps, held, end);
}

function endOf(action: Action): SessionState | undefined {
  switch (action.kind) {
    case 'park':
      return { kind: 'parked', on: action.on };
    case 'finish':
      return { kind: 'idle' };
    case 'out_of_steps':
      return { kind: 'failed', failure: OUT_OF_STEPS };
    case 'too_large':
      return { kind: 'failed', failure: TOO_LARGE };
    case 'ask_to_go_on':
      return { kind: 'failed', failure: goOn(action.spentUsd) };
    default:
      return undefined;
  }
}

const OUT_OF_STEPS: Failure = {
  message:
    'I have made all the model calls that one request may take. Press Continue, or write a message, and I go on.',
  retryable: true,
  pause: 'steps',
};

const TOO_LARGE: Failure = {
  message:
    'This conversation no longer fits into the model, and there is nothing left to make shorter. Say `new` to go on with a fresh context.',
  retryable: false,
};

const goOn = (spentUsd: number): Failure => ({
  message: `This session has cost ${dollars(spentUsd)} so far. Press Continue, or write a message, and I go on.`,
  retryable: true,
  pause: 'spend',
});

async function limitsOf(deps: TurnDeps, snapshot: Snapshot): Promise<StepLimits> {
  const { session } = snapshot;
  const facts = await deps.factsOf(deps.modelOf(session));
  const fixed = () => deps.systemPromptOf(session) + JSON.stringify(deps.registry.forModel(session.address));
  return {
    maxModelCalls: deps.maxModelCalls,
    warnUsd: deps.warnUsd,
    tokens: await contextTokens(snapshot, deps.counts, fixed),
    tokenLimit: compactAt(facts.contextTokens),
    windowTokens: facts.contextTokens,
  };
}

async function perform(
  deps: TurnDeps,
  held: Claim,
  snapshot: Snapshot,
  action: Action,
  signal: AbortSignal,
): Promise<Failure | undefined> {
  const scope = { deps, held, snapshot, signal };
  await deps.registry.ready(signal); // a call that was approved before a restart finds its tool again
  switch (action.kind) {
    case 'call_model':
      return callModel(deps, held, snapshot, signal);
    case 'summarise':
      return compact(deps, held, snapshot, undefined, signal);
    case 'trim':
      await trim(held, snapshot, action.upTo);
      return undefined;
    case 'advance_calls':
      await advanceCalls(scope, action.calls);
      return undefined;
    case 'recover_calls':
      await recoverCalls(scope, action.calls);
      return undefined;
    case 'correct':
      await correct(held, snapshot, action);
      return undefined;
    default:
      return undefined;
  }
}

/**
 * Calls the model. If the model finds the conversation too long, shortens it instead, while that is possible.
 */
async function callModel(
  deps: TurnDeps,
  held: Claim,
  snapshot: Snapshot,
  signal: AbortSignal,
): Promise<Failure | undefined> {
  const [step] = await Promise.all([
    modelStep(deps, held, snapshot, signal),
    giveTitle(deps, held, snapshot, signal),
  ]);
  if (step.kind === 'failed') return step.failure;
  if (step.kind === 'done') return undefined;
  const limits = await limitsOf(deps, snapshot);
  const action = nextAction(snapshot, { ...limits, tokens: Number.POSITIVE_INFINITY });
  if (action.kind === 'trim') await trim(held, snapshot, action.upTo);
  else if (action.kind === 'summarise') return compact(deps, held, snapshot, undefined, signal);
  else return TOO_LARGE;
  return undefined;
}

async function trim(held: Claim, { messages }: Snapshot, upTo: number): Promise<void> {
  const at = messages.at(-1)?.id ?? upTo;
  await fenced(held, (tx) => record.changeSettings(tx, held.sessionId, { trim: { upTo, at } }));
}

async function correct(
  held: Claim,
  snapshot: Snapshot,
  { text, guard }: Extract<Action, { kind: 'correct' }>,
): Promise<void> {
  const { exchange } = snapshot.session;
  await fenced(held, async (tx) => {
    await record.addMessage(tx, held.sessionId, exchange, { role: 'note', text, guard });
    if (guard === 'plan') await record.countCorrection(tx, held.sessionId, exchange);
  });
}

/**
 * Applies every pending operation in order, and returns the session as it is then. `compact` needs a model
 * call, so it is left for a step of its own, unless a later operation makes it obsolete.
 */
async function drain(
  deps: TurnDeps,
  held: Claim,
  signal: AbortSignal,
): Promise<{ snapshot: Snapshot; compaction: AskedCompaction | undefined }> {
  const { known } = held;
  if (held.isFresh && known !== undefined && isKept(known)) {
    held.isFresh = false; // it holds for what comes at once
    return { snapshot: known, compaction: undefined };
  }
  const news = await newsOf(deps.db, held.sessionId);
  const asked = news?.pending ?? [];
  const isAsKnown = news !== undefined && known?.session.rev === news.rev && isKept(known);
  let snapshot = isAsKnown
    ? { ...known, session: { ...known.session, rules: news.rules } }
    : await mustRead(held);
  let compaction: AskedCompaction | undefined;
  for (const [i, pending] of asked.entries()) {
    const isVoid = asked.slice(i + 1).some(({ operation }) => voidsCompaction(operation));
    if (pending.operation.kind === 'compact' && compaction === undefined && !isVoid) {
      compaction = pending;
      continue;
    }
    await applyOperation(held, snapshot, pending, deps.outside(signal), signal);
    snapshot = await mustRead(held);
    await deps.render(held.sessionId);
  }
  return { snapshot, compaction };
}

/**
 * Ends the turn in `state` and gives the session back, unless something was asked in the meantime: then the
 * turn goes on. Both happen under the lock of the session's row, so no request is ever left without a turn.
 */
async function release(deps: TurnDeps, held: Claim, state: SessionState): Promise<boolean> {
  const isReleased = await fenced(held, async (tx) => {
    if ((await pendingOperations(tx, held.sessionId)).length > 0) return false;
    const session = await readSession(tx, held.sessionId);
    if (session?.state.kind === 'running') await settleTurn(tx, deps, session, state);
    await releaseIn(tx, held);
    return true;
  });
  await deps.render(held.sessionId);
  return isReleased;
}

async function settleTurn(tx: Tx, deps: TurnDeps, session: Session, ended: SessionState): Promise<void> {
  const state: SessionState =
    ended.kind === 'failed'
      ? { ...ended, failure: await withDeciders(tx, deps, session, ended.failure) }
      : ended;
  await record.endTurn(tx, session.id, state);
  if (state.kind === 'failed') await callForStop(tx, deps, session, state.failure);
  if (state.kind === 'parked') return;
  await record.closeExchange(tx, session.id, session.exchange, state);
}

/**
 * Runs `work` with a signal that aborts on a Stop or a lost lease. A Stop is no error: the next drain applies
 * it.
 */
async function interruptible<T>(
  deps: TurnDeps,
  held: Claim,
  lease: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  const stop = deps.keeper.stopRequests(held.sessionId);
  try {
    return await work(AbortSignal.any([lease, stop.signal]));
  } catch (error) {
    held.isFresh = false;
    if (stop.signal.aborted && !lease.aborted && !(error instanceof LeaseLost)) return undefined;
    throw error;
  } finally {
    stop.stop();
  }
}

/** What auto-approval has let through is a sum over rows that are not read: it is asked for each time. */
const isKept = ({ session }: Snapshot): boolean => session.settings.yolo.kind === 'off';

async function mustRead(held: Claim): Promise<Snapshot> {
  const snapshot = await readSnapshot(held.db, held.sessionId, 'context');
  if (snapshot === undefined) throw new Error(`session ${held.sessionId} does not exist`);
  held.known = snapshot;
  return snapshot;
}
