/** How a benchmark is run: `isSmoke` is a size of seconds, which shows that it runs, and no figures. */
export type Size = { isSmoke: boolean };

/** What a benchmark has found: a table, sentences below it, and what should not be as it is. */
export type Found = {
  columns: readonly string[];
  rows: readonly (readonly string[])[];
  notes: readonly string[];
  /** What is worse than it may be; `npm run bench` fails then. */
  faults: readonly string[];
  /** What one of something costs, by name, for `simulation`. */
  costs?: Readonly<Record<string, number>>;
};

/** One of `benches.ts`. */
export type Bench = {
  name: string;
  /** What it measures, beside what: sentences for the documentation. */
  measures: string;
  /** It takes an hour: it is run only where it is named. */
  isLong?: true;
  run(size: Size): Promise<Found>;
};

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** The median, and between which values the others lie: `1.20 s (1.10–1.45)`. */
export function spread(values: readonly number[], unit: string, digits = 2): string {
  if (values.length === 0) return 'not seen';
  const text = (value: number) => value.toFixed(digits);
  const between = `${text(Math.min(...values))}–${text(Math.max(...values))}`;
  return `${text(median(values))} ${unit}${values.length > 1 ? ` (${between})` : ''}`;
}

/** How long something takes, in milliseconds. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
