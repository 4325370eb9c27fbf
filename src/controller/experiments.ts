import type { JobsOverview } from '../jobs/overview.ts';
import { type Order, orderName } from '../session/experiments/order.ts';
import { experimentsText, metricNames } from '../thread/words/experiments.ts';
import { ACTIONS } from './actions.ts';
import { type Card, type CardPart, words } from './cards.ts';
import { type From, readableTo } from './from.ts';

/** Metrics that the menu offers to sort by. */
const OFFERED = 20;

/** The runs of a channel as far as somebody may read of them, with a menu to sort them by. */
export async function experimentsCard(
  { jobs }: { jobs: JobsOverview },
  order: Order,
  from: From,
): Promise<Card> {
  const { runs, isCut } = await jobs.ofChannel(from.place, readableTo(from));
  const { text, table } = experimentsText(runs, order, isCut);
  const menu = runs.length > 1 ? [sortMenu(metricNames(runs))] : [];
  if (table === undefined) return { ...words(text), parts: [{ kind: 'markdown', text }, ...menu] };
  return { title: text, parts: [{ kind: 'markdown', text }, { kind: 'table', table }, ...menu] };
}

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
