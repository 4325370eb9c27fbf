import type { Logger } from '../ops/log.ts';
import type { Tx } from '../session/lease.ts';
import { closeIdleSessions, thinEvents } from '../session/retention.ts';
import { abandonedSessions, neglectedWatches, staleThreads } from '../session/sweep.ts';
import type { Renders } from './renders.ts';
import type { Turns } from './turns.ts';
import type { Watches } from './watches.ts';

export type UpkeepDeps = {
  db: Tx;
  log: Logger;
  turns: Turns;
  renders: Renders;
  watches: Watches;
  everyMs: number;
  pollMs: number;
  retention: { idle_days: number; event_days: number };
};

const HOUSEKEEPING_MS = 60 * 60 * 1000;

/**
 * Looks again and again for work that is in the record and in no queue: what a crash, or a Redis that forgot, left
 * behind. Every worker process does it; asking twice is harmless.
 */
export function runUpkeep(deps: UpkeepDeps): { stop(): Promise<void> } {
  let running: Promise<void> = Promise.resolve();
  let isBusy = false;
  let nextHousekeeping = Date.now() + HOUSEKEEPING_MS;
  const timer = setInterval(() => {
    if (isBusy) return;
    isBusy = true;
    const isHousekeepingDue = Date.now() >= nextHousekeeping;
    if (isHousekeepingDue) nextHousekeeping = Date.now() + HOUSEKEEPING_MS;
    running = sweep(deps)
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

async function sweep({ db, turns, renders, watches, pollMs }: UpkeepDeps): Promise<void> {
  for (const { id, epoch } of await abandonedSessions(db)) await turns.takeOver(id, epoch);
  for (const { id, rev } of await staleThreads(db)) await renders.catchUp(id, rev);
  const neglected = await neglectedWatches(db, (3 * pollMs) / 1000);
  for (const { id, lookedAt } of neglected) await watches.catchUp(id, lookedAt);
}

/** Nothing grows without bound: what nobody uses is closed, what is old is thinned. */
async function housekeeping({ db, log, renders, retention }: UpkeepDeps): Promise<void> {
  const closed = await closeIdleSessions(db, retention.idle_days);
  for (const id of closed) await renders.request(id);
  const thinned = await thinEvents(db, retention.event_days);
  if (closed.length + thinned > 0) log.info({ closed: closed.length, thinned }, 'housekeeping');
}
