import { dollarsAtMost } from '../../lib/dollars.ts';
import { durationText } from '../../lib/duration.ts';
import { jobName, type Remedy, type Watch } from '../../session/watches.ts';

/* What people can press after a failure, and what is said in their name then. */

/** What the button of a remedy is called. */
export function remedyLabel(remedy: Remedy): string {
  switch (remedy.kind) {
    case 'half_batch':
      return 'Re-run with half the batch';
    case 'larger':
      return `Re-run on ${remedy.about}${costing(remedy.usd)}`;
    case 'longer':
      return `Re-run with ${durationText(remedy.timeoutSeconds)}${costing(remedy.usd)}`;
    default:
      return remedy satisfies never;
  }
}

const costing = (usd: number | undefined): string =>
  usd === undefined ? '' : `, at most ${dollarsAtMost(usd)}`;

type Called = Pick<Watch, 'name' | 'jobId' | 'timeoutSeconds'>;

/** What whoever presses asks for by that. */
export function rerunText(job: Called, remedy: Remedy | undefined): string {
  const named = `${jobName(job)} (job ${job.jobId})`;
  switch (remedy?.kind) {
    case undefined:
      return `Run ${named} again, unchanged.`;
    case 'half_batch':
      return `${jobName(job)} (job ${job.jobId}) ran out of memory. Propose it again with half the batch size per device and twice the gradient accumulation, so that the effective batch stays the same; of evaluation, too. Change nothing else, and say what you changed.`;
    case 'larger':
      return `Run ${named} again on ${remedy.flavor} (${remedy.about}), otherwise unchanged.`;
    case 'longer':
      return `Run ${named} again with ${durationText(remedy.timeoutSeconds)} of time, otherwise unchanged.`;
    default:
      return remedy satisfies never;
  }
}
