import type { Logger } from '../ops/log.ts';
import type { Tx } from '../session/lease.ts';
import { allSchedules, ping, type Schedule } from '../session/pings.ts';
import { type Engine, LEAVE_NOTHING, locks } from './engine.ts';

export type PingDeps = {
  db: Tx;
  log: Logger;
  leaseMs: number;
  render(sessionId: string): Promise<void>;
};

export type Pings = {
  /** Makes BullMQ's job schedulers those of the record: new ones, changed ones, and none that was switched off. */
  sync(): Promise<void>;
};

const NAME = 'pings';

/** Pings as BullMQ job schedulers, which make one job for a due time however many processes there are. */
export function runPings(engine: Engine, { db, log, leaseMs, render }: PingDeps): Pings {
  const queue = engine.queue(NAME);
  engine.worker(NAME, { concurrency: 4, ...locks(leaseMs) }, async (job) => {
    const { sessionId, scope } = job.data as { sessionId: string; scope: string };
    const isSaid = await ping(db, sessionId, scope, dueOf(job));
    if (isSaid) await render(sessionId);
  });

  async function sync(): Promise<void> {
    const wanted = new Map((await allSchedules(db)).map((schedule) => [keyOf(schedule), schedule]));
    const present = new Set((await queue.getJobSchedulers()).map((scheduler) => scheduler.key));
    for (const [key, schedule] of wanted) {
      if (present.has(key)) continue;
      const { sessionId, scope } = schedule;
      const template = { name: 'ping', data: { sessionId, scope }, opts: LEAVE_NOTHING };
      await queue.upsertJobScheduler(key, repeatOf(schedule), template);
      log.debug({ session: sessionId, scope }, 'pings are scheduled');
    }
    for (const key of present) if (!wanted.has(key)) await queue.removeJobScheduler(key);
  }

  return { sync };
}

/** Names the rhythm as well, so that a changed one is another scheduler. */
function keyOf({ sessionId, scope, rhythm: { when } }: Schedule): string {
  const rhythm = when.kind === 'every' ? `every-${when.ms}` : `${when.pattern}-${when.timeZone}`;
  return `${sessionId}/${scope}/${rhythm.replaceAll(/[^\w-]+/g, '_')}`;
}

function repeatOf({ rhythm: { when } }: Schedule): { every: number } | { pattern: string; tz: string } {
  return when.kind === 'every' ? { every: when.ms } : { pattern: when.pattern, tz: when.timeZone };
}

/** The time that a job was made for, at the end of its id; the same for a job that is run a second time. */
function dueOf(job: { id?: string | undefined; timestamp: number }): Date {
  const due = Number(job.id?.split(':').at(-1));
  return new Date(Number.isFinite(due) && due > 0 ? due : job.timestamp);
}
