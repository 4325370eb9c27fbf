import type { Db } from '../db/database.ts';
import type { HardwareList } from '../hub/hardware.ts';
import { claimWatches, keepWatches, recordLook, releaseWatches } from '../jobs/claims.ts';
import type { Look } from '../jobs/following.ts';
import type { AlarmRules } from '../jobs/tell-alarms.ts';
import { createBackoff } from '../lib/backoff.ts';
import type { Isolation } from '../lib/isolation.ts';
import type { Logger } from '../lib/log.ts';
import { isFinal, type Watch } from '../session/watches.ts';

export type WatchDeps = {
  db: Db;
  /** The record where nothing waits behind other queries: for renewals. */
  urgent: Db;
  log: Logger;
  isolation: Isolation;
  /** Identifies this process among the followers. */
  owner: string;
  leaseMs: number;
  /** How often jobs that nobody follows are looked for. */
  everyMs: number;
  /** What jobs can run on. */
  hardware: HardwareList;
  /** Whether it is this process's turn to look for them. */
  isOurTurn(what: string, everyMs: number): Promise<boolean>;
  /** Follows a job to its end; `seen` notes how it stands and says whether that was the end. */
  follow(watch: Watch, seen: (look: Look) => Promise<boolean>, signal: AbortSignal): Promise<void>;
  alarms: AlarmRules;
  wake(sessionId: string): Promise<unknown>;
  render(sessionId: string): Promise<void>;
  renderProgress(sessionId: string): Promise<void>;
};

export type Watches = {
  /** Begins to follow a job now, instead of with the next look for such jobs. */
  start(watchId: string): Promise<void>;
  stop(): Promise<void>;
};

/**
 * The most jobs claimed at once, so that a starting process does not claim all of them before another is up.
 */
const BATCH = 200;

/**
 * Follows running jobs. Each job has one follower among all processes, by a lease in the record; a process
 * renews the leases of all its jobs with one statement. Jobs of a process that died are taken over by
 * another.
 */
export function runWatches(deps: WatchDeps): Watches {
  const { db, log, isolation, owner, leaseMs } = deps;
  const followed = new Map<string, AbortController>();
  const running = new Set<Promise<void>>();
  const stopping = new AbortController();
  let isBusy = false;

  async function take(only?: string): Promise<void> {
    const which = { owner, leaseMs, limit: BATCH, ...(only ? { only } : {}) };
    for (const watch of await claimWatches(db, which, isolation)) {
      if (stopping.signal.aborted || followed.has(watch.id)) continue;
      const lost = new AbortController();
      followed.set(watch.id, lost);
      const signal = AbortSignal.any([lost.signal, stopping.signal]);
      const work = followOne(deps, watch, signal).finally(() => {
        followed.delete(watch.id);
        running.delete(work);
      });
      running.add(work);
    }
  }

  async function keep(): Promise<void> {
    const kept = new Set(await keepWatches(deps.urgent, owner, [...followed.keys()], leaseMs));
    for (const [id, lost] of followed) if (!kept.has(id)) lost.abort();
  }

  const lookMs = Math.min(deps.everyMs, leaseMs / 3);
  const backoff = createBackoff({ firstMs: lookMs, longestMs: 30_000 });
  let notBefore = 0;
  const end = db.clock.every(lookMs, () => {
    if (isBusy || db.clock.monotonic() < notBefore) return;
    isBusy = true;
    keep()
      .then(async () => ((await deps.isOurTurn('watches', lookMs)) ? take() : undefined))
      .then(() => backoff.reset())
      .catch((error: unknown) => {
        notBefore = followed.size > 0 ? 0 : db.clock.monotonic() + backoff.next(); // leases have to be kept
        log.warn({ err: error }, 'jobs could not be taken up; it is tried again');
      })
      .finally(() => {
        isBusy = false;
      });
  });

  return {
    start: (watchId) =>
      take(watchId).catch((error: unknown) =>
        log.warn({ err: error, watch: watchId }, 'a job is followed a little later'),
      ),
    async stop() {
      end();
      stopping.abort();
      await Promise.all(running);
      await releaseWatches(db, owner).catch((error: unknown) =>
        log.warn({ err: error }, 'followed jobs could not be given back; their lease runs out'),
      );
    },
  };
}

async function followOne(deps: WatchDeps, watch: Watch, signal: AbortSignal): Promise<void> {
  const { db, log, isolation, alarms, render, renderProgress, wake } = deps;
  async function seen(look: Look): Promise<boolean> {
    signal.throwIfAborted();
    // What may help is only looked for once it has ended.
    const hardware = isFinal(look.snapshot) ? await deps.hardware.all() : [];
    const noted = await recordLook(db, watch, look, alarms, { hardware, isolation });
    await (noted === 'noted' ? renderProgress : render)(watch.sessionId);
    if (noted === 'over' || (noted === 'told' && alarms.wakeModel)) await wake(watch.sessionId);
    return noted === 'over';
  }
  await deps.follow(watch, seen, signal).catch((error: unknown) => {
    // It is taken up again when its lease has run out.
    if (!signal.aborted) log.warn({ watch: watch.id, err: error }, 'a job could not be followed');
  });
}
