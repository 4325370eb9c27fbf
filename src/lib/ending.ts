import type { Logger } from './log.ts';

/** Something that has to be ended: under its name in the log, if it does not come to an end. */
export type Ending = { what: string; withinMs: number; work(): Promise<unknown> };

/**
 * Ends several things at once, and goes on where one takes longer than it may or fails: the process ends
 * soon.
 */
export async function endAll(log: Logger, endings: readonly Ending[]): Promise<void> {
  await Promise.all(endings.map((ending) => endOne(log, ending)));
}

async function endOne(log: Logger, { what, withinMs, work }: Ending): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<true>();
  const timer = setTimeout(() => resolve(true), withinMs);
  try {
    const isLate = await Promise.race([work().then(() => false), late]);
    if (isLate) log.warn({ what, withinMs }, 'something does not come to an end; it is left behind');
  } catch (error) {
    log.warn({ what, err: error }, 'something could not be ended; it is left behind');
  } finally {
    clearTimeout(timer);
  }
}
