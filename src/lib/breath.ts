import { setImmediate as nextTurn } from 'node:timers/promises';
import { systemClock } from './clock.ts';

/** How long something may go on before others get their turn. */
const WORK_MS = 40;

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
