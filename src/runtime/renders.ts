import type { JobsOptions } from 'bullmq';
import type { Logger } from '../lib/log.ts';
import { renderThread } from '../thread/delivery/render.ts';
import type { RenderDeps } from '../thread/delivery/send.ts';
import type { Behind } from '../thread/delivery/stale-threads.ts';
import { ask, type Engine, LEAVE_NOTHING, locks } from './engine.ts';

export type Renders = {
  /** Asks for a render. However many ask, one runs at a time for a thread, and one more after it. */
  request(sessionId: string): Promise<void>;
  /** Asks for renders of something that may wait: where one waits for its turn already, that one will do. */
  progress(sessionIds: readonly string[]): Promise<void>;
  /** Asks for a render of each, also where one is held by a process that is gone. */
  catchUp(behind: readonly Behind[]): Promise<void>;
};

const NAME = 'renders';

/*
 * All that ask for a thread share one key. While nothing has it, asking adds a job. While its job waits, that
 * one will do: it reads what is the newest when it runs. While its job runs, one more is kept, and is added
 * by the queue in the same step in which the running one ends or fails. So nothing is asked for in vain, and
 * a thread has one render that runs and one that waits, however many ask.
 */

/** One that waits for its time is due at once. */
const AT_ONCE = (sessionId: string): JobsOptions => ({
  ...LEAVE_NOTHING,
  deduplication: { id: sessionId, keepLastIfActive: true, reschedule: true },
});

/** One that waits for its time goes on waiting. */
const IN_ITS_TIME = (sessionId: string): JobsOptions => ({
  ...LEAVE_NOTHING,
  deduplication: { id: sessionId, keepLastIfActive: true },
});

/**
 * What is left of a render that has ended. Where another waits or runs by then, that one comes to the same
 * end. A queue in the database takes whole milliseconds alone.
 */
const FOR_THE_REST = (sessionId: string, delay: number): JobsOptions => ({
  ...LEAVE_NOTHING,
  delay: Math.ceil(delay),
  deduplication: { id: sessionId },
});

export function createRenders(engine: Engine, log: Logger): Renders {
  const queue = engine.queue(NAME);
  return {
    async request(sessionId) {
      await ask(log, queue.add('render', { sessionId }, AT_ONCE(sessionId)));
    },
    async progress(sessionIds) {
      const jobs = sessionIds.map((sessionId) => ({
        name: 'render',
        data: { sessionId },
        opts: IN_ITS_TIME(sessionId),
      }));
      await ask(log, queue.addBulk(jobs));
    },
    async catchUp(behind) {
      const jobs = behind.map(({ id, abandoned }) => ({
        name: 'render',
        data: { sessionId: id },
        // The job of a process that is gone keeps the key until the queue has noticed.
        opts:
          abandoned === undefined ? AT_ONCE(id) : { ...LEAVE_NOTHING, jobId: `take-over-${id}-${abandoned}` },
      }));
      if (jobs.length > 0) await ask(log, queue.addBulk(jobs));
    },
  };
}

export function runRenders(engine: Engine, deps: RenderDeps, concurrency: number): void {
  const queue = engine.queue(NAME);
  engine.worker(NAME, { concurrency, ...locks(deps.leaseMs) }, async (job) => {
    const { sessionId } = job.data as { sessionId: string };
    const rendered = await renderThread(deps, sessionId);
    if (rendered.kind !== 'later') return undefined;
    const delay = deps.clock.elsewhere(rendered.inMs);
    return async () =>
      void (await ask(deps.log, queue.add('render', { sessionId }, FOR_THE_REST(sessionId, delay))));
  });
}
