import type { Logger } from '../ops/log.ts';
import type { Tx } from '../session/lease.ts';
import { openWatch, recordLook } from '../session/sweep.ts';
import type { JobSnapshot, Watch } from '../session/watches.ts';
import { type Engine, LEAVE_NOTHING, locks } from './engine.ts';

export type Watches = {
  /** Looks at a job now and then every polling period, until it has ended. */
  start(watchId: string): Promise<void>;
  /** Looks at once at a job that nobody has looked at since `lookedAt`, and sees to it that it goes on. */
  catchUp(watchId: string, lookedAt: Date): Promise<void>;
};

export type WatchDeps = {
  db: Tx;
  log: Logger;
  leaseMs: number;
  look(watch: Watch): Promise<JobSnapshot>;
  wake(sessionId: string): Promise<void>;
  render(sessionId: string): Promise<void>;
};

const NAME = 'watches';

export function createWatches(
  engine: Engine,
  pollMs: number,
): Watches & { stop(watchId: string): Promise<void> } {
  const queue = engine.queue(NAME);
  async function start(watchId: string): Promise<void> {
    const template = { name: 'look', data: { watchId }, opts: LEAVE_NOTHING };
    await queue.upsertJobScheduler(watchId, { every: pollMs }, template);
  }
  return {
    start,
    // A scheduler makes its next job when the last one ends: one that died with its worker would hold it up.
    async catchUp(watchId, lookedAt) {
      const jobId = `catch-up-${watchId}-${lookedAt.getTime()}`;
      await queue.add('look', { watchId }, { ...LEAVE_NOTHING, jobId });
      await start(watchId);
    },
    async stop(watchId) {
      await queue.removeJobScheduler(watchId);
    },
  };
}

export function runWatches(
  engine: Engine,
  watches: ReturnType<typeof createWatches>,
  deps: WatchDeps,
  concurrency: number,
): void {
  engine.worker(NAME, { concurrency, ...locks(deps.leaseMs) }, async (job) => {
    const { watchId } = job.data as { watchId: string };
    const isOver = await lookOnce(deps, watchId);
    if (isOver) await watches.stop(watchId);
  });
}

/** One look at one job. A Hub that does not answer is asked again at the next one. */
async function lookOnce(deps: WatchDeps, watchId: string): Promise<boolean> {
  const watch = await openWatch(deps.db, watchId);
  if (watch === undefined) return true;
  let seen: JobSnapshot;
  try {
    seen = await deps.look(watch);
  } catch (error) {
    deps.log.warn({ watch: watchId, err: error }, 'a job could not be looked at');
    return false;
  }
  const isOver = await recordLook(deps.db, watch, seen);
  await deps.render(watch.sessionId);
  if (isOver) await deps.wake(watch.sessionId);
  return isOver;
}
