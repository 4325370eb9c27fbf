import { setImmediate as nextTurn } from 'node:timers/promises';
import { systemClock } from './clock.ts';

/** Lets whatever else is ready by now have its turn. */
export const othersFirst = (): Promise<void> => nextTurn();

/** How long something may go on before others get their turn. */
const WORK_MS = 15;

/** What comes of each of a list, one after the other; others have their turn in between. */
export async function eachInTurn<Item, Made>(
  items: readonly Item[],
  make: (item: Item) => Promise<Made> | Made,
): Promise<Made[]> {
  const breathe = createBreath();
  const made: Made[] = [];
  for (const item of items) {
    made.push(await make(item));
    await breathe();
  }
  return made;
}

/**
 * For what goes over much in pieces: called after each, it lets others have their turn where this one has
 * taken long enough.
 */
export function createBreath(): () => Promise<void> {
  let since = systemClock.monotonic();
  return async () => {
    if (systemClock.monotonic() - since < WORK_MS) return;
    await nextTurn();
    since = systemClock.monotonic();
  };
}
