import { DelayedError } from 'bullmq';
import { wallClockIn } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import { renderThread } from '../thread/delivery/render.ts';
import type { RenderDeps } from '../thread/delivery/send.ts';
import { ask, type Engine, LEAVE_NOTHING, locks } from './engine.ts';

export type Renders = {
  /** Asks for a render. However many ask, one runs at a time for a thread, and one more after it. */
  request(sessionId: string): Promise<void>;
  /** Asks for a render of something that may wait: where one waits for its turn already, that one will do. */
  progress(sessionId: string): Promise<void>;
  /** Asks once for a render of each in place of one that was lost on the way to `rev`. */
  catchUp(behind: readonly { id: string; rev: number }[]): Promise<void>;
};

const NAME = 'renders';

/** A render that may wait has its own key, so that it never delays an urgent one. */
const laterKey = (sessionId: string) => `${sessionId}-later`;

export function createRenders(engine: Engine, log: Logger): Renders {
  const queue = engine.queue(NAME);
  return {
    async request(sessionId) {
      const deduplication = { id: sessionId, keepLastIfActive: true };
      await ask(log, queue.add('render', { sessionId }, { ...LEAVE_NOTHING, deduplication }));
    },
    async progress(sessionId) {
      const deduplication = { id: laterKey(sessionId), keepLastIfActive: true };
      await ask(log, queue.add('render', { sessionId }, { ...LEAVE_NOTHING, deduplication }));
    },
    async catchUp(behind) {
      const jobs = behind.map(({ id, rev }) => ({
        name: 'render',
        data: { sessionId: id },
        opts: { ...LEAVE_NOTHING, jobId: `catch-up-${id}-${rev}` },
      }));
      if (jobs.length > 0) await ask(log, queue.addBulk(jobs));
    },
  };
}

export function runRenders(engine: Engine, deps: RenderDeps, concurrency: number): void {
  const queue = engine.queue(NAME);
  engine.worker(NAME, { concurrency, ...locks(deps.leaseMs) }, async (job, token) => {
    const { sessionId } = job.data as { sessionId: string };
    const rendered = await renderThread(deps, sessionId);
    if (rendered.kind !== 'later') return;
    const deduplication = { id: laterKey(sessionId) };
    if (job.deduplicationId === deduplication.id) {
      await job.moveToDelayed(wallClockIn(deps.clock.elsewhere(rendered.inMs)), token); // it keeps its key
      throw new DelayedError();
    }
    await queue.add(
      'render',
      { sessionId },
      { ...LEAVE_NOTHING, delay: deps.clock.elsewhere(rendered.inMs), deduplication },
    );
  });
}
