import type { Clock } from '../ops/clock.ts';
import type { Logger } from '../ops/log.ts';
import type { Tx } from '../session/lease.ts';
import { openWatch, recordLook } from '../session/sweep.ts';
import type { JobSnapshot, Watch } from '../session/watches.ts';
import { type Engine, LEAVE_NOTHING } from './engine.ts';

export type Watches = {
  /** Looks at a job now and then every polling period, until it has ended. */
  start(watchId: string): Promise<void>;
};

export type WatchDeps = {
  db: Tx;
  log: Logger;
  clock: Clock;
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
  return {
    async start(watchId) {
      await queue.upsertJobScheduler(
        watchId,
        { every: pollMs },
        { name: 'look', data: { watchId }, opts: LEAVE_NOTHING },
      );
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
  engine.worker(NAME, { concurrency, maxStalledCount: 1000 }, async (job) => {
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
