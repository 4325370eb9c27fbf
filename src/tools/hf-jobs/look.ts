import type { HubJobs } from '../../hub/jobs.ts';
import { statusOf } from '../../hub/patience.ts';
import { FINAL_STAGES, type JobSnapshot, type Watch } from '../../session/watches.ts';
import { withoutAnsi } from '../output.ts';

const LINE_CHARACTERS = 200;

/** A look at a running job's log is short: the next one comes soon. */
const GLANCE_MS = 400;

/** How a watched job stands now, with the last line of its log while it runs. */
export async function lookAtJob(jobs: HubJobs, watch: Watch, signal: AbortSignal): Promise<JobSnapshot> {
  const job = await jobs.inspect(watch.namespace, watch.jobId, signal).catch((error: unknown) => {
    if (statusOf(error) === 404) return undefined;
    throw error;
  });
  if (job === undefined)
    return { ...watch.snapshot, stage: 'DELETED', message: 'The Hub no longer knows this job.' };
  const { stage, message } = job.status;
  const lastLogLine = FINAL_STAGES.has(stage) ? undefined : await lastLine(jobs, watch, signal);
  return {
    stage,
    ...(message ? { message } : {}),
    ...startOf(job, watch),
    ...(job.finishedAt ? { finishedAt: job.finishedAt } : {}),
    ...(lastLogLine ? { lastLogLine } : {}),
  };
}

/** When a job began to run: the Hub's word, else the first time it was seen running. */
function startOf(
  job: { startedAt?: Date | null | undefined; status: { stage: string } },
  watch: Watch,
): { startedAt?: Date } {
  const startedAt = job.startedAt ?? watch.snapshot.startedAt;
  if (startedAt) return { startedAt };
  return job.status.stage === 'RUNNING' ? { startedAt: new Date() } : {};
}

/** A log that can't be read is no reason not to show the stage. */
async function lastLine(jobs: HubJobs, watch: Watch, signal: AbortSignal): Promise<string | undefined> {
  const lines = await jobs.logs(watch.namespace, watch.jobId, signal, GLANCE_MS).catch(() => []);
  const last = lines.map((line) => withoutAnsi(line).trim()).findLast((line) => line !== '');
  return last?.slice(0, LINE_CHARACTERS);
}
