import type { Db } from '../db/database.ts';
import { allSchedules, ping, type Schedule } from '../jobs/pings.ts';
import type { Clock } from '../lib/clock.ts';
import type { Isolation } from '../lib/isolation.ts';
import type { Logger } from '../lib/log.ts';
import { type Engine, LEAVE_NOTHING, locks } from './engine.ts';

export type PingDeps = {
  db: Db;
  log: Logger;
  isolation: Isolation;
  leaseMs: number;
  render(sessionId: string): Promise<void>;
};

export type Pings = {
  /**
   * Makes BullMQ's job schedulers those of the record: new ones, changed ones, and none that was switched
   * off.
   */
  sync(): Promise<void>;
};

const NAME = 'pings';

/** Pings as BullMQ job schedulers, which make one job for a due time however many processes there are. */
export function runPings(engine: Engine, { db, log, isolation, leaseMs, render }: PingDeps): Pings {
  const queue = engine.queue(NAME);
  engine.worker(NAME, { concurrency: 4, ...locks(leaseMs) }, async (job) => {
    const { sessionId, scope } = job.data as { sessionId: string; scope: string };
    const isSaid = await ping(db, isolation, sessionId, scope, dueOf(job));
    if (isSaid) await render(sessionId);
  });

  async function sync(): Promise<void> {
    const wanted = new Map(
      (await allSchedules(db, isolation)).map((schedule) => [keyOf(schedule), schedule]),
    );
    const present = new Set((await queue.getJobSchedulers()).map((scheduler) => scheduler.key));
    const missing = [...wanted].filter(([key]) => !present.has(key));
    await isolation.each(missing, nameOf, async ([key, schedule]) => {
      const { sessionId, scope } = schedule;
      const template = { name: 'ping', data: { sessionId, scope }, opts: LEAVE_NOTHING };
      await queue.upsertJobScheduler(key, repeatOf(db.clock, schedule), template);
      log.debug({ session: sessionId, scope }, 'pings are scheduled');
    });
    const gone = [...present].filter((key) => !wanted.has(key));
    await isolation.each(
      gone,
      (key) => `pings ${key}`,
      (key) => queue.removeJobScheduler(key),
    );
  }

  return { sync };
}

const nameOf = ([key]: readonly [string, Schedule]) => `pings ${key}`;

/** The key includes the rhythm, so that a changed rhythm makes another scheduler. */
function keyOf({ sessionId, scope, rhythm: { when } }: Schedule): string {
  const rhythm = when.kind === 'every' ? `every-${when.ms}` : `${when.pattern}-${when.timeZone}`;
  return `${sessionId}/${scope}/${rhythm.replaceAll(/[^\w-]+/g, '_')}`;
}

function repeatOf(
  clock: Clock,
  { rhythm: { when } }: Schedule,
): { every: number } | { pattern: string; tz: string } {
  return when.kind === 'every'
    ? { every: clock.elsewhere(when.ms) }
    : { pattern: when.pattern, tz: when.timeZone };
}

/** The time that a job was made for, at the end of its id; the same for a job that is run a second time. */
function dueOf(job: { id?: string | undefined; timestamp: number }): Date {
  const due = Number(job.id?.split(':').at(-1));
  return new Date(Number.isFinite(due) && due > 0 ? due : job.timestamp);
}
