import type { Clock } from '../lib/clock.ts';
import { refuseInTransaction } from '../lib/transaction-scope.ts';
import type { HubJob, HubJobs } from './jobs.ts';

/**
 * Looks at jobs that share their requests: however many jobs of one namespace are looked at within `freshMs`,
 * the newest page of its list is read once. A job that is not on that page is looked at by itself.
 */
export function createSharedLooks(
  jobs: HubJobs,
  freshMs: number,
  monotonic: Clock['monotonic'],
): Pick<HubJobs, 'inspect'> {
  const pages = new Map<string, { until: number; page: Promise<readonly HubJob[]> }>();

  function pageOf(namespace: string, signal: AbortSignal): Promise<readonly HubJob[]> {
    const kept = pages.get(namespace);
    if (kept !== undefined && kept.until > monotonic()) return kept.page;
    const page = jobs.list(namespace, signal);
    pages.set(namespace, { until: monotonic() + freshMs, page });
    page.catch(() => pages.delete(namespace));
    return page;
  }

  return {
    async inspect(namespace, jobId, signal) {
      refuseInTransaction(() => 'a look at a job');
      const found = (await pageOf(namespace, signal)).find((job) => job.id === jobId);
      return found ?? jobs.inspect(namespace, jobId, signal);
    },
  };
}
