import { z } from 'zod';
import { isBar } from './bars.ts';
import type { Progress } from './state.ts';

/* How fast a run goes on, by when the lines of its log were printed. All moments are in milliseconds. */

/** How much of the run was done, from 0 to 1, at a moment. */
const Report = z.object({ at: z.number(), share: z.number() });

export const Pace = z.object({
  /** From the first report of this run to the newest one, evenly thinned in between. */
  reports: z.array(Report).default([]),
  /** Milliseconds between the newest lines that moved the run on. */
  gaps: z.array(z.number()).default([]),
  /** The longest time that this run has been silent about itself, in milliseconds. */
  longestGap: z.number().default(0),
  /** When the run was moved on last. */
  movedAt: z.number().optional(),
  /** When anything was printed last. */
  printedAt: z.number().optional(),
  /** What was printed since the run was moved on is of something else: an evaluation, an upload. */
  isElsewhere: z.boolean().default(false),
  /** The newest losses. */
  losses: z.array(z.number()).default([]),
  /** The best value so far of a metric that is watched, when it came, and how many were no better since. */
  best: z.object({ value: z.number(), at: z.number(), worse: z.number().int() }).optional(),
  /** Since when the log shows the failure that it shows. */
  failingSince: z.number().optional(),
  /** Whether steps are of the whole run or of an epoch, once that is known. */
  counts: z.enum(['run', 'epoch']).optional(),
  /** The lowest epoch that was told: trainers count from 0 or from 1. */
  firstEpoch: z.number().optional(),
  /** An epoch has begun, and no step of it was told yet. */
  isNewEpoch: z.boolean().default(false),
});
export type Pace = z.infer<typeof Pace>;

const MAX_REPORTS = 32;
const MAX_GAPS = 32;
const MAX_LOSSES = 32;

/** Work that prints nothing of a run's steps, by words of the lines before or within it. */
const OF_ELSEWHERE =
  /\b(?:eval\w*|valid\w*|test\w*|predict\w*|inferenc\w*|benchmark\w*|generat\w*|sampl\w*|(?:down|up)load\w*|push\w*|commit\w*|sav\w*|checkpoint\w*|writ\w*|merg\w*|load\w*|tokeni\w*|map\w*|pack\w*|preprocess\w*|process\w*|comput\w*|compil\w*|warm\w*|quanti\w*|export\w*|convert\w*|wait\w*|sleep\w*|finish\w*|complet\w*|done|ended)\b/i;

/** A metric whose best value is remembered: as the log prints it, or `loss` for that of training. */
export type Metric = { metric: string; direction: 'lower' | 'higher' };

/** The pace after one more printed line, which `before` became `after` by. */
export function withLine(
  pace: Pace,
  before: Progress,
  after: Progress,
  { text: line, at }: { text: string; at: number },
  watched?: Metric,
): Pace {
  if (Number.isNaN(at)) return pace;
  const failing = withFailing({ ...pace, printedAt: Math.max(at, pace.printedAt ?? at) }, before, after, at);
  const value = watched && printedValue(watched.metric, before, after, line);
  const printed = value === undefined ? failing : withBest(failing, value, at, watched?.direction);
  const isNewRun = after.seen < before.seen;
  if (isNewRun) return moved(Pace.parse({ ...kept(printed) }), before, after, at);
  if (hasMoved(before, after)) return moved(printed, before, after, at);
  return isBar(line) || OF_ELSEWHERE.test(line) ? { ...printed, isElsewhere: true } : printed;
}

/** The value of a metric, where this line tells it. */
function printedValue(metric: string, before: Progress, after: Progress, line: string): number | undefined {
  const value = after.metrics[metric];
  if (value !== undefined)
    return after.metrics !== before.metrics && line.includes(metric) ? value : undefined;
  return metric === 'loss' && after.seen > before.seen ? after.loss : undefined;
}

function withBest(pace: Pace, value: number, at: number, direction: Metric['direction'] = 'lower'): Pace {
  const { best } = pace;
  const isBetter = best === undefined || (direction === 'lower' ? value < best.value : value > best.value);
  return { ...pace, best: isBetter ? { value, at, worse: 0 } : { ...best, worse: best.worse + 1 } };
}

