import { runTurn, type TurnDeps } from '../agent/turn.ts';
import type { Logger } from '../lib/log.ts';
import { ask, type Engine, LEAVE_NOTHING, locks } from './engine.ts';

export type Turns = {
  /**
   * Asks for a turn; returns whether the queue accepted it. While a turn runs, at most one more waits for the
   * same session.
   */
  wake(sessionId: string): Promise<boolean>;
  /** Asks once for a turn of each in place of one whose worker is gone: `epoch` is that worker's. */
  takeOver(abandoned: readonly { id: string; epoch: number }[]): Promise<void>;
};

const NAME = 'turns';

export function createTurns(engine: Engine, log: Logger): Turns {
  const queue = engine.queue(NAME);
  return {
    async wake(sessionId) {
      const deduplication = { id: sessionId, keepLastIfActive: true };
      return ask(log, queue.add('turn', { sessionId }, { ...LEAVE_NOTHING, deduplication }));
    },
    async takeOver(abandoned) {
      const jobs = abandoned.map(({ id, epoch }) => ({
        name: 'turn',
        data: { sessionId: id },
        opts: { ...LEAVE_NOTHING, jobId: `take-over-${id}-${epoch}` },
      }));
      if (jobs.length > 0) await ask(log, queue.addBulk(jobs));
    },
  };
}

type TurnOptions = {
  owner: string;
  leaseMs: number;
  concurrency: number;
  shutdown: AbortSignal;
  onHandOver(sessionId: string): void;
};

/**
 * Runs turns as they come, each with the dependencies of its session. If another worker has the session, its
 * turn has nothing to do.
 */
export function runTurns(
  engine: Engine,
  depsOf: (sessionId: string) => Promise<TurnDeps | undefined>,
  options: TurnOptions,
): void {
  engine.worker(NAME, { concurrency: options.concurrency, ...locks(options.leaseMs) }, async (job) => {
    const { sessionId } = job.data as { sessionId: string };
    const deps = await depsOf(sessionId);
    if (deps === undefined) return; // it waited in a queue that is older than the record
    const end = await runTurn(deps, sessionId, options.owner, options.shutdown);
    deps.log.debug({ session: sessionId, end }, 'turn ended');
    if (end === 'handed_over') options.onHandOver(sessionId);
  });
}
