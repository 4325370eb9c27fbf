import type { Measured, Measurement, Result } from './results.ts';

/* What a measurement looks like in a terminal. */

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** The cost of runs in USD; undefined where the price of one is not known. */
const costOf = (runs: readonly Result[]): number | undefined =>
  runs.every(({ usd }) => usd !== undefined) ? sum(runs.map(({ usd = 0 }) => usd)) : undefined;

/** A table with a row for each task, and the sums of all. */
export function tableOf(tasks: readonly Measured[]): string {
  const rows = tasks.map(({ name, runs }) => rowOf(name, runs));
  const all = tasks.flatMap(({ runs }) => runs);
  return aligned([HEAD, ...rows, rowOf('all', all)]);
}

const HEAD = ['task', 'passed', 'model calls', 'tool calls', 'tokens in', 'out', 'cost', 'time'];

const rowOf = (name: string, runs: readonly Result[]): string[] => [
  name,
  `${runs.filter(({ passed }) => passed).length}/${runs.length}`,
  ...(['modelCalls', 'toolCalls', 'inputTokens', 'outputTokens'] as const).map((key) =>
    sum(runs.map((run) => run[key])).toLocaleString('en'),
  ),
  dollars(costOf(runs)),
  `${Math.round(sum(runs.map(({ seconds }) => seconds)))} s`,
];

export const dollars = (usd: number | undefined): string =>
  usd === undefined ? '–' : `$${usd.toFixed(usd < 1 ? 4 : 2)}`;

/** Columns of equal width: names to the left, figures to the right. */
export function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_cell, i) => Math.max(...rows.map((row) => (row[i] ?? '').length)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** A line for each grader that was not content. */
export const failuresOf = (tasks: readonly Measured[]): string[] =>
  tasks.flatMap(({ name, runs }) =>
    runs.flatMap(({ failures }, i) =>
      failures.map(({ grader, expected, happened }) => {
        const where = runs.length === 1 ? name : `${name} (run ${i + 1})`;
        return `✗ ${where}: ${grader}: expected that ${expected}; ${oneLine(happened)}`;
      }),
    ),
  );

export const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim().slice(0, 300);

/** The share of tasks that passed in each round, where each task was played as often. */
function rounds(tasks: readonly Measured[]): number[] {
  const count = Math.min(...tasks.map(({ runs }) => runs.length));
  return Array.from({ length: count }, (_, i) => rateOf(tasks.flatMap(({ runs }) => runs[i] ?? [])));
}

export const rateOf = (runs: readonly Result[]): number =>
  runs.length === 0 ? 0 : runs.filter(({ passed }) => passed).length / runs.length;

export const percent = (rate: number): string => `${(rate * 100).toFixed(0)} %`;

/** How much passed, with the spread over the rounds. */
export function summaryOf({ model, tasks }: Measurement): string {
  const all = tasks.flatMap(({ runs }) => runs);
  const each = rounds(tasks);
  const passed = `${model}: ${percent(rateOf(all))} of ${all.length} runs of ${tasks.length} tasks passed`;
  if (each.length < 2) return `${passed}.`;
  return `${passed}; over ${each.length} rounds from ${percent(Math.min(...each))} to ${percent(Math.max(...each))}.`;
}
