import type { HardwareList } from '../hub/hardware.ts';
import { type HubJobs, timeLimitOf } from '../hub/jobs.ts';
import { statusOf, withRetries } from '../hub/retry.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import type { NewWatch } from '../session/store/record.ts';
import { jobNotSeen, unknownJob } from '../thread/words/jobs.ts';
import { NAME_LABEL } from './labels.ts';
import { snapshotOf } from './look.ts';
import { type JobOwnership, mayKnow } from './whose.ts';

/** https://huggingface.co/docs/hub/jobs-configuration: without a time-out a job may run for 30 minutes. */
const DEFAULT_TIMEOUT_SECONDS = 1_800;

type FindDeps = {
  clock: Pick<Clock, 'now'>;
  jobs: HubJobs;
  hardware: HardwareList;
  namespace: string | undefined;
  ownership: JobOwnership;
  /** Whether jobs that no session began may be followed. */
  sharesOthers: boolean;
};

/** A job as somebody names it in the thread of a session. */
type Named = { sessionId: string; namespace: string | undefined; jobId: string };

/** Looks up a job that was started elsewhere, to follow it; where it can't be followed, why not. */
export async function findJob(
  { clock, jobs, hardware, namespace: configured, ownership, sharesOthers }: FindDeps,
  { sessionId, namespace: asked, jobId }: Named,
  signal: AbortSignal,
): Promise<{ ok: true; watch: NewWatch } | { ok: false; reason: string }> {
  try {
    const namespace = asked ?? configured ?? (await withRetries(() => jobs.whoAmI(signal), signal));
    const job = await withRetries(() => jobs.inspect(namespace, jobId, signal), signal);
    const [whose] = await ownership.of(sessionId, [job]);
    if (!mayKnow(whose, sharesOthers)) return unknown(jobId);
    const flavor = job.flavor ?? 'unknown hardware';
    const price = (await hardware.all()).find((item) => item.name === flavor);
    const watch = {
      id: `w_${job.id}`,
      toolCallId: undefined,
      namespace,
      jobId: job.id,
      url: jobs.url(namespace, job.id),
      dashboardUrl: undefined,
      title: 'Watched job',
      calledAfter: job.labels?.[NAME_LABEL],
      flavor,
      hourlyUsd: price?.hourlyUsd,
      timeoutSeconds: timeLimitOf(job) ?? DEFAULT_TIMEOUT_SECONDS,
      snapshot: snapshotOf(job, clock),
    };
    return { ok: true, watch };
  } catch (error) {
    signal.throwIfAborted();
    if (statusOf(error) === 404) return unknown(jobId);
    return { ok: false, reason: jobNotSeen(jobId, messageOf(error)) };
  }
}

const unknown = (jobId: string) => ({ ok: false as const, reason: unknownJob(jobId) });
