import { isFinal, type Watch } from '../watches.ts';
import { medianOf, type Pace } from './pace.ts';

/** When a run will be through, as far as it goes on as it has gone so far. */
export type Forecast = {
  /** From 0 to 1, when it was reported last. */
  shareDone: number;
  secondsLeft: number;
  /** Of the training: what a script does after it, such as an upload, comes on top. */
  endsAt: Date;
  /** What the job will have cost by then, in USD; undefined where its price is not known. */
  usdAtEnd: number | undefined;
  /** How much will be done, from 0 to 1, when the time limit ends the job; only where it ends before. */
  cutOffAtShare?: number;
  /** The same as a step, where steps are counted over the whole run. */
  cutOffAtStep?: number;
};

/** Fewer reports, or ones that lie closer together, tell no pace. */
const LEAST_REPORTS = 3;
const LEAST_MS = 60_000;

/**
 * What is to be expected of a job that runs: by its time since the first report of how far it is, so that
 * what comes before (installing, loading, compiling) counts for nothing, and evaluations in between do.
 * Undefined where its log does not tell, or not long enough, and once the training is through.
 */
export function forecastOf(watch: Watch, now: Date): Forecast | undefined {
  const { snapshot, timeoutSeconds, hourlyUsd } = watch;
  const { startedAt, progress, pace } = snapshot;
  if (isFinal(snapshot) || startedAt === undefined || progress === undefined || pace === undefined) return;
  const speed = speedOf(pace);
  if (speed === undefined || progress.reader?.isEnded) return undefined;
  const { share, at, perMs } = speed;
  if (share >= 1) return undefined;
  // Until the next report is due it is taken to have gone on; later it is where it was.
  const credit = Math.min(Math.max(0, now.getTime() - at), speed.perReportMs);
  const leftMs = Math.max(0, (1 - share) / perMs - credit);
  const endsAt = new Date(now.getTime() + leftMs);
  const limitAt = startedAt.getTime() + timeoutSeconds * 1000;
  const seconds = Math.min(timeoutSeconds, (endsAt.getTime() - startedAt.getTime()) / 1000);
  return {
    shareDone: share,
    secondsLeft: Math.round(leftMs / 1000),
    endsAt,
    usdAtEnd: hourlyUsd === undefined ? undefined : (hourlyUsd * seconds) / 3600,
    ...(endsAt.getTime() > limitAt ? cutOff(watch, 1 - (endsAt.getTime() - limitAt) * perMs) : {}),
  };
}

function cutOff(
  { snapshot: { progress, pace } }: Watch,
  at: number,
): Pick<Forecast, 'cutOffAtShare' | 'cutOffAtStep'> {
  const cutOffAtShare = Math.max(0, at);
  const steps = pace?.counts === 'epoch' ? undefined : progress?.steps;
  if (steps === undefined) return { cutOffAtShare };
  return { cutOffAtShare, cutOffAtStep: Math.floor(cutOffAtShare * steps) };
}

type Speed = { share: number; at: number; perMs: number; perReportMs: number };

function speedOf({ reports, gaps }: Pace): Speed | undefined {
  const [first, last] = [reports[0], reports.at(-1)];
  if (first === undefined || last === undefined || reports.length < LEAST_REPORTS) return undefined;
  const [ms, share] = [last.at - first.at, last.share - first.share];
  if (ms < LEAST_MS || share <= 0) return undefined;
  return { share: last.share, at: last.at, perMs: share / ms, perReportMs: medianOf(gaps) ?? 0 };
}
