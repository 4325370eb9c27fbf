import type { Logger } from '../ops/log.ts';
import type { Tx } from '../session/lease.ts';
import { lapseApprovals, type OpenApprovals, remindOfApprovals } from '../session/open-approvals.ts';
import { closedSessions, closeIdleSessions, thinEvents } from '../session/retention.ts';
import { abandonedSessions, staleThreads } from '../session/sweep.ts';
import type { Pings } from './pings.ts';
import type { Renders } from './renders.ts';
import type { Turns } from './turns.ts';

export type UpkeepDeps = {
  db: Tx;
  log: Logger;
  turns: Turns;
  renders: Renders;
  everyMs: number;
  approvals: OpenApprovals;
  pings: Pings;
  retention: { idle_days: number; event_days: number };
  sandboxes: { sessions(): Promise<string[]>; remove(sessionId: string): Promise<void> } | undefined;
};

/** Schedules of pings are compared with the record every so many sweeps. */
const SWEEPS_A_SYNC = 5;

const HOUSEKEEPING_MS = 60 * 60 * 1000;

/**
 * Looks again and again for work that is in the record and in no queue: what a crash, or a Redis that forgot, left
 * behind. Every worker process does it; asking twice is harmless.
 */
export function runUpkeep(deps: UpkeepDeps): { stop(): Promise<void> } {
  let running: Promise<void> = Promise.resolve();
  let isBusy = false;
  let sweeps = 0;
  let nextHousekeeping = Date.now() + HOUSEKEEPING_MS;
  const timer = setInterval(() => {
    if (isBusy) return;
    isBusy = true;
    const isHousekeepingDue = Date.now() >= nextHousekeeping;
    if (isHousekeepingDue) nextHousekeeping = Date.now() + HOUSEKEEPING_MS;
    running = sweep(deps)
      .then(() => remind(deps))
      .then(() => (sweeps++ % SWEEPS_A_SYNC === 0 ? deps.pings.sync() : undefined))
      .then(() => (isHousekeepingDue ? housekeeping(deps) : undefined))
      .catch((error: unknown) => deps.log.warn({ err: error }, 'upkeep failed; it will be tried again'))
      .finally(() => {
        isBusy = false;
      });
  }, deps.everyMs);
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}

async function sweep({ db, turns, renders }: UpkeepDeps): Promise<void> {
  for (const { id, epoch } of await abandonedSessions(db)) await turns.takeOver(id, epoch);
  for (const { id, rev } of await staleThreads(db)) await renders.catchUp(id, rev);
}

/** Approvals that people have forgotten, and such as nobody will decide any more. */
async function remind({ db, turns, renders, approvals }: UpkeepDeps): Promise<void> {
  for (const id of await remindOfApprovals(db, approvals)) await renders.request(id);
  for (const id of await lapseApprovals(db, approvals)) {
    await turns.wake(id);
    await renders.request(id);
  }
}

/** Nothing grows without bound: what nobody uses is closed, what is old is thinned. */
async function housekeeping({ db, log, renders, retention, sandboxes }: UpkeepDeps): Promise<void> {
  const closed = await closeIdleSessions(db, retention.idle_days);
  for (const id of closed) await renders.request(id);
  const thinned = await thinEvents(db, retention.event_days);
  const left = await closedSessions(db, (await sandboxes?.sessions()) ?? []);
  for (const id of left) await sandboxes?.remove(id);
  if (closed.length + thinned + left.length > 0) {
    log.info({ closed: closed.length, thinned, sandboxes: left.length }, 'housekeeping');
  }
}
