import { aligned, dollars, percent, rateOf } from './report.ts';
import type { Measured, Measurement, Result } from './results.ts';

/** What got better and worse between two measurements, as it is printed. */
export function comparisonOf(before: Measurement, after: Measurement): string {
  const pairs = before.tasks.flatMap((task) => {
    const other = after.tasks.find(({ name }) => name === task.name);
    return other === undefined ? [] : [{ name: task.name, a: task, b: other }];
  });
  const changed = pairs.filter(({ a, b }) => rateOf(a.runs) !== rateOf(b.runs));
  const better = changed.filter(({ a, b }) => rateOf(b.runs) > rateOf(a.runs));
  const worse = changed.filter(({ a, b }) => rateOf(b.runs) < rateOf(a.runs));
  return [
    `A  ${nameOf(before)}`,
    `B  ${nameOf(after)}`,
    ...differences(before, after),
    '',
    section('Better', better),
    section('Worse', worse),
    `The same: ${pairs.length - changed.length} of ${pairs.length} tasks.`,
    ...onlyIn('A', before.tasks, after.tasks),
    ...onlyIn('B', after.tasks, before.tasks),
    '',
    totals(
      pairs.flatMap(({ a }) => a.runs),
      pairs.flatMap(({ b }) => b.runs),
    ),
  ].join('\n');
}

type Pair = { name: string; a: Measured; b: Measured };

const nameOf = ({ model, at }: Measurement): string => `${model}, ${at}`;

/** What else than the model is not the same, so that nobody compares what they do not mean to. */
function differences(a: Measurement, b: Measurement): string[] {
  const prompts = a.told.prompts === b.told.prompts ? [] : ['prompts'];
  const tools = a.told.tools === b.told.tools ? [] : ['descriptions of tools'];
  const model = a.model === b.model ? [] : ['models'];
  const all = [...model, ...prompts, ...tools];
  return [all.length === 0 ? 'They were told the same.' : `They differ in their ${all.join(', ')}.`];
}

function section(title: string, pairs: readonly Pair[]): string {
  if (pairs.length === 0) return `${title}: none.`;
  const lines = pairs.flatMap(({ name, a, b }) => [
    `  ${name}: ${shareOf(a.runs)} → ${shareOf(b.runs)}`,
    ...movedGraders(a, b),
  ]);
  return [`${title}:`, ...lines].join('\n');
}

const shareOf = (runs: readonly Result[]): string =>
  `${runs.filter(({ passed }) => passed).length}/${runs.length}`;

/** Graders that were less content, or more, with one of the two. */
function movedGraders(a: Measured, b: Measured): string[] {
  const names = new Set(
    [...a.runs, ...b.runs].flatMap(({ failures }) => failures.map(({ grader }) => grader)),
  );
  return [...names].flatMap((grader) => {
    const [inA, inB] = [failedIn(a, grader), failedIn(b, grader)];
    if (inA / a.runs.length === inB / b.runs.length) return [];
    const last = b.runs.flatMap(({ failures }) => failures).find((failure) => failure.grader === grader);
    const said = inB / b.runs.length > inA / a.runs.length && last ? `: ${last.happened}` : '';
    return [`    ${grader} failed in ${inA}/${a.runs.length} → ${inB}/${b.runs.length}${said}`];
  });
}

const failedIn = ({ runs }: Measured, grader: string): number =>
  runs.filter(({ failures }) => failures.some((failure) => failure.grader === grader)).length;

const onlyIn = (name: string, tasks: readonly Measured[], others: readonly Measured[]): string[] => {
  const only = tasks.filter((task) => others.every((other) => other.name !== task.name));
  return only.length === 0
    ? []
    : [`Only in ${name}, and not compared: ${only.map((task) => task.name).join(', ')}.`];
};

/** Sums of the tasks that both have, and whether the difference may be chance. */
function totals(a: readonly Result[], b: readonly Result[]): string {
  if (a.length === 0) return 'No task is in both.';
  const each = (runs: readonly Result[], of: (run: Result) => number) =>
    runs.reduce((sum, run) => sum + of(run), 0) / runs.length;
  const cost = (runs: readonly Result[]) =>
    runs.every(({ usd }) => usd !== undefined) ? each(runs, ({ usd = 0 }) => usd) : undefined;
  const row = (name: string, runs: readonly Result[]) => [
    name,
    percent(rateOf(runs)),
    each(runs, ({ modelCalls }) => modelCalls).toFixed(1),
    Math.round(each(runs, ({ inputTokens }) => inputTokens)).toLocaleString('en'),
    Math.round(each(runs, ({ outputTokens }) => outputTokens)).toLocaleString('en'),
    dollars(cost(runs)),
  ];
  const head = ['a run, on average', 'passed', 'model calls', 'tokens in', 'out', 'cost'];
  return [aligned([head, row('A', a), row('B', b)]), '', verdict(a, b)].join('\n');
}

/**
 * A difference counts from two standard errors of a difference of two shares on; with less it may well be
 * chance.
 */
function verdict(a: readonly Result[], b: readonly Result[]): string {
  const difference = rateOf(b) - rateOf(a);
  // With one success and one failure more each, so that 0 of 5 and 5 of 5 have an error, too (Agresti-Caffo).
  const variance = (runs: readonly Result[]) => {
    const rate = (rateOf(runs) * runs.length + 1) / (runs.length + 2);
    return (rate * (1 - rate)) / (runs.length + 2);
  };
  const error = Math.sqrt(variance(a) + variance(b));
  const points = `${difference >= 0 ? '+' : '−'}${Math.abs(difference * 100).toFixed(0)} points (± ${(error * 200).toFixed(0)})`;
  if (Math.abs(difference) < 2 * error) return `${points}: that may be chance. --repeat tells more.`;
  return `${points}: ${difference > 0 ? 'B is better' : 'B is worse'}, by more than chance.`;
}
