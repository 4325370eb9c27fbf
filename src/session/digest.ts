import type { Person } from './address.ts';
import type { Alarm } from './alarms.ts';
import type { Deciders } from './deciders.ts';
import { isFinal, jobName, type Watch } from './watches.ts';

/** A run of those that a digest is about, and who asked for it. */
export type DigestRun = { watch: Watch; requester: Person };

/** Something that goes on once somebody acts. */
export type Need = {
  name: string;
  requester: Person;
  since: Date;
  /** Who has to act; undefined where that is who asked for it. */
  deciders?: Deciders | undefined;
} & (
  | { kind: 'approval'; usd: number | undefined }
  | { kind: 'question' | 'stopped' }
  | { kind: 'alarm'; cause: Alarm['cause'] }
);

/** How the runs of a thread or a channel stand, by what needs attention; each is in one group. */
export type Digest = {
  needs: readonly Need[];
  failed: readonly DigestRun[];
  /** Also those that people have cancelled. */
  finished: readonly DigestRun[];
  running: readonly DigestRun[];
  /** What models and jobs have cost in that time, in USD, as far as prices are known. */
  usd: number;
  since: Date;
  at: Date;
};

type Known = {
  runs: readonly DigestRun[];
  /** What waits besides jobs. */
  waiting: readonly Need[];
  modelUsd: number;
  since: Date;
  at: Date;
};

/** Sorts what is known of a time into groups, the newest end first. */
export function digestOf({ runs, waiting, modelUsd, since, at }: Known): Digest {
  const alarming = runs.flatMap((run) => openAlarm(run) ?? []);
  const alarmed = new Set(alarming.map(({ watchId }) => watchId));
  const ended = runs
    .filter(({ watch }) => hasEnded(watch))
    .toSorted((a, b) => endOf(b.watch) - endOf(a.watch));
  return {
    needs: [...waiting, ...alarming.map(({ need }) => need)],
    failed: ended.filter(({ watch }) => hasFailed(watch)),
    finished: ended.filter(({ watch }) => !hasFailed(watch)),
    running: runs.filter(({ watch }) => !hasEnded(watch) && !alarmed.has(watch.id)),
    usd: runs.reduce((sum, { watch }) => sum + costBetween(watch, since, at), modelUsd),
    since,
    at,
  };
}

/** Whether there is nothing to say. */
export const isEmpty = ({ needs, failed, finished, running }: Digest): boolean =>
  needs.length + failed.length + finished.length + running.length === 0;

const hasEnded = ({ endedAt, snapshot }: Watch): boolean => endedAt !== undefined || isFinal(snapshot);

const endOf = ({ endedAt, snapshot, lookedAt }: Watch): number =>
  (endedAt ?? snapshot.finishedAt ?? lookedAt).getTime();

/** What people have cancelled themselves is no news to them. */
function hasFailed({ snapshot: { stage, stop, isHubsEnd, isEndUnknown } }: Watch): boolean {
  if (stage === 'CANCELED') return stop !== undefined || isHubsEnd === true;
  return stage === 'ERROR' || isEndUnknown === true;
}

function openAlarm({ watch, requester }: DigestRun): { watchId: string; need: Need } | undefined {
  const alarm = hasEnded(watch) ? undefined : watch.alarms.findLast(({ letRunBy }) => letRunBy === undefined);
  if (alarm === undefined) return undefined;
  const name = jobName(watch);
  return {
    watchId: watch.id,
    need: { kind: 'alarm', name, requester, since: alarm.at, cause: alarm.cause },
  };
}

/** What a job has cost within a time, in USD. */
function costBetween(watch: Watch, since: Date, until: Date): number {
  const { hourlyUsd, timeoutSeconds, lookedAt, endedAt, snapshot } = watch;
  const { startedAt, finishedAt } = snapshot;
  if (hourlyUsd === undefined || startedAt === undefined) return 0;
  const limit = startedAt.getTime() + timeoutSeconds * 1000;
  const end = Math.min((finishedAt ?? endedAt ?? lookedAt).getTime(), limit, until.getTime());
  const begin = Math.max(startedAt.getTime(), since.getTime());
  return (hourlyUsd * Math.max(0, end - begin)) / 3_600_000;
}
