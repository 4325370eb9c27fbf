import type { HardwareList } from '../hub/hardware.ts';
import { followJob } from '../jobs/follow.ts';
import { runWatches, type Watches } from '../runtime/followers.ts';
import { outOfSight } from '../session/watches.ts';
import type { LinkedHubs } from './linked-hubs.ts';
import type { Parts } from './parts.ts';

type Needed = Pick<
  Parts,
  'config' | 'storage' | 'engine' | 'log' | 'isolation' | 'turns' | 'renders' | 'clock' | 'ids'
>;

/** Follows jobs on the Hub, each with the account that it was started with. `owner` names this process. */
export function followJobs(
  parts: Needed,
  { of, hardware }: Pick<LinkedHubs, 'of'> & { hardware: HardwareList },
  owner: string,
): Watches {
  const { config, storage, engine, log, isolation, turns, renders, clock, ids } = parts;
  const { db, urgent } = storage;
  const pollMs = config.jobs.poll_seconds * 1000;
  const following = { pollMs, redaction: db.redaction, clock, random: Math.random };
  return runWatches({
    db,
    urgent,
    log,
    isolation,
    owner: `${owner}/${ids.next('f')}`,
    leaseMs: config.durability.lease_seconds * 1000,
    everyMs: config.durability.sweep_seconds * 1000,
    async follow(watch, seen, signal) {
      const hub = await of(watch);
      if (hub.ok) return followJob({ ...following, ...hub }, watch, seen, signal);
      await seen({ snapshot: outOfSight(watch, 'UNKNOWN', asSentence(hub.reason)), findings: [] });
    },
    alarms: {
      areTold: ({ channel }) => config.jobs.alarms.on && !config.jobs.alarms.off_in.includes(channel),
      wakeModel: config.jobs.alarms.wake_model,
    },
    wake: turns.wake,
    render: renders.request,
    renderProgress: (sessionId) => renders.progress([sessionId]),
    hardware,
    isOurTurn: engine.isOurTurn,
  });
}

const asSentence = (reason: string): string => reason.charAt(0).toUpperCase() + reason.slice(1);
