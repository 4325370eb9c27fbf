import { literal } from '../../lib/markdown/common-mark.ts';
import { currentExchange, type Exchange, type Snapshot } from '../../session/snapshot.ts';
import * as record from '../../session/store/record.ts';
import { jobName } from '../../session/watches.ts';
import { acknowledge, end, goOn } from './exchange.ts';
import { cancelOpen, letGo } from './open-calls.ts';
import { type Asked, type Change, notice, type OperationOf, type Scope } from './scope.ts';

/** Stops what is going on. */
export async function interrupt(operation: OperationOf<'interrupt'>, parts: Asked): Promise<Change> {
  const { by, keepsJobs } = operation;
  const kept = keepsJobs ? undefined : await endJobs(operation, parts, parts.snapshot.session.exchange);
  return async (scope) => {
    await stop(scope, by.name);
    if (kept !== undefined) await notice(scope, `${kept}.`);
  };
}

async function stop(scope: Scope, by: string): Promise<void> {
  const { kind } = scope.snapshot.session.state;
  if (kind !== 'running' && kind !== 'parked') return;
  await cancelOpen(scope, by);
  await end(scope, { kind: 'interrupted', by });
}

/**
 * Ends the jobs of a request. Those that cost money run on where `mayNotEndJobs` says so; returns which ones,
 * and who may end them.
 */
async function endJobs(
  { mayNotEndJobs }: OperationOf<'interrupt' | 'undo'>,
  { snapshot, outside }: Asked,
  exchange: number | undefined,
): Promise<string | undefined> {
  const running = snapshot.watches.filter(
    (watch) =>
      watch.endedAt === undefined &&
      watch.toolCallId !== undefined && // one that was started elsewhere is not this request's
      watch.exchange === exchange,
  );
  const kept = mayNotEndJobs === undefined ? [] : running.filter(({ hourlyUsd }) => hourlyUsd !== 0);
  // One that can't be cancelled is shown as it is by its watch.
  await Promise.allSettled(
    running.filter((watch) => !kept.includes(watch)).map((watch) => outside.cancelJob(watch)),
  );
  if (kept.length === 0) return undefined;
  return `${kept.map(jobName).map(literal).join(', ')} ${kept.length === 1 ? 'runs' : 'run'} on: ${mayNotEndJobs}`;
}

/** Undoes the newest request and everything that followed it, or the newest summary. */
export async function undo(operation: OperationOf<'undo'>, parts: Asked): Promise<Change> {
  const { by } = operation;
  const kept = await endJobs(operation, parts, newest(parts.snapshot)?.number);
  if (kept === undefined) return (scope) => takeBack(scope, by.name);
  // What costs money would run on where nobody sees it.
  return async (scope) => {
    await stop(scope, by.name);
    await notice(scope, `Nothing was taken back. ${kept}.`);
  };
}

const newest = ({ exchanges }: Snapshot): Exchange | undefined => exchanges.findLast(({ undone }) => !undone);

async function takeBack(scope: Scope, by: string): Promise<void> {
  const { tx, sessionId, snapshot } = scope;
  const { kind } = snapshot.session.state;
  const last = snapshot.messages.findLast(({ entry }) => entry.role !== 'notice');
  if (last?.entry.role === 'summary' && kind !== 'running' && kind !== 'parked') {
    await record.undoMessage(tx, sessionId, last.id);
    return;
  }
  const request = newest(snapshot);
  if (request === undefined) return;
  await cancelOpen(scope, by);
  await record.undoExchange(tx, sessionId, request.number);
  const isLast = snapshot.exchanges.every(({ number, undone }) => undone || number === request.number);
  if (isLast) await record.changeSettings(tx, sessionId, { title: null, isTitleFound: null });
  await end(scope, { kind: 'interrupted', by });
}

/** Starts a fresh context: the model sees nothing of what was said before. */
export async function freshContext(scope: Scope, by: string): Promise<void> {
  const { tx, sessionId, snapshot } = scope;
  await letGo(scope, by, 'closed');
  await cancelOpen(scope, by);
  await end(scope, { kind: 'idle' });
  const text = 'Fresh context: from here on I no longer take what was said above into account.';
  const id = await record.addMessage(tx, sessionId, snapshot.session.exchange, { role: 'notice', text });
  await record.startContextAfter(tx, sessionId, id);
}

/** Goes on with what was stopped, failed or paused. */
export async function resume(scope: Scope, { by, mayPassBudgets }: OperationOf<'resume'>): Promise<void> {
  const { tx, sessionId, snapshot } = scope;
  const { state } = snapshot.session;
  const { kind } = state;
  if (kind === 'failed' && state.failure.isOverBudget) {
    if (!mayPassBudgets) return notice(scope, `${by.name} may not let me go on past the budget.`);
    const overBudget = { by, exchange: snapshot.session.exchange };
    await record.changeSettings(tx, sessionId, { overBudget });
  }
  await acknowledge(scope);
  if (kind === 'running' || kind === 'parked' || kind === 'idle') return; // there is nothing to go on with
  const exchange = currentExchange(snapshot);
  if (exchange === undefined || exchange.undone) {
    await record.setState(tx, sessionId, { kind: 'idle' });
    return;
  }
  if (kind === 'interrupted') {
    const text = 'Somebody asked you to go on with what was stopped.';
    await record.addMessage(tx, sessionId, exchange.number, { role: 'note', text });
  }
  await record.reopenExchange(tx, sessionId, exchange.number);
  await goOn(scope);
}

/** Tries again what waits for its model provider; nothing where it has gone on otherwise. */
export async function retryAfterOutage(scope: Scope): Promise<void> {
  const { tx, sessionId, snapshot } = scope;
  const { state, exchange } = snapshot.session;
  if (state.kind !== 'failed' || state.failure.outage === undefined) return;
  await record.continueExchange(tx, sessionId, exchange);
  await goOn(scope);
}

/** Ends the session until somebody writes again. */
export async function shutDown(scope: Scope, by: string): Promise<void> {
  const { kind } = scope.snapshot.session.state;
  const isQuiet = kind !== 'running' && kind !== 'parked'; // then no status message changes
  if (isQuiet && kind !== 'closed') await notice(scope, `Closed by ${by}. Write here to go on.`);
  await letGo(scope, by, 'closed');
  await cancelOpen(scope, by);
  await end(scope, { kind: 'closed', by });
}
