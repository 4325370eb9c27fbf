import { context, currentExchange } from '../../session/snapshot.ts';
import type { SessionState } from '../../session/state.ts';
import * as record from '../../session/store/record.ts';
import { spentIn } from '../spend.ts';
import type { Scope } from './scope.ts';

/** The exchange that something new belongs to: the current one while work is going on, else the next. */
export async function exchangeFor(scope: Scope): Promise<number> {
  const { tx, sessionId, snapshot } = scope;
  const { state, exchange } = snapshot.session;
  if (exchange > 0 && (state.kind === 'running' || state.kind === 'parked')) {
    await goOn(scope);
    return exchange;
  }
  const plan = currentExchange(snapshot)?.plan ?? [];
  const isUnfinished = plan.some((item) => item.status !== 'completed') && context(snapshot).length > 0;
  await record.openExchange(tx, sessionId, exchange + 1, isUnfinished ? plan : []);
  await goOn(scope);
  return exchange + 1;
}

export const goOn = ({ tx, sessionId }: Scope) => record.setState(tx, sessionId, { kind: 'running' });

export async function end({ tx, sessionId, snapshot }: Scope, state: SessionState): Promise<void> {
  const { exchange } = snapshot.session;
  await record.endTurn(tx, sessionId, state);
  if (exchange > 0 && currentExchange(snapshot)?.outcome === undefined) {
    await record.closeExchange(tx, sessionId, exchange, state);
  }
}

/** A message, or a click on Continue, allows the session to go on spending. */
export async function acknowledge({ tx, sessionId, snapshot }: Scope): Promise<void> {
  const { state } = snapshot.session;
  if (state.kind !== 'failed' || state.failure.pause !== 'spend') return;
  await record.changeSettings(tx, sessionId, { acknowledgedUsd: spentIn(snapshot) });
}
