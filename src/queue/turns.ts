import { runTurn, type TurnDeps } from '../agent/turn.ts';
import type { Logger } from '../ops/log.ts';
import { ask, type Engine, LEAVE_NOTHING, locks } from './engine.ts';

export type Turns = {
  /** Asks for a turn; says whether the queue took it. At most one waits for a session while one runs. */
  wake(sessionId: string): Promise<boolean>;
  /** Asks once for a turn in place of one whose worker is gone: `epoch` is that worker's. */
  takeOver(sessionId: string, epoch: number): Promise<void>;
};

const NAME = 'turns';

export function createTurns(engine: Engine, log: Logger): Turns {
  const queue = engine.queue(NAME);
  return {
    async wake(sessionId) {
      const deduplication = { id: sessionId, keepLastIfActive: true };
      return ask(log, queue.add('turn', { sessionId }, { ...LEAVE_NOTHING, deduplication }));
    },
    async takeOver(sessionId, epoch) {
      await ask(
        log,
        queue.add('turn', { sessionId }, { ...LEAVE_NOTHING, jobId: `take-over-${sessionId}-${epoch}` }),
      );
    },
  };
}

/** Runs turns as they come. A turn of a session that another worker has is nothing to do. */
export function runTurns(
  engine: Engine,
  deps: TurnDeps,
  options: { owner: string; concurrency: number; shutdown: AbortSignal; onHandOver(sessionId: string): void },
): void {
  engine.worker(NAME, { concurrency: options.concurrency, ...locks(deps.leaseMs) }, async (job) => {
    const { sessionId } = job.data as { sessionId: string };
    const end = await runTurn(deps, sessionId, options.owner, options.shutdown);
    deps.log.debug({ session: sessionId, end }, 'turn ended');
    if (end === 'handed_over') options.onHandOver(sessionId);
  });
}
