import type { HubJob, HubJobs } from '../hub/jobs.ts';
import { statusOf } from '../hub/retry.ts';
import type { Clock } from '../lib/clock.ts';
import { isFinal, type JobSnapshot, outOfSight, type Watch } from '../session/watches.ts';
import { OUT_OF_SIGHT } from '../thread/words/jobs.ts';

/** How a watched job stands now. A job that the Hub no longer knows is over. */
export async function lookAtJob(
  jobs: Pick<HubJobs, 'inspect'>,
  watch: Watch,
  clock: Pick<Clock, 'now'>,
  signal: AbortSignal,
): Promise<JobSnapshot> {
  const job = await jobs.inspect(watch.namespace, watch.jobId, signal).catch((error: unknown) => {
    if (statusOf(error) === 404) return undefined;
    throw error;
  });
  if (job === undefined) return outOfSight(watch, 'DELETED', OUT_OF_SIGHT.gone);
  const seen = snapshotOf(job, clock, watch.snapshot);
  if (!isFinal(seen) || seen.finishedAt !== undefined || seen.startedAt === undefined) return seen;
  const now = clock.now();
  const unseen = now.getTime() - (watch.snapshot.seenAt ?? watch.lookedAt).getTime();
  if (unseen < UNSEEN_MS) return { ...seen, finishedAt: now };
  // Whoever looks hours later does not know when in these hours it ended.
  const { stage, message = OUT_OF_SIGHT.ended, startedAt } = seen;
  return { ...outOfSight(watch, stage, message), startedAt };
}

/** Where the Hub does not tell when a job ended, it has just ended for whoever looked so shortly before. */
const UNSEEN_MS = 60_000;

/**
 * What the Hub tells of a job, with what was known of it before. It began to run when the Hub says so, else
 * when it was first seen running.
 */
export function snapshotOf(job: HubJob, clock: Pick<Clock, 'now'>, before?: JobSnapshot): JobSnapshot {
  const { stage, message, isHubsEnd } = job.status;
  const now = clock.now();
  const startedAt = job.startedAt ?? before?.startedAt ?? (stage === 'RUNNING' ? now : undefined);
  const ran = job.durations?.runningSecs;
  const isOver = isFinal({ stage });
  const finishedAt =
    job.finishedAt ??
    (isOver && startedAt && ran != null ? new Date(startedAt.getTime() + ran * 1000) : undefined);
  return {
    ...(before?.progress ? { progress: before.progress } : {}),
    ...(before?.named ? { named: before.named } : {}),
    ...(before?.pace ? { pace: before.pace } : {}),
    ...(before?.stop ? { stop: before.stop } : {}),
    stage,
    seenAt: now,
    ...(message ? { message } : {}),
    ...(isHubsEnd ? { isHubsEnd } : {}),
    ...(startedAt ? { startedAt } : {}),
    ...(finishedAt ? { finishedAt } : {}),
  };
}
