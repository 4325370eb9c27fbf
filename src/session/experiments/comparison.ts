import { tellingFigure } from '../progress/headline.ts';
import { costSoFar, durationOf, type Watch } from '../watches.ts';
import { directionOf, figuresOf } from './metrics.ts';
import { settingsOf } from './settings.ts';

/** A run with the arguments of the call that started it; undefined where none of ours did. */
export type ComparedRun = { watch: Watch; calledWith: string | undefined };

/** One line of a comparison: what each run has, in their order. */
type Line<Value> = { name: string; values: readonly (Value | undefined)[] };

export type Comparison = {
  /** What is not the same in all of them. */
  settings: readonly Line<string>[];
  /** How many settings are the same. */
  same: number;
  figures: readonly (Line<number> & {
    /** The place of the best, where it is known which way is better and one is. */
    best: number | undefined;
  })[];
  seconds: Line<number>;
  usd: Line<number>;
};

/** What runs differ in, and what came of them. */
export function compared(runs: readonly ComparedRun[]): Comparison {
  const all = runs.map(({ watch, calledWith }) => settingsOf(watch, calledWith));
  const names = [...new Set(all.flatMap((settings) => [...settings.keys()]))];
  const lines = names.map((name) => ({ name, values: all.map((settings) => settings.get(name)) }));
  const settings = lines.filter(({ values }) => new Set(values).size > 1);
  const figures = runs.map(({ watch }) => new Map(figuresOf(watch).map(({ name, value }) => [name, value])));
  const telling = runs.flatMap(({ watch: { snapshot } }) =>
    snapshot.progress === undefined ? [] : (tellingFigure(snapshot.progress)?.name ?? []),
  );
  const metrics = [...new Set([...telling, ...figures.flatMap((one) => [...one.keys()])])];
  return {
    settings,
    same: lines.length - settings.length,
    figures: metrics.map((name) => {
      const values = figures.map((one) => one.get(name));
      return { name, values, best: bestOf(name, values) };
    }),
    seconds: { name: 'duration', values: runs.map(({ watch }) => durationOf(watch)) },
    usd: { name: 'cost', values: runs.map(({ watch }) => costSoFar(watch)) },
  };
}

function bestOf(name: string, values: readonly (number | undefined)[]): number | undefined {
  const direction = directionOf(name);
  const known = values.filter((value) => value !== undefined);
  if (direction === undefined || known.length < 2) return undefined;
  const best = known.reduce((a, b) => (direction === 'up' ? Math.max(a, b) : Math.min(a, b)));
  return values.filter((value) => value === best).length === 1 ? values.indexOf(best) : undefined;
}
