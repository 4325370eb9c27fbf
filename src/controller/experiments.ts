import type { JobsOverview } from '../jobs/overview.ts';
import type { Order } from '../session/experiments/order.ts';
import { experimentsText, menusOf } from '../thread/words/experiments.ts';
import { COMPARE_IN_THREAD, FEWER_THAN_TWO, PICK_TWO } from '../thread/words/pages.ts';
import { type Card, type CardPart, words } from './cards.ts';
import { type From, readableTo } from './from.ts';

/** The runs of a channel as far as somebody may read of them, with menus to sort and to compare them by. */
export async function experimentsCard(
  { jobs }: { jobs: JobsOverview },
  order: Order,
  from: From,
): Promise<Card> {
  const { runs, isCut } = await jobs.ofChannel(from.place, readableTo(from));
  const { text, table } = experimentsText(runs, order, isCut);
  const menu = menusOf(runs).map((one): CardPart => ({ kind: 'select', ...one }));
  if (table === undefined) return { ...words(text), parts: [{ kind: 'markdown', text }, ...menu] };
  return { title: text, parts: [{ kind: 'markdown', text }, { kind: 'table', table }, ...menu] };
}

/** Those of a channel's runs that somebody has picked, side by side. */
export async function comparisonCard(
  { jobs }: { jobs: JobsOverview },
  watchIds: readonly string[],
  from: From,
): Promise<Card> {
  if (watchIds.length < 2) return words(PICK_TWO);
  const made = await jobs.compare(from.place, watchIds, readableTo(from));
  if (made === undefined) return words(FEWER_THAN_TWO);
  const { text, tables } = made;
  const parts = tables.map((table): CardPart => ({ kind: 'table', table }));
  return {
    title: text,
    parts: [{ kind: 'markdown', text }, ...parts, { kind: 'note', text: COMPARE_IN_THREAD }],
  };
}
