import type { Db } from '../db/database.ts';
import type { Clock } from '../lib/clock.ts';
import type { Isolation } from '../lib/isolation.ts';
import type { Logger } from '../lib/log.ts';
import { claimHousekeeping, keepHousekeeping, releaseHousekeeping } from '../session/store/housekeeping.ts';
import {
  closedSessions,
  closeIdleSessions,
  deleteOldDeliveries,
  deleteOldEvents,
  deleteOldFiles,
  deleteOldJournals,
  deleteOldPaces,
  deleteOldSpend,
  pruneWebPages,
} from '../session/store/retention.ts';
import type { Renders } from './renders.ts';

export type HousekeepingDeps = {
  db: Db;
  clock: Clock;
  log: Logger;
  isolation: Isolation;
  /** Identifies this process among those that do housekeeping. */
  owner: string;
  renders: Pick<Renders, 'request'>;
  retention: { idleDays: number; fileDays: number };
  sandboxes: { sessions(): Promise<string[]>; remove(sessionId: string): Promise<void> } | undefined;
  /** The first look comes soon after the start, so that short-lived processes do their share. */
  firstLookMs: number;
  /** How often to look for kinds of housekeeping that are due. */
  everyMs: number;
};

/** One kind of housekeeping. */
type Kind = {
  /** Its name in the record. */
  name: string;
  /** The most that one batch does; a batch that did less was the last one. */
  batch: number;
  /** The pause between two batches, which lets other work run. */
  pauseMs: number;
  work(deps: HousekeepingDeps, limit: number): Promise<number>;
};

const HOUR_MS = 60 * 60_000;
const LEASE_MS = 60_000;

/** What has failed is tried again after this time. */
const RETRY_MS = 5 * 60_000;

/** Pages of the web, as they are stored. */
const WEB_BYTES = 200_000_000;

const PAUSE_MS = 100;

/** All kinds, each of which a process does by itself. */
export const KINDS: readonly Kind[] = [
  // Each is told in its thread: more at once would keep what people wait for from being delivered.
  { name: 'close unused sessions', batch: 10, pauseMs: 15_000, work: close },
  {
    name: 'delete old files',
    batch: 100,
    pauseMs: PAUSE_MS,
    work: ({ db, retention }, limit) => deleteOldFiles(db, retention.fileDays, limit),
  },
  {
    name: 'delete old events',
    batch: 5_000,
    pauseMs: PAUSE_MS,
    work: ({ db, retention }, limit) => deleteOldEvents(db, retention.fileDays, limit),
  },
  {
    name: 'delete old journals of calls',
    batch: 1_000,
    pauseMs: PAUSE_MS,
    work: ({ db }, limit) => deleteOldJournals(db, limit),
  },
  {
    name: 'delete old deliveries',
    batch: 1_000,
    pauseMs: PAUSE_MS,
    work: ({ db }, limit) => deleteOldDeliveries(db, limit),
  },
  {
    name: 'delete old sums of spend',
    batch: 5_000,
    pauseMs: PAUSE_MS,
    work: ({ db }, limit) => deleteOldSpend(db, limit),
  },
  { name: 'delete old paces', batch: Infinity, pauseMs: 0, work: ({ db }) => deleteOldPaces(db) },
  { name: 'prune web pages', batch: Infinity, pauseMs: 0, work: ({ db }) => pruneWebPages(db, WEB_BYTES) },
];

async function close({ db, renders, retention }: HousekeepingDeps, limit: number): Promise<number> {
  const closed = await closeIdleSessions(db, retention.idleDays, limit);
  for (const id of closed) await renders.request(id);
  return closed.length;
}

/**
 * Keeps everything from growing without bound. Each kind that is due is done by one process, in batches until
 * nothing is left, however much has piled up; if one kind fails the others are still done.
 */
export function runHousekeeping(deps: HousekeepingDeps): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const { signal } = stopping;
  const { clock } = deps;
  const running = new Set<Promise<void>>();
  const told = new Set<string>();
  let sandboxesDueAt = Number.NEGATIVE_INFINITY;

  async function look(): Promise<void> {
    const names = KINDS.map(({ name }) => name);
    const due = new Set(await claimHousekeeping(deps.db, names, deps.owner, LEASE_MS));
    for (const kind of KINDS) if (due.has(kind.name)) begin(kind.name, () => doKind(deps, kind, signal));
    if (clock.monotonic() < sandboxesDueAt) return;
    sandboxesDueAt = clock.monotonic() + RETRY_MS;
    begin('sandboxes', async () => {
      await cleanSandboxes(deps, told);
      sandboxesDueAt = clock.monotonic() + HOUR_MS;
    });
  }

  function begin(name: string, work: () => Promise<void>): void {
    const done = deps.isolation
      .each([name], () => `housekeeping: ${name}`, work)
      .finally(() => running.delete(done));
    running.add(done);
  }

  let isLooking = false;
  function tick(): void {
    if (isLooking) return;
    isLooking = true;
    begin('what is due', async () => {
      await look().finally(() => {
        isLooking = false;
      });
    });
  }

  const first = setTimeout(tick, deps.firstLookMs);
  const end = clock.every(deps.everyMs, tick);
  return {
    async stop() {
      clearTimeout(first);
      end();
      stopping.abort();
      while (running.size > 0) await Promise.all(running);
    },
  };
}

/** Does one kind to its end, unless the process is to stop: then whoever comes next goes on. */
async function doKind(deps: HousekeepingDeps, kind: Kind, signal: AbortSignal): Promise<void> {
  const { db, clock, log, owner } = deps;
  const { name, batch, pauseMs } = kind;
  let count = 0;
  try {
    for (;;) {
      const done = await kind.work(deps, batch);
      count += done;
      if (done < batch) break;
      await clock.sleep(pauseMs, signal).catch(() => {}); // stopped: seen next
      if (signal.aborted)
        return await releaseHousekeeping(db, name, owner, { kind: 'unfinished', pauseMs: 0 });
      if (!(await keepHousekeeping(db, name, owner, LEASE_MS))) return;
    }
    await releaseHousekeeping(db, name, owner, { kind: 'done' });
    if (count > 0) log.info({ kind: name, count }, 'housekeeping');
  } catch (error) {
    const end = { kind: 'unfinished' as const, pauseMs: RETRY_MS };
    await releaseHousekeeping(db, name, owner, end).catch(() => {}); // its lease runs out
    throw error;
  }
}

/**
 * Removes the sandboxes on this machine, or of this account, whose sessions are closed. One that can't be
 * removed keeps none of the others: it is told of once (`told`), and tried again each time.
 */
async function cleanSandboxes({ db, log, sandboxes }: HousekeepingDeps, told: Set<string>): Promise<void> {
  if (sandboxes === undefined) return;
  let count = 0;
  for (const session of await closedSessions(db, await sandboxes.sessions())) {
    try {
      await sandboxes.remove(session);
      told.delete(session);
      count++;
    } catch (error) {
      if (told.has(session)) continue;
      told.add(session);
      log.warn({ err: error, session }, 'a sandbox can’t be removed; it is tried again every hour');
    }
  }
  if (count > 0) log.info({ kind: 'sandboxes', count }, 'housekeeping');
}