const kept = ({ printedAt, failingSince, best }: Pace): Partial<Pace> => ({
  ...(best === undefined ? {} : { best }),
  ...(printedAt === undefined ? {} : { printedAt }),
  ...(failingSince === undefined ? {} : { failingSince }),
});

const hasMoved = (before: Progress, after: Progress): boolean =>
  after.step !== before.step || after.epoch !== before.epoch || after.seen !== before.seen;

function withFailing(pace: Pace, before: Progress, after: Progress, at: number): Pace {
  const { failingSince, ...rest } = pace;
  if (after.failure === undefined) return rest;
  return after.failure === before.failure ? pace : { ...rest, failingSince: at };
}

function moved(pace: Pace, before: Progress, after: Progress, at: number): Pace {
  const gap = pace.movedAt === undefined ? undefined : Math.max(0, at - pace.movedAt);
  const counted = withCounting(pace, before, after);
  const share = shareDone(counted, after);
  const isLoss = after.seen > before.seen && after.loss !== undefined;
  return {
    ...counted,
    movedAt: at,
    isElsewhere: false,
    gaps: gap === undefined ? pace.gaps : [...pace.gaps, gap].slice(-MAX_GAPS),
    longestGap: Math.max(pace.longestGap, gap ?? 0),
    losses: isLoss ? [...pace.losses, after.loss ?? 0].slice(-MAX_LOSSES) : pace.losses,
    reports: share === undefined ? pace.reports : withReport(pace.reports, { at, share }),
  };
}

/** A share that goes back is of a run that begins anew. */
function withReport(reports: Pace['reports'], report: z.infer<typeof Report>): Pace['reports'] {
  const last = reports.at(-1);
  if (last === undefined || report.share < last.share) return [report];
  if (report.share === last.share) return reports;
  const grown = [...reports, report];
  return grown.length <= MAX_REPORTS
    ? grown
    : grown.filter((_, i) => i === 0 || i === grown.length - 1 || i % 2 === 0);
}

/**
 * Fractions of epochs tell that steps are of the whole run. Else that shows with the first step of the next
 * epoch: it goes on, or begins anew.
 */
function withCounting(pace: Pace, before: Progress, after: Progress): Pace {
  const { epoch, step, axis } = after;
  if (epoch === undefined) return pace;
  const firstEpoch = Math.min(epoch, pace.firstEpoch ?? epoch);
  const known = { ...pace, firstEpoch };
  if (!Number.isInteger(epoch) || axis?.kind === 'step') return { ...known, counts: 'run' };
  const isNewEpoch = pace.isNewEpoch || (before.epoch !== undefined && epoch > before.epoch);
  if (pace.counts !== undefined || !isNewEpoch) return known;
  if (step === undefined || before.step === undefined || step === before.step)
    return { ...known, isNewEpoch };
  return { ...known, isNewEpoch: false, counts: step < before.step ? 'epoch' : 'run' };
}

/** How much of a run is done, from 0 to 1; undefined where its log leaves that open. */
function shareDone(
  { counts, firstEpoch }: Pick<Pace, 'counts' | 'firstEpoch'>,
  { step, steps, epoch, epochs }: Progress,
): number | undefined {
  const ofSteps = step !== undefined && steps ? Math.min(1, step / steps) : undefined;
  if (epoch === undefined || counts === 'run') return ofSteps ?? ofEpochs(epoch, epochs);
  if (epochs === 1 && ofSteps !== undefined) return ofSteps;
  if (counts !== 'epoch' || ofSteps === undefined || epochs === undefined) return undefined;
  const before = epoch - Math.min(1, firstEpoch ?? 1);
  return Math.min(1, Math.max(0, (before + ofSteps) / epochs));
}

/** Whole epochs say too little: a run in its first one has done something of it. */
const ofEpochs = (epoch: number | undefined, epochs: number | undefined): number | undefined =>
  epoch !== undefined && epochs && !Number.isInteger(epoch) ? Math.min(1, epoch / epochs) : undefined;

/** The middle one of several numbers; undefined of none. */
export function medianOf(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
