import type { Told } from './events.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { Approval, Status } from './messages.ts';

/** How a request ended that nobody sits at, in words for the error stream where it did not go well. */
export type Outcome = { code: ExitCode; why: string | undefined };

/**
 * How it has ended; undefined while it goes on. `budgetUsd` is what the command line lets be spent. What
 * waits for somebody has ended, because nobody is there.
 */
export function outcomeOf(told: Told, budgetUsd: number | undefined): Outcome | undefined {
  const { status, standing, isWriting } = told;
  if (status === undefined) return undefined;
  if (told.isAsked) return { code: EXIT.approvalNeeded, why: ASKED };
  switch (status.phase) {
    case 'working':
    case 'waiting_for_job':
      return undefined;
    case 'needs_approval':
      return told.open.length === 0 ? undefined : waitsFor(told.open, status);
    case 'done':
      return isWriting || standing !== 'idle' ? undefined : { code: EXIT.done, why: undefined };
    case 'paused':
      return { code: EXIT.budgetReached, why: status.detail };
    case 'failed':
      return { code: isSpent(status, budgetUsd) ? EXIT.budgetReached : EXIT.failed, why: status.detail };
    case 'waiting_for_model':
      return { code: EXIT.failed, why: status.detail };
    case 'stopped':
    case 'undone':
    case 'closed':
      return { code: EXIT.stopped, why: status.detail };
    default:
      return status.phase satisfies never;
  }
}

const isSpent = ({ usd = 0 }: Status, budgetUsd: number | undefined): boolean =>
  budgetUsd !== undefined && usd >= budgetUsd;

/** What only its sum keeps from running has reached the budget; all else takes somebody's approval. */
function waitsFor(open: readonly Approval[], { auto }: Status): Outcome {
  const titles = open.map(({ title }) => title).join('; ');
  const isOnlyTheSum = open.every(({ usd, isAlwaysAsked }) => {
    const cap = auto?.capUsd;
    return (
      cap !== undefined &&
      usd !== undefined &&
      !isAlwaysAsked &&
      auto !== undefined &&
      auto.usedUsd + usd > cap
    );
  });
  if (isOnlyTheSum)
    return { code: EXIT.budgetReached, why: `It would cost more than the budget has left: ${titles}` };
  const how = auto === undefined ? ' Give it a budget with --budget, or decide it yourself.' : '';
  return { code: EXIT.approvalNeeded, why: `Somebody has to approve this: ${titles}.${how}` };
}

const ASKED = 'Something that was run asks a question, and nobody is there to answer it.';
