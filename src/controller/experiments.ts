import type { JobRow } from '../jobs/job-row.ts';
import type { JobsOverview } from '../jobs/overview.ts';
import { MOST_COMPARED } from '../session/experiments/names.ts';
import { type Order, orderName } from '../session/experiments/order.ts';
import { experimentsText, metricNames, runName } from '../thread/words/experiments.ts';
import { ACTIONS } from './actions.ts';
import { type Card, type CardPart, words } from './cards.ts';
import { type From, readableTo } from './from.ts';

/** Metrics that the menu offers to sort by. */
const OFFERED = 20;

/** The runs of a channel as far as somebody may read of them, with menus to sort and to compare them by. */
export async function experimentsCard(
  { jobs }: { jobs: JobsOverview },
  order: Order,
  from: From,
): Promise<Card> {
  const { runs, isCut } = await jobs.ofChannel(from.place, readableTo(from));
  const { text, table } = experimentsText(runs, order, isCut);
  const menu = runs.length > 1 ? [sortMenu(metricNames(runs)), compareMenu(runs)] : [];
  if (table === undefined) return { ...words(text), parts: [{ kind: 'markdown', text }, ...menu] };
  return { title: text, parts: [{ kind: 'markdown', text }, { kind: 'table', table }, ...menu] };
}

/** Those of a channel's runs that somebody has picked, side by side. */
export async function comparisonCard(
  { jobs }: { jobs: JobsOverview },
  watchIds: readonly string[],
  from: From,
): Promise<Card> {
  if (watchIds.length < 2) return words('Pick two experiments at least.');
  const made = await jobs.compare(from.place, watchIds, readableTo(from));
  if (made === undefined) return words('Fewer than two of these are experiments that you can see here.');
  const { text, tables } = made;
  const parts = tables.map((table): CardPart => ({ kind: 'table', table }));
  return { title: text, parts: [{ kind: 'markdown', text }, ...parts, { kind: 'note', text: IN_THREADS }] };
}

const IN_THREADS =
  'Write “compare” with their names in a thread, and all see it, with the losses in one picture.';

const compareMenu = (runs: readonly JobRow[]): CardPart => ({
  kind: 'select',
  name: ACTIONS.comparePicked,
  prompt: 'Compare …',
  most: MOST_COMPARED,
  options: runs
    .slice(0, OFFERED)
    .map(({ watch, requester }) => ({ label: `${runName(watch)} · ${requester.name}`, value: watch.id })),
});

const sortMenu = (metrics: readonly string[]): CardPart => ({
  kind: 'select',
  name: ACTIONS.sortRuns,
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
