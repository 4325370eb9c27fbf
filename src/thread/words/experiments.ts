import { cut } from '../../lib/cut.ts';
import { dollars } from '../../lib/dollars.ts';
import { durationText } from '../../lib/duration.ts';
import { literal } from '../../lib/markdown/common-mark.ts';
import type { Person } from '../../session/address.ts';
import {
  directionOf,
  type Figure,
  figureNamed,
  figuresOf,
  valueText,
} from '../../session/experiments/metrics.ts';
import { MOST_COMPARED } from '../../session/experiments/names.ts';
import { inOrder, type Order, orderName } from '../../session/experiments/order.ts';
import { tellingFigure } from '../../session/progress/headline.ts';
import { cell, figure, type Menu, type Table } from '../../session/tables.ts';
import { costSoFar, durationOf, jobName, type Watch } from '../../session/watches.ts';
import { stageText } from './stages.ts';

/* What people are told of the runs of a channel. */

type Run = { watch: Watch; requester: Person };

const NAME_CHARACTERS = 60;

/** What a run is called in a table. */
export const runName = (run: Pick<Watch, 'name'>): string => cut(jobName(run), NAME_CHARACTERS);

/** How a run stands, in a word or two. */
function standingText({ snapshot }: Watch): string {
  const { step, steps } = snapshot.progress ?? {};
  const words = cut(stageText(snapshot), 30);
  if (words !== 'running') return words;
  const isKnown = step !== undefined && steps !== undefined && steps > 0 && step <= steps;
  return isKnown ? `running, ${Math.floor((100 * step) / steps)} %` : 'running';
}

/** Names of metrics come out of logs: as code they mean nothing. */
const asCode = (name: string): string => `\`${cut(name.replace(/[`\s]+/g, ' ').trim(), 60)}\``;

type Listed = { text: string; table: Table | undefined };

/**
 * The runs of a channel in an order, as a sentence that needs no table and the table. `isCut` says that there
 * are older ones than were looked at.
 */
export function experimentsText(runs: readonly Run[], order: Order, isCut = false): Listed {
  if (runs.length === 0) return { text: NO_EXPERIMENTS, table: undefined };
  const listed = inOrder(runs, order);
  if (order.kind !== 'metric') {
    const by = { newest: 'newest first', cost: 'by cost', duration: 'by duration' }[order.kind];
    const text = `${counted(listed.length, isCut)} in this channel, ${by}.`;
    return {
      text,
      table: tableOf(
        listed,
        ({ watch: { snapshot } }) => snapshot.progress && tellingFigure(snapshot.progress),
        undefined,
      ),
    };
  }
  const [best] = listed;
  const found = best && figureNamed(best.watch, order.name);
  if (best === undefined || found === undefined) {
    return { text: noSuchMetric(order.name, runs), table: undefined };
  }
  const direction = directionOf(found.name);
  const how = direction === undefined ? 'highest first' : 'best first';
  const leads = `${literal(runName(best.watch))} has ${valueText(found.value)}`;
  const text = `${counted(listed.length, isCut)} in this channel by ${asCode(found.name)}, ${how}: ${leads}.`;
  return { text, table: tableOf(listed, ({ watch }) => figureNamed(watch, order.name), found.name) };
}

/** What a list of runs can be sorted by, and which can be put side by side; nothing of a single one. */
export const menusOf = (runs: readonly Run[]): Menu[] =>
  runs.length > 1 ? [sortMenu(metricNames(runs)), compareMenu(runs)] : [];

/** Options of a menu: Discord takes 25. */
const OFFERED = 20;

const compareMenu = (runs: readonly Run[]): Menu => ({
  name: 'compare_picked',
  prompt: 'Compare …',
  most: MOST_COMPARED,
  options: runs
    .slice(0, OFFERED)
    .map(({ watch, requester }) => ({ label: `${runName(watch)} · ${requester.name}`, value: watch.id })),
});

const sortMenu = (metrics: readonly string[]): Menu => ({
  name: 'sort_runs',
  prompt: 'Sort by …',
  most: 1,
  options: [
    { label: 'Newest first', value: 'newest' },
    ...metrics
      .slice(0, OFFERED)
      .filter((name) => !FIXED.has(name.toLowerCase()))
      .map((name) => ({ label: `By ${name}`, value: orderName({ kind: 'metric', name }) })),
    { label: 'By cost', value: 'cost' },
    { label: 'By duration', value: 'duration' },
  ],
});

/** What a metric may be called without being meant. */
const FIXED: ReadonlySet<string> = new Set(['newest', 'date', 'time', 'cost', 'price', 'duration', '']);

const NO_EXPERIMENTS =
  'No job has run in this channel yet. Ask me for one, and it is listed here with what came of it.';

const counted = (count: number, isCut: boolean): string =>
  `${isCut ? `The newest ${count}` : count} ${count === 1 ? 'experiment' : 'experiments'}`;

const METRICS = 8;

function noSuchMetric(name: string, runs: readonly Run[]): string {
  const known = metricNames(runs).slice(0, METRICS).map(asCode);
  const there = known.length > 0 ? ` There is ${known.join(', ')}.` : ' None has printed any metric yet.';
  return `No experiment in this channel has a metric ${asCode(name)}.${there}`;
}

/** The metrics that runs have, those of most runs first. */
export function metricNames(runs: readonly { watch: Watch }[]): string[] {
  const counts = new Map<string, number>();
  for (const { watch } of runs) {
    for (const { name } of figuresOf(watch)) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].toSorted(([, a], [, b]) => b - a).map(([name]) => name);
}

/** The runs as rows, with the figure of each; a column of one metric has its name. */
function tableOf(
  runs: readonly Run[],
  figureOf: (run: Run) => Figure | undefined,
  metric: string | undefined,
): Table {
  return {
    caption: 'Experiments',
    columns: [
      { title: 'Name' },
      { title: metric === undefined ? 'Metric' : cut(metric, 40) },
      { title: 'Status' },
      { title: 'Asked by', isAside: true },
      { title: 'Hardware', isAside: true },
      { title: 'Duration', isAside: true },
      { title: 'Cost', isAside: true },
    ],
    rows: runs.map((run) => {
      const { watch, requester } = run;
      const found = figureOf(run);
      const named = found && `${cut(found.name, 40)} ${valueText(found.value)}`;
      return [
        cell(runName(watch), watch.url),
        metric === undefined ? cell(named) : figure(found?.value, valueText),
        cell(standingText(watch)),
        cell(cut(requester.name, 40)),
        cell(cut(watch.flavor, 40)),
        figure(durationOf(watch), durationText),
        figure(costSoFar(watch), dollars),
      ];
    }),
  };
}
