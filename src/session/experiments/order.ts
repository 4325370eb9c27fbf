import { costSoFar, durationOf, type Watch } from '../watches.ts';
import { directionOf, figureNamed } from './metrics.ts';

/** In which order runs are listed. */
export type Order =
  | { kind: 'newest' }
  | { kind: 'cost' }
  | { kind: 'duration' }
  /** By a metric as somebody calls it, the best first; runs without it are left out. */
  | { kind: 'metric'; name: string };

/** The order that a word names, as it comes back of a menu. */
export function orderNamed(word: string): Order {
  const name = word.trim();
  switch (name.toLowerCase()) {
    case '':
    case 'newest':
    case 'date':
    case 'time':
      return { kind: 'newest' };
    case 'cost':
    case 'price':
      return { kind: 'cost' };
    case 'duration':
      return { kind: 'duration' };
    default:
      return { kind: 'metric', name };
  }
}

export const orderName = (order: Order): string => (order.kind === 'metric' ? order.name : order.kind);

/** Runs in an order; of those that are equal the newer comes first. */
export function inOrder<Run extends { watch: Watch }>(runs: readonly Run[], order: Order): Run[] {
  const newest = runs.toSorted((a, b) => b.watch.createdAt.getTime() - a.watch.createdAt.getTime());
  switch (order.kind) {
    case 'newest':
      return newest;
    case 'cost':
      return newest.toSorted((a, b) => (costSoFar(b.watch) ?? -1) - (costSoFar(a.watch) ?? -1));
    case 'duration':
      return newest.toSorted((a, b) => (durationOf(b.watch) ?? -1) - (durationOf(a.watch) ?? -1));
    case 'metric': {
      const sign = directionOf(order.name) === 'down' ? -1 : 1;
      const ofRun = ({ watch }: Run) => figureNamed(watch, order.name)?.value;
      return newest
        .filter((run) => ofRun(run) !== undefined)
        .toSorted((a, b) => sign * ((ofRun(b) ?? 0) - (ofRun(a) ?? 0)));
    }
    default:
      return order satisfies never;
  }
}
