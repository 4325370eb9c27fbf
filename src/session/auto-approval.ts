import type { Settings } from './settings.ts';
import { type ApprovalRequest, isSettled, type ToolCall, type ToolCallKind } from './tool-calls.ts';
import { costSoFar, type Watch } from './watches.ts';

/**
 * What auto-approval has allowed since it was switched on, in USD: the reserved cost of running calls, the
 * actual cost of ended ones.
 */
export function autoApprovedUsd(
  { yolo }: Settings,
  toolCalls: readonly ToolCall[],
  watches: readonly Watch[],
): number {
  if (yolo.kind === 'off') return 0;
  return toolCalls.reduce((sum, call) => {
    const decision = call.approval?.decision;
    if (decision?.auto === undefined || decision.at < yolo.at) return sum;
    const own = watches.filter((item) => item.toolCallId === call.id);
    const isOver =
      own.length > 0 && own.every(({ endedAt }) => endedAt !== undefined) && isSettled(call.state);
    if (isOver) return sum + costOf(own, decision.auto.reservedUsd);
    return sum + (own.length === 0 && hasNotRun(call) ? 0 : decision.auto.reservedUsd);
  }, 0);
}

/** What jobs that have ended have cost; all that was reserved where that is not known. */
function costOf(ended: readonly Watch[], reservedUsd: number): number {
  const costs = ended.map(costSoFar);
  return costs.every((usd) => usd !== undefined) ? costs.reduce((sum, usd) => sum + usd, 0) : reservedUsd;
}

/** States of an allowed call for which no job was started: it cost nothing. */
const NOT_RUN = new Set<string>([
  'failed',
  'cancelled',
  'awaiting_approval',
  'rejected',
  'abandoned',
] satisfies ToolCallKind[]);

const hasNotRun = ({ state }: ToolCall): boolean => NOT_RUN.has(state.kind);

/**
 * Whether a call may run without a click: its price is known, it is not one that people always decide on, and
 * what it may cost fits under the cap beside everything that was let through before.
 */
export function isAutoApproved({ yolo }: Settings, request: ApprovalRequest, usedUsd: number): boolean {
  const { usd } = request.estimate;
  if (yolo.kind === 'off' || request.isAlwaysAsked || usd === undefined) return false;
  if (request.owner !== undefined && request.owner.id !== yolo.by.id) return false; // not theirs to spend
  return yolo.kind === 'on' || usedUsd + usd <= yolo.usd;
}
