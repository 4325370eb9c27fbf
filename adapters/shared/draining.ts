import { systemClock } from '../../src/lib/clock.ts';
import type { InFlight } from '../../src/lib/in-flight.ts';

/** How long what has been sent before the process was asked to end may take to arrive. */
const ARRIVE_MS = 300;

/** How long what has been taken may go on when the process ends. */
const DRAIN_MS = 2_000;

/**
 * Ends a connection over which a platform delivers. What is on its way, and what comes meanwhile, is taken
 * too: what is acknowledged is done.
 */
export async function drained(inFlight: InFlight, hangUp: () => void | Promise<void>): Promise<void> {
  await systemClock.sleep(ARRIVE_MS);
  await inFlight.settled(DRAIN_MS);
  await hangUp();
  await inFlight.settled(DRAIN_MS);
}
