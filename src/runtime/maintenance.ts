import { lapseApprovals, type OpenApprovals, remindOfApprovals } from '../approvals/reminders.ts';
import type { Db } from '../db/database.ts';
import type { Isolation } from '../lib/isolation.ts';
import { abandonedSessions } from '../session/store/abandoned.ts';
import { sessionsToAnnounce } from '../session/store/announcements.ts';
import { retryAfterOutages } from '../session/store/outages.ts';
import { staleThreads, waitingThreads } from '../thread/delivery/stale-threads.ts';
import type { Pings } from './ping-schedules.ts';
import type { Renders } from './renders.ts';
import type { Turns } from './turns.ts';

export type MaintenanceDeps = {
  db: Db;
  isolation: Isolation;
  turns: Turns;
  renders: Renders;
  everyMs: number;
  approvals: OpenApprovals;
  pings: Pings;
  /**
   * Whether it is this process's turn at something that one process should do every `everyMs` milliseconds.
   */
  isOurTurn(what: string, everyMs: number): Promise<boolean>;
};

/** Something that is looked for every `sweeps` sweeps. */
type Duty = { name: string; sweeps: number; work(deps: SweepDeps): Promise<void> };
type SweepDeps = Omit<MaintenanceDeps, 'everyMs' | 'isOurTurn'>;

/**
 * Looks regularly for work that is in the record but in no queue: left behind by a crash, or by a Redis that
 * lost its data. One worker process does it each time; if they can't agree on which, all of them do, which is
 * harmless.
 */
export function runMaintenance(deps: MaintenanceDeps): { stop(): Promise<void> } {
  let running: Promise<void> = Promise.resolve();
  let isBusy = false;
  let sweeps = 0;
  const end = deps.db.clock.every(deps.everyMs, () => {
    if (isBusy) return;
    isBusy = true;
    running = dueNow(deps, sweeps++)
      .then((duties) => sweep(deps, duties))
      .finally(() => {
        isBusy = false;
      });
  });
  return {
    async stop() {
      end();
      await running;
    },
  };
}

/** What this process is to look for in a sweep. */
async function dueNow({ everyMs, isOurTurn }: MaintenanceDeps, sweeps: number): Promise<readonly Duty[]> {
  const due = DUTIES.filter((duty) => sweeps % duty.sweeps === 0);
  const rhythms = [...new Set(due.map((duty) => duty.sweeps))];
  const ours = new Set<number>();
  for (const rhythm of rhythms) {
    if (await isOurTurn(`maintenance-${rhythm}`, rhythm * everyMs)) ours.add(rhythm);
  }
  return due.filter((duty) => ours.has(duty.sweeps));
}

/** One sweep. A duty that fails does not keep the others from being done. */
export function sweep(deps: SweepDeps, duties: readonly Duty[] = DUTIES): Promise<void> {
  return deps.isolation.each(
    duties,
    ({ name }) => `maintenance: ${name}`,
    ({ work }) => work(deps),
  );
}

/** Of approvals nobody waits for the second. */
const APPROVAL_SWEEPS = 10;

/** Hundreds may wait, and each has a job of the queue: only if that has lost it there is something to do. */
const WAITING_SWEEPS = 10;

const DUTIES: readonly Duty[] = [
  {
    name: 'sessions that nobody works on',
    sweeps: 1,
    work: async ({ db, turns }) => turns.takeOver(await abandonedSessions(db)),
  },
  {
    name: 'requests that wait for their model provider',
    sweeps: 5, // they wait for minutes
    async work({ db, turns }) {
      for (const id of await retryAfterOutages(db)) await turns.wake(id);
    },
  },
  {
    name: 'threads that are behind',
    sweeps: 1,
    work: async ({ db, renders }) => renders.catchUp(await staleThreads(db)),
  },
  {
    name: 'threads that wait for their turn',
    sweeps: WAITING_SWEEPS,
    work: async ({ db, renders }) => renders.catchUp(await waitingThreads(db)),
  },
  {
    name: 'what is to be said in other channels',
    sweeps: 2,
    async work({ db, renders }) {
      for (const id of await sessionsToAnnounce(db)) await renders.request(id);
    },
  },
  {
    name: 'approvals that were forgotten',
    sweeps: APPROVAL_SWEEPS,
    async work({ db, renders, approvals }) {
      for (const id of await remindOfApprovals(db, approvals)) await renders.request(id);
    },
  },
  {
    name: 'approvals that nobody will decide any more',
    sweeps: APPROVAL_SWEEPS,
    async work({ db, turns, renders, approvals }) {
      for (const id of await lapseApprovals(db, approvals)) {
        await turns.wake(id);
        await renders.request(id);
      }
    },
  },
  { name: 'pings', sweeps: 5, work: ({ pings }) => pings.sync() },
];
