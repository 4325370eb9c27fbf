import { type HubJob, type HubJobs, timeLimitOf } from '../../hub/jobs.ts';
import { readableLog } from '../../jobs/report.ts';
import { table } from '../../lib/output.ts';
import { cancelRequest, requestToRun } from './approval.ts';
import type { Arguments } from './arguments.ts';
import { limitText } from './duration.ts';
import { type JobOperation, jobFor, lacksSource, namespaceOf, visible } from './operation.ts';
import { isAsShown, NOT_AS_SHOWN } from './script.ts';
import { findSubmitted, submit } from './submit.ts';

const LISTED = 20;
const LOG_CHARACTERS = 20_000;

const lacksJob = ({ operation, job_id }: Arguments): string | undefined =>
  job_id === undefined ? `${operation} needs job_id` : undefined;

export const run: JobOperation = {
  lacks: lacksSource,
  asks: 'on CPU unless `approvals.cpu_jobs` is false',
  async approval(parts, args, context) {
    const { request, hardware } = await requestToRun(parts, args, context);
    return { ...request, isWaived: hardware?.isCpu === true && !parts.cpuNeedsApproval };
  },
  isPaid: true,
  run: async (parts, args, namespace, context) =>
    isAsShown(args, context)
      ? submit(parts, args, namespace, context)
      : { kind: 'failed', output: NOT_AS_SHOWN },
  recover: async (parts, args, context) =>
    findSubmitted(parts, args, await namespaceOf(parts, args, context.signal), context),
};

export const ps: JobOperation = {
  async run(parts, _args, namespace, context) {
    const all = await parts.jobs.list(namespace, context.signal);
    const own = await visible(parts, context, all, (job) => job);
    return { kind: 'done', output: listing(own, parts.jobs, namespace) };
  },
};

export const logs: JobOperation = {
  lacks: lacksJob,
  async run(parts, { job_id = '' }, namespace, context) {
    await jobFor(parts, namespace, job_id, context);
    const log = await parts.jobs.logs(namespace, job_id, context.signal);
    return { kind: 'done', output: readableLog(log, LOG_CHARACTERS) };
  },
};

export const inspect: JobOperation = {
  lacks: lacksJob,
  run: async (parts, { job_id = '' }, namespace, context) => ({
    kind: 'done',
    output: details(await jobFor(parts, namespace, job_id, context), parts.jobs, namespace),
  }),
};

export const cancel: JobOperation = {
  lacks: lacksJob,
  asks: 'always',
  // Whoever writes may steer the model: ending what is paid for takes the same right as the button. Also
  // asked of
  // what is not this channel's to cancel: the card does not tell what there is, and the call does.
  async approval(parts, args, { watches, signal }) {
    const isOfThread = watches.some((watch) => watch.jobId === args.job_id);
    return cancelRequest(args.job_id ?? '', await namespaceOf(parts, args, signal), isOfThread);
  },
  async run(parts, { job_id = '' }, namespace, context) {
    await jobFor(parts, namespace, job_id, context);
    context.assertHeld();
    const { status } = await parts.jobs.cancel(namespace, job_id, context.signal);
    return { kind: 'done', output: `Job ${job_id}: ${status.stage}` };
  },
};

function listing(jobs: readonly HubJob[], hub: HubJobs, namespace: string): string {
  if (jobs.length === 0) return `There are no jobs of ${namespace}.`;
  const newest = [...jobs].sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime());
  const rows = newest
    .slice(0, LISTED)
    .map((job) => [
      job.id,
      job.status.stage,
      job.flavor ?? '',
      job.createdAt.toISOString(),
      hub.url(namespace, job.id),
    ]);
  const cut = newest.length > LISTED ? `\n\n${newest.length - LISTED} older jobs are not shown.` : '';
  return table(['job', 'stage', 'hardware', 'created', 'link'], rows) + cut;
}

function details(job: HubJob, hub: HubJobs, namespace: string): string {
  return [
    `Job ${job.id}: ${job.status.stage}${job.status.message ? ` (${job.status.message})` : ''}`,
    `Hardware: ${job.flavor ?? 'unknown'}; time-out: ${limitText(timeLimitOf(job))}`,
    `Created ${job.createdAt.toISOString()}, started ${job.startedAt?.toISOString() ?? '-'}, finished ${job.finishedAt?.toISOString() ?? '-'}`,
    hub.url(namespace, job.id),
  ].join('\n');
}
