import { decidersIn } from '../approvals/approvers.ts';
import type { Budgets } from '../approvals/budget.ts';
import type { Tx } from '../db/database.ts';
import type { Session } from '../session/snapshot.ts';
import type { Failure } from '../session/state.ts';
import { mayTellOutage } from '../session/store/outages.ts';
import * as record from '../session/store/record.ts';
import { timeZoneOf } from '../session/store/time-zones.ts';
import { stopText, timesOfStop } from '../thread/words/stops.ts';
import type { ToolStepDeps } from './tool-step/scope.ts';

/** A failure with who can let it go on, where not everybody can. */
export async function withDeciders(
  tx: Tx,
  deps: {
    budgets: Pick<Budgets, 'approvers'>;
    policy: Pick<ToolStepDeps['policy'], 'mentionsOf'>;
  },
  session: Session,
  failure: Failure,
): Promise<Failure> {
  if (!failure.isOverBudget) return failure;
  return { ...failure, deciders: await decidersIn(tx, deps.policy, session, deps.budgets.approvers) };
}

/**
 * Calls who can do something about a turn that stops before its work is done, in the commit that ends it. Of
 * an outage of a model provider people are told once, and not in each of their threads.
 */
export async function callForStop(
  tx: Tx,
  deps: { timeZone: string },
  session: Session,
  failure: Failure,
): Promise<void> {
  const { id, exchange, settings, requester, address } = session;
  const { outage = null } = failure;
  await record.changeSettings(tx, id, {
    outage: outage && { provider: outage.provider, since: outage.since, tries: outage.tries },
  });
  if (outage !== null && !(await mayTellOutage(tx, session, outage.provider))) return;
  const mentions = failure.deciders?.called ?? [requester.id];
  // Only then is a time told.
  const known = outage === null ? undefined : await timeZoneOf(tx, { ...address, person: requester.id });
  const timeZone = known?.zone ?? deps.timeZone;
  const text = stopText(failure, settings.title, timeZone);
  const times = outage === null ? {} : { times: timesOfStop(outage, timeZone) };
  await record.addMessage(tx, id, exchange, { role: 'notice', text, mentions, ...times, isStop: true });
}
