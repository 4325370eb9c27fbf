import { cut } from '../../lib/cut.ts';
import { dollars } from '../../lib/dollars.ts';
import { durationText } from '../../lib/duration.ts';
import { literal } from '../../lib/markdown/common-mark.ts';
import { type ComparedRun, compared } from '../../session/experiments/comparison.ts';
import { directionOf, valueText } from '../../session/experiments/metrics.ts';
import { type Cell, cell, type Table } from '../../session/tables.ts';
import type { Watch } from '../../session/watches.ts';
import { runName } from './experiments.ts';

/* What people, and the agent, are told of runs side by side. */

const SETTINGS = 30;
const FIGURES = 20;
const VALUE = 80;

/** Runs side by side: a sentence with the figure that tells most, what came of them, and what differs. */
export function comparisonText(runs: readonly ComparedRun[]): { text: string; tables: Table[] } {
  const { settings, same, figures, seconds, usd } = compared(runs);
  const names = runs.map(({ watch }) => runName(watch));
  const isPair = runs.length === 2;
  const columns = [{ title: '' }, ...names.map((title) => ({ title: cut(title, 40) }))];
  const results: Table = {
    caption: 'Results',
    columns: [...columns, ...(isPair ? [{ title: 'Difference', isAside: true }] : [])],
    rows: [
      ...figures
        .slice(0, FIGURES)
        .map(({ name, values, best }) => [
          cell(cut(name, 60)),
          ...values.map((value, i) => marked(value, i === best)),
          ...(isPair ? [difference(name, values)] : []),
        ]),
      lineOf(
        'duration',
        seconds.values.map((value) => (value === undefined ? value : durationText(value))),
        isPair,
      ),
      lineOf(
        'cost',
        usd.values.map((value) => (value === undefined ? value : dollars(value))),
        isPair,
      ),
    ],
  };
  const differences: Table = {
    caption: 'Settings that differ',
    columns,
    rows: settings.slice(0, SETTINGS).map(({ name, values }) =>
      lineOf(
        cut(name, 60),
        values.map((value) => value && cut(value, VALUE)),
        false,
      ),
    ),
    ...(settings.length > SETTINGS ? { more: settings.length - SETTINGS } : {}),
  };
  const said = names.map(literal);
  const about = `${said.slice(0, -1).join(', ')} and ${said.at(-1)}`;
  const text = `${about}: ${resultText(figures, names)}. ${settingsText(settings.length, same)}`;
  return { text, tables: [results, ...(settings.length > 0 ? [differences] : [])] };
}

type Figures = ReturnType<typeof compared>['figures'];

function resultText(figures: Figures, names: readonly string[]): string {
  const [told] = figures;
  if (told === undefined) return 'neither has printed a metric';
  const values = told.values.map((value) => (value === undefined ? 'unknown' : valueText(value)));
  const best = told.best === undefined ? '' : `, best ${literal(names[told.best] ?? '')}`;
  return `${literal(told.name.replaceAll('_', ' '))} ${values.join(' and ')}${best}`;
}

function settingsText(differing: number, same: number): string {
  const others = same === 1 ? '1 other is' : `${same} others are`;
  if (differing === 0) return 'I know no setting in which they differ.';
  return `They differ in ${differing} ${differing === 1 ? 'setting' : 'settings'}; ${others} the same.`;
}

const marked = (value: number | undefined, isBest: boolean): Cell =>
  value === undefined ? cell(undefined) : { text: `${valueText(value)}${isBest ? ' ★' : ''}`, value };

function difference(name: string, [first, second]: readonly (number | undefined)[]): Cell {
  if (first === undefined || second === undefined) return cell(undefined);
  const by = second - first;
  const isBetter =
    directionOf(name) !== undefined && by !== 0 && directionOf(name) === (by > 0 ? 'up' : 'down');
  const words = directionOf(name) === undefined || by === 0 ? '' : isBetter ? ', better' : ', worse';
  return cell(`${by > 0 ? '+' : by < 0 ? '−' : '±'}${valueText(Math.abs(by))}${words}`);
}

const lineOf = (name: string, values: readonly (string | undefined)[], isPair: boolean): Cell[] => [
  cell(name),
  ...values.map((value) => cell(value)),
  ...(isPair ? [cell(undefined)] : []),
];

/** Asks which run is meant. */
export function whichRun(name: string, candidates: readonly { watch: Watch }[]): string {
  const wanted = `\`${cut(name.replace(/[`\s]+/g, ' '), 80)}\``;
  if (candidates.length === 0) {
    return `I know no run ${wanted} in this channel. \`experiments\` lists those that there are.`;
  }
  const lines = candidates.map(
    ({ watch }) =>
      `- \`${watch.jobId}\` ${literal(runName(watch))}, ${watch.createdAt.toISOString().slice(0, 16).replace('T', ' ')} UTC`,
  );
  return [`Which run is ${wanted}? Did you mean:`, '', ...lines, '', 'Compare by these ids.'].join('\n');
}

export const TOO_FEW_RUNS = 'I compare runs that I know in this channel: name two or more of them.';

/** What the picture of several losses is called, and shows. */
export const lossesTitle = (watches: readonly Watch[]): string =>
  `Losses of ${watches.map(runName).join(', ')}`;

export function lossesAlt(watches: readonly Watch[]): string {
  const each = watches.map((watch) => {
    const { losses = [], loss } = watch.snapshot.progress ?? {};
    return `${runName(watch)} goes from ${valueText(losses[0] ?? 0)} to ${valueText(loss ?? losses.at(-1) ?? 0)}`;
  });
  return cut(
    `Lines that show the losses of ${watches.length} runs over their steps: ${each.join('; ')}.`,
    1_000,
  );
}
