import type { Clock } from './clock.ts';

/** What goes wrong the same way again and again is said once in this time. */
const SAID_AGAIN_MS = 60 * 60 * 1000;
const KEPT = 1_000;

/**
 * Says whether something is to be said now: for log lines about what is tried every few seconds and can't be
 * mended.
 */
export function onceAnHour(clock: Pick<Clock, 'monotonic'>): (what: string) => boolean {
  const said = new Map<string, number>();
  return (what) => {
    const now = clock.monotonic();
    if ((said.get(what) ?? Number.NEGATIVE_INFINITY) > now) return false;
    if (said.size >= KEPT) said.clear();
    said.set(what, now + SAID_AGAIN_MS);
    return true;
  };
}
