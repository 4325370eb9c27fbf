import { until } from '../support/until.ts';
import type { ThreadPrinter } from './terminal.ts';

/** A machine that has not come so far after this time never will. */
const MOST_MS = 10 * 60_000;

const SAID_EVERY_MS = 15_000;

/**
 * Waits for something that whoever watches the demo waits for as well, and says from time to time what that
 * is.
 */
export async function waitAloud<T>(
  print: Pick<ThreadPrinter, 'aside'>,
  what: string,
  look: () => T | undefined | false,
): Promise<T> {
  const began = performance.now();
  const timer = setInterval(() => {
    const seconds = Math.round((performance.now() - began) / 1000);
    print.aside(`Still waiting for ${what}: ${seconds} s so far. A busy or slow machine takes its time.`);
  }, SAID_EVERY_MS);
  try {
    return await until(what, look, MOST_MS);
  } finally {
    clearInterval(timer);
  }
}
