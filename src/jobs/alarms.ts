import type { Finding } from '../session/alarms.ts';
import { forecastOf } from '../session/progress/forecast.ts';
import { medianOf, type Pace } from '../session/progress/pace.ts';
import type { Progress } from '../session/progress.ts';
import { isFinal, type Watch } from '../session/watches.ts';

/** What has been heard of a job's log besides what is known of its progress. */
export type Heard = {
  /** Whether all that was printed so far has been read: a log that is replayed shows what was long ago. */
  isUpToDate: boolean;
  /** Whether the Hub was asked again, and knows of nothing that was printed since. */
  isSilent: boolean;
};

/**
 * What is wrong with a job that runs, as far as it is sure by what is known now. It is decided for people who
 * are asleep: what may be right is let pass, and told by the job's end.
 */
export function findingsIn(watch: Watch, now: Date, heard: Heard): Finding[] {
  const { snapshot } = watch;
  const { progress, pace, startedAt } = snapshot;
  if (isFinal(snapshot) || startedAt === undefined || !heard.isUpToDate) return [];
  if (progress === undefined || pace === undefined) return [];
  const broken = [...brokenLoss(progress), ...standing(progress, pace, now)];
  if (broken.length > 0) return broken; // what follows from that is no news
  return [
    ...jumpedLoss(progress, pace),
    ...(heard.isSilent && maybeStalled(watch, now) ? stalled(progress, pace, now) : []),
    ...cutOff(watch, now),
  ];
}

/** One loss may be an overflow that the scaling of fp16 sees to. */
const LOSSES_NOT_FINITE = 2;

/** A loss that is no number, several times in a row. */
export function brokenLoss({ failure, reader }: Progress): Extract<Finding, { cause: 'loss_not_finite' }>[] {
  const { failed, broken } = reader ?? {};
  if (failed !== 'loss' || broken === undefined || broken.readings < LOSSES_NOT_FINITE) return [];
  const value = failure?.endsWith('NaN') ? 'NaN' : 'infinite';
  return [{ cause: 'loss_not_finite', value, step: broken.step }];
}

/** So long may a script take to end by what went wrong, or to go on nevertheless. */
const GRACE_MS = 2 * 60_000;

/** Out of memory, or of disk, and the job neither ends nor goes on. */
function standing({ failure, advice, reader }: Progress, pace: Pace, now: Date): Finding[] {
  if (failure === undefined || reader?.failed !== 'error' || pace.failingSince === undefined) return [];
  const cause = FAILURES.find(([pattern]) => pattern.test(failure))?.[1];
  const ms = now.getTime() - Math.max(pace.failingSince, pace.movedAt ?? 0);
  if (cause === undefined || ms < GRACE_MS) return [];
  return [{ cause, failure, advice, seconds: Math.round(ms / 1000) }];
}

/** By how failures are called (`session/progress/causes/memory.ts`). */
const FAILURES: readonly (readonly [RegExp, 'out_of_memory' | 'disk_full'])[] = [
  [/^(?:out of (?:GPU |shared )?memory|no GPU memory)\b/, 'out_of_memory'],
  [/^disk (?:full|quota exceeded)\b/, 'disk_full'],
];

/** So many losses in a row are far above so many before them, by so much. */
const JUMPED = 3;
const COMPARED = 20;
const TIMES = 5;

/** Losses that lie further apart anyway are of a noisy run, as in reinforcement learning. */
const SPREAD = 3;

function jumpedLoss({ step, metrics }: Progress, { losses }: Pace): Finding[] {
  const [before, newest] = [losses.slice(-JUMPED - COMPARED, -JUMPED), losses.slice(-JUMPED)];
  const usual = medianOf(before);
  if (before.length < COMPARED || usual === undefined || Math.min(...before) <= 0) return [];
  if (Object.keys(metrics).some((name) => /reward/i.test(name))) return [];
  if (Math.max(...before) > SPREAD * usual || Math.min(...newest) <= TIMES * usual) return [];
  return [{ cause: 'loss_jumped', loss: newest.at(-1) ?? usual, usual, step }];
}

/** Fewer gaps tell no usual one. */
const LEAST_GAPS = 8;
const LEAST_SILENCE_MS = 10 * 60_000;

/**
 * Whether a job has been silent for so long that it may hang: training had begun, is not through, and nothing
 * was said of anything else than its steps since. Whether it is silent the Hub has to be asked.
 */
export function maybeStalled({ snapshot }: Watch, now: Date): boolean {
  const { stage, progress, pace } = snapshot;
  if (stage !== 'RUNNING' || progress === undefined || pace?.movedAt === undefined) return false;
  const { isElsewhere, gaps, longestGap, printedAt, movedAt } = pace;
  const usual = medianOf(gaps);
  if (isElsewhere || progress.reader?.isEnded || progress.reader?.other !== undefined) return false;
  if (progress.failure !== undefined || usual === undefined || gaps.length < LEAST_GAPS) return false;
  if (isAtEndOfEpoch(progress, pace)) return false;
  // What was silent before, such as an evaluation, may be so again.
  const silence = Math.max(LEAST_SILENCE_MS, 3 * usual, 2 * longestGap);
  return now.getTime() - Math.max(movedAt, printedAt ?? movedAt) > silence;
}

/** What is done between two epochs, or after the last one, may be silent. */
function isAtEndOfEpoch({ step, steps, epoch, axis }: Progress, { counts }: Pace): boolean {
  if (step !== undefined && step === steps) return true;
  const isWhole = epoch !== undefined && epoch > 0 && Number.isInteger(epoch);
  return isWhole && counts !== 'epoch' && axis?.kind !== 'step';
}

function stalled({ step }: Progress, { gaps, movedAt = 0 }: Pace, now: Date): Finding[] {
  const seconds = Math.round((now.getTime() - movedAt) / 1000);
  return [{ cause: 'stalled', seconds, usualSeconds: (medianOf(gaps) ?? 0) / 1000, step }];
}

/** A pace that was measured for less, of the time limit or in all, may change yet. */
const MEASURED_SHARE = 0.2;
const MEASURED_MS = 10 * 60_000;

/** By so much of what is left, and at least so much, training has to miss the limit. */
const MISSED_SHARE = 0.1;
const MISSED_MS = 2 * 60_000;

function cutOff(watch: Watch, now: Date): Finding[] {
  const { snapshot, timeoutSeconds } = watch;
  const { startedAt, pace, progress } = snapshot;
  const forecast = forecastOf(watch, now);
  const [first, last] = [pace?.reports[0], pace?.reports.at(-1)];
  if (forecast?.cutOffAtShare === undefined || startedAt === undefined || !first || !last) return [];
  const measured = last.at - first.at;
  if (measured < Math.min(MEASURED_MS, MEASURED_SHARE * timeoutSeconds * 1000)) return [];
  const missed = forecast.endsAt.getTime() - (startedAt.getTime() + timeoutSeconds * 1000);
  if (missed < Math.max(MISSED_MS, MISSED_SHARE * forecast.secondsLeft * 1000)) return [];
  const { cutOffAtShare: share, cutOffAtStep: step } = forecast;
  return [{ cause: 'cut_off', share, step, steps: step === undefined ? undefined : progress?.steps }];
}
