import type { HubJob, HubJobs } from '../../hub/jobs.ts';
import { statusOf } from '../../hub/patience.ts';
import type { JobSnapshot, Watch } from '../../session/watches.ts';

/** How a watched job stands now. A job that the Hub no longer knows is over. */
export async function lookAtJob(
  jobs: Pick<HubJobs, 'inspect'>,
  watch: Watch,
  signal: AbortSignal,
): Promise<JobSnapshot> {
  const job = await jobs.inspect(watch.namespace, watch.jobId, signal).catch((error: unknown) => {
    if (statusOf(error) === 404) return undefined;
    throw error;
  });
  if (job === undefined)
    return { ...watch.snapshot, stage: 'DELETED', message: 'The Hub no longer knows this job.' };
  return snapshotOf(job, watch.snapshot);
}

/**
 * What the Hub tells of a job, with what was known of it before. It began to run when the Hub says so, else when it was
 * first seen running.
 */
export function snapshotOf(job: HubJob, before?: JobSnapshot): JobSnapshot {
  const { stage, message } = job.status;
  const startedAt = job.startedAt ?? before?.startedAt ?? (stage === 'RUNNING' ? new Date() : undefined);
  return {
    ...(before?.progress ? { progress: before.progress } : {}),
    stage,
    ...(message ? { message } : {}),
    ...(startedAt ? { startedAt } : {}),
    ...(job.finishedAt ? { finishedAt: job.finishedAt } : {}),
  };
}
