import type { JobsOptions } from 'bullmq';
import { runTurn, type TurnDeps } from '../agent/turn.ts';
import type { Logger } from '../lib/log.ts';
import { NotInTransaction } from '../lib/transaction-scope.ts';
import { ask, type Engine, LEAVE_NOTHING, locks } from './engine.ts';

/**
 * The place of each of these sessions in the queue; one that comes before others has a lower place. Those
 * that are left out come first.
 */
export type Places = (sessionIds: readonly string[]) => Promise<ReadonlyMap<string, number>>;

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

/** BullMQ takes no larger one. */
const LAST_PLACE = 2_000_000;

/** `places` says who is to begin first where more is asked for than workers can do at once. */
export function createTurns(engine: Engine, log: Logger, places: Places): Turns {
  const queue = engine.queue(NAME);

  /** Where the record can't say, all have the same place. */
  async function placed(sessionIds: readonly string[]): Promise<(id: string) => JobsOptions> {
    const found = await places(sessionIds).catch((error: unknown) => {
      if (error instanceof NotInTransaction) throw error;
      return new Map<string, number>();
    });
    return (id) => ({ ...LEAVE_NOTHING, priority: Math.min(Math.max(found.get(id) ?? 1, 1), LAST_PLACE) });
  }

  async function wake(sessionId: string): Promise<void> {
    const optionsOf = await placed([sessionId]);
    const deduplication = { id: sessionId, keepLastIfActive: true };
    await queue.add('turn', { sessionId }, { ...optionsOf(sessionId), deduplication });
  }

  async function takeOver(abandoned: readonly { id: string; epoch: number }[]): Promise<void> {
    const optionsOf = await placed(abandoned.map(({ id }) => id));
    const jobs = abandoned.map(({ id, epoch }) => ({
      name: 'turn',
      data: { sessionId: id },
      opts: { ...optionsOf(id), jobId: `take-over-${id}-${epoch}` },
    }));
    await queue.addBulk(jobs);
  }

  return {
    wake: (sessionId) => ask(log, wake(sessionId)),
    async takeOver(abandoned) {
      if (abandoned.length > 0) await ask(log, takeOver(abandoned));
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
