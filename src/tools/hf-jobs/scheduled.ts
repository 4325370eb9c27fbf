import { type ScheduledJob, timeLimitOf } from '../../hub/jobs.ts';
import { withRetries } from '../../hub/retry.ts';
import { CALL_LABEL } from '../../jobs/labels.ts';
import { messageOf } from '../../lib/errors.ts';
import { table } from '../../lib/output.ts';
import type { Recovery, ToolContext } from '../tool.ts';
import { changeRequest, requestToRun, scheduleRequest } from './approval.ts';
import type { Arguments } from './arguments.ts';
import { limitText } from './duration.ts';
import {
  type JobOperation,
  type JobParts,
  lacksSource,
  namespaceOf,
  scheduledFor,
  visible,
} from './operation.ts';
import { isAsShown, NOT_AS_SHOWN } from './script.ts';
import { keepFile, specOf } from './submit.ts';

const lacksScheduledJob = ({ operation, scheduled_job_id }: Arguments): string | undefined =>
  scheduled_job_id === undefined ? `${operation} needs scheduled_job_id` : undefined;

export const scheduledRun: JobOperation = {
  lacks(args) {
    if (args.schedule === undefined) return `${args.operation} needs schedule`;
    if (args.stop_when !== undefined) return `${args.operation} takes no stop_when: nobody follows its jobs`;
    if (args.smoke_test !== undefined) return `${args.operation} takes no smoke_test`;
    return lacksSource(args);
  },
  asks: 'always',
  async approval(parts, args, context) {
    const { request } = await requestToRun(parts, args, context);
    return scheduleRequest(request, args.schedule ?? '', request.estimate.usd);
  },
  isPaid: true,
  async run(parts, args, namespace, context) {
    if (!isAsShown(args, context)) return { kind: 'failed', output: NOT_AS_SHOWN };
    const made = await specOf(parts, args, namespace, context);
    if (!made.ok) return { kind: 'failed', output: made.problem };
    const kept = await keepFile(parts, namespace, made.file, context);
    if (!kept.ok) return { kind: 'failed', output: kept.problem };
    context.assertHeld();
    const plan = { schedule: args.schedule ?? '', suspend: false };
    const job = await parts.jobs.schedule(namespace, made.spec, plan, context.signal);
    return { kind: 'done', output: `Scheduled. ${details(job)}` };
  },
  recover: findScheduled,
};

export const scheduledPs: JobOperation = {
  async run(parts, _args, namespace, context) {
    const all = await parts.jobs.scheduled(namespace, context.signal);
    const own = await visible(parts, context, all, ({ jobSpec }) => jobSpec);
    return { kind: 'done', output: listing(own, namespace) };
  },
};

export const scheduledInspect: JobOperation = {
  lacks: lacksScheduledJob,
  run: async (parts, { scheduled_job_id = '' }, namespace, context) => ({
    kind: 'done',
    output: details(await scheduledFor(parts, namespace, scheduled_job_id, context)),
  }),
};

/** A change of a scheduled job; `title` is what its card begins with. */
const change = (what: 'delete' | 'suspend' | 'resume', title: string): JobOperation => ({
  lacks: lacksScheduledJob,
  asks: 'always',
  approval: async (parts, args, { signal }) =>
    changeRequest(title, args.scheduled_job_id ?? '', await namespaceOf(parts, args, signal)),
  async run(parts, { scheduled_job_id = '' }, namespace, context) {
    await scheduledFor(parts, namespace, scheduled_job_id, context);
    context.assertHeld();
    await parts.jobs.changeScheduled(what, namespace, scheduled_job_id, context.signal);
    return { kind: 'done', output: `Scheduled job ${scheduled_job_id}: ${what} is done.` };
  },
});

export const scheduledDelete = change('delete', 'Delete');
export const scheduledSuspend = change('suspend', 'Suspend');
export const scheduledResume = change('resume', 'Resume');

/** Whether the scheduled job of a call was made before its process died: it carries the call's label. */
async function findScheduled(
  parts: JobParts,
  args: Arguments,
  { callId, signal }: ToolContext,
): Promise<Recovery> {
  try {
    const namespace = await namespaceOf(parts, args, signal);
    const all = await withRetries(() => parts.jobs.scheduled(namespace, signal), signal);
    const job = all.find((item) => item.jobSpec.labels?.[CALL_LABEL] === callId);
    return job ? { kind: 'done', output: `Scheduled. ${details(job)}` } : { kind: 'not_started' };
  } catch (error) {
    signal.throwIfAborted();
    const output = `It is not known whether the job was scheduled (${messageOf(error)}). Look with hf_jobs scheduled ps before you schedule it again.`;
    return { kind: 'unknown', output };
  }
}

function listing(jobs: readonly ScheduledJob[], namespace: string): string {
  if (jobs.length === 0) return `There are no scheduled jobs of ${namespace}.`;
  const rows = jobs.map((job) => [
    job.id,
    job.schedule,
    job.suspend ? 'suspended' : 'active',
    job.jobSpec.flavor,
    job.createdAt.toISOString(),
  ]);
  return table(['scheduled job', 'schedule (UTC)', 'state', 'hardware', 'created'], rows);
}

function details(job: ScheduledJob): string {
  const state = job.suspend ? 'suspended' : 'active';
  return `Scheduled job ${job.id}: ${job.schedule} (UTC), ${state}, on ${job.jobSpec.flavor}, time-out ${limitText(timeLimitOf(job.jobSpec))}.`;
}
