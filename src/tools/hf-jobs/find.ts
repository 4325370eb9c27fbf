import type { HardwareList } from '../../hub/hardware.ts';
import type { HubJobs } from '../../hub/jobs.ts';
import { patiently, statusOf } from '../../hub/patience.ts';
import { messageOf } from '../../ops/errors.ts';
import type { NewWatch } from '../../session/record.ts';
import { snapshotOf } from './look.ts';

/** https://huggingface.co/docs/hub/jobs-configuration: without a time-out a job may run for 30 minutes. */
const DEFAULT_TIMEOUT_SECONDS = 1_800;

type FindDeps = { jobs: HubJobs; hardware: HardwareList; namespace: string | undefined };

/** Looks up a job that was started elsewhere, to follow it; where it can't be followed, why not. */
export async function findJob(
  { jobs, hardware, namespace: configured }: FindDeps,
  asked: string | undefined,
  jobId: string,
  signal: AbortSignal,
): Promise<{ ok: true; watch: NewWatch } | { ok: false; reason: string }> {
  try {
    const namespace = asked ?? configured ?? (await patiently(() => jobs.whoAmI(signal), signal));
    const job = await patiently(() => jobs.inspect(namespace, jobId, signal), signal);
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
      flavor,
      hourlyUsd: price?.hourlyUsd,
      timeoutSeconds: job.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS,
      snapshot: snapshotOf(job),
    };
    return { ok: true, watch };
  } catch (error) {
    signal.throwIfAborted();
    if (statusOf(error) === 404) {
      return { ok: false, reason: `I know no job ${jobId} there. Give me its link, or namespace/id.` };
    }
    return { ok: false, reason: `I could not look at job ${jobId}: ${messageOf(error)}` };
  }
}
