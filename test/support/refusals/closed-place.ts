import { expect } from 'vitest';
import { HOUR, MINUTE, type RefusedThread } from './refused-thread.ts';

/** A place that takes nothing any more, and what is to be seen of that. */
export type ClosedPlace = {
  close(): void;
  /** For how long it is closed. */
  forMs?: number;
  /** What stands in the one direct message to who asked; none can be sent where this is empty. */
  tells: readonly string[];
  isLogged?(line: Record<string, unknown>): boolean;
  /** Below this is how many calls it costs meanwhile. */
  calls?: number;
  /** Not every place is opened again. */
  open?(): void;
};

/**
 * Closes a place before the answer is there. Nothing is shown, who asked is told once, it costs little
 * however long it lasts, and everything is shown once it is open again. `calls` are the double's.
 */
export async function expectClosed(
  thread: RefusedThread<unknown>,
  calls: unknown[],
  place: ClosedPlace,
): Promise<void> {
  await thread.settle(MINUTE);
  place.close();
  await thread.ends();
  calls.length = 0;
  await thread.settle(place.forMs ?? 24 * HOUR);
  expect(thread.shows(thread.answer)).toBe(0);
  expect(thread.told()).toHaveLength(place.tells.length === 0 ? 0 : 1);
  for (const part of place.tells) expect(thread.told()[0]).toContain(part);
  if (place.isLogged) expect(thread.logged.some(place.isLogged)).toBe(true);
  if (place.calls !== undefined) expect(calls.length).toBeLessThan(place.calls);
  if (place.open === undefined) return;
  place.open();
  await thread.reopen();
  await thread.settle(MINUTE);
  expect(thread.shows(thread.answer)).toBe(1);
  expect(thread.shows('Done')).toBe(1);
}
