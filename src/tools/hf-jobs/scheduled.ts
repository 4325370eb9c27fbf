import type { ScheduledJob } from '../../hub/jobs.ts';
import { patiently } from '../../hub/patience.ts';
import { messageOf } from '../../ops/errors.ts';
import { table } from '../output.ts';
import type { Recovery, ToolContext, ToolResult } from '../tool.ts';
import type { Arguments } from './arguments.ts';
import { CALL_LABEL } from './command.ts';
import { type SubmitDeps, specOf } from './submit.ts';

/** The operations on jobs that the Hub runs on a schedule. */
export async function operateScheduled(
  deps: SubmitDeps,
  args: Arguments,
  namespace: string,
  context: ToolContext,
): Promise<ToolResult> {
  const { jobs } = deps;
  const { signal } = context;
  const id = args.scheduled_job_id ?? '';
  switch (args.operation) {
    case 'scheduled run': {
      const made = await specOf(deps, args, context);
      if (!made.ok) return { kind: 'failed', output: made.problem };
      context.assertHeld();
      const plan = { schedule: args.schedule ?? '', suspend: false };
      const job = await jobs.schedule(namespace, made.spec, plan, signal);
      return { kind: 'done', output: `Scheduled. ${details(job)}` };
    }
    case 'scheduled ps':
      return { kind: 'done', output: listing(await jobs.scheduled(namespace, signal), namespace) };
    case 'scheduled inspect':
      return { kind: 'done', output: details(await jobs.inspectScheduled(namespace, id, signal)) };
    case 'scheduled delete':
    case 'scheduled suspend':
    case 'scheduled resume': {
      const change = args.operation.slice('scheduled '.length) as 'delete' | 'suspend' | 'resume';
      context.assertHeld();
      await jobs.changeScheduled(change, namespace, id, signal);
      return { kind: 'done', output: `Scheduled job ${id}: ${change} is done.` };
    }
    default:
      throw new Error(`${args.operation} is not about scheduled jobs`);
  }
}

/** Whether the scheduled job of a call was made before its process died: it carries the call's label. */
export async function findScheduled(
  { jobs }: SubmitDeps,
  args: Arguments,
  { callId, signal }: ToolContext,
  account: (signal: AbortSignal) => Promise<string>,
): Promise<Recovery> {
  try {
    const namespace = args.namespace ?? (await account(signal));
    const all = await patiently(() => jobs.scheduled(namespace, signal), signal);
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
  return `Scheduled job ${job.id}: ${job.schedule} (UTC), ${state}, on ${job.jobSpec.flavor}, time-out ${job.jobSpec.timeoutSeconds ?? 'unknown'} s.`;
}
