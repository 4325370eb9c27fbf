import { tellingFigure } from '../progress/headline.ts';
import type { Watch } from '../watches.ts';
import type { Experiment } from './measured.ts';
import { directionOf } from './metrics.ts';

/** The best that was measured so far, of a run that has just ended or of another one of its sweep. */
export type NewBest = { run: Watch; metric: string; value: number; was: number; experiment: Experiment };

/** Fewer runs before it, and the next one is a record by chance. */
const LEAST_EARLIER = 2;

/**
 * Whether a run that has ended, or another of its sweep, is the best of those that `runs` has, itself among
 * them: against two earlier ones at least that were measured on the same, in the same metric, of which it is
 * known which way is better. Of a sweep, which is the runs of a request that ran at the same time, only the
 * last to end has it told, of the best of them.
 */
export function newBest(ended: Watch, runs: readonly Watch[]): NewBest | undefined {
  const { experiment } = ended;
  if (experiment === undefined) return undefined;
  const all = [ended, ...runs.filter(({ id }) => id !== ended.id)];
  const sweep = sweepOf(ended, all);
  if (sweep.some(({ endedAt }) => endedAt === undefined)) return undefined;
  const [first] = sweep.flatMap((run) => measured(run) ?? []);
  const direction = first && directionOf(first.metric);
  if (first === undefined || direction === undefined) return undefined;
  const ofMetric = (some: readonly Watch[]) =>
    some.flatMap((run) => {
      const one = measured(run);
      return one?.metric === first.metric ? [one] : [];
    });
  const earlier = ofMetric(all.filter((run) => !sweep.includes(run)));
  const best = bestOf(ofMetric(sweep), direction);
  const was = bestOf(earlier, direction);
  if (best === undefined || was === undefined || earlier.length < LEAST_EARLIER) return undefined;
  const isBetter = direction === 'up' ? best.value > was.value : best.value < was.value;
  return isBetter ? { ...best, was: was.value, experiment } : undefined;
}

type Measured = { run: Watch; metric: string; value: number };

/** The figure that a run that went through to its end is judged by: of an evaluation, never of training. */
function measured(run: Watch): Measured | undefined {
  const { stage, progress } = run.snapshot;
  if (stage !== 'COMPLETED' || progress === undefined) return undefined;
  const { loss: _ofTraining, ...evaluated } = progress;
  const figure = tellingFigure(evaluated);
  return figure && { run, metric: figure.name, value: figure.value };
}

const bestOf = (all: readonly Measured[], direction: 'up' | 'down'): Measured | undefined =>
  all.toSorted((a, b) => (direction === 'up' ? b.value - a.value : a.value - b.value))[0];

/** The runs of a request that ran at the same time as one of them, which ran at the same time as another. */
function sweepOf(ended: Watch, runs: readonly Watch[]): Watch[] {
  const ofRequest = runs.filter(
    ({ sessionId, exchange }) => sessionId === ended.sessionId && exchange === ended.exchange,
  );
  const sweep = [ended];
  for (const run of sweep) {
    for (const other of ofRequest) {
      if (!sweep.includes(other) && isAtOnce(run, other)) sweep.push(other);
    }
  }
  return sweep;
}

const isAtOnce = (a: Watch, b: Watch): boolean => !isOver(a, b.createdAt) && !isOver(b, a.createdAt);
const isOver = ({ endedAt }: Watch, by: Date): boolean => endedAt !== undefined && endedAt <= by;
