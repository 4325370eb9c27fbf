import { systemClock } from './clock.ts';

/** Work that has been taken and is not done yet. */
export class InFlight {
  readonly #open = new Set<Promise<unknown>>();

  /** Counts a piece of work until it ends, whatever comes of it. */
  track<T>(work: Promise<T>): Promise<T> {
    this.#open.add(work);
    const done = () => void this.#open.delete(work);
    work.then(done, done);
    return work;
  }

  /** Resolves once nothing is open any more, or after so long. */
  async settled(withinMs: number): Promise<void> {
    const until = systemClock.monotonic() + withinMs;
    while (this.#open.size > 0) {
      const left = until - systemClock.monotonic();
      if (left <= 0) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, left);
      await Promise.race([Promise.allSettled(this.#open), promise]);
      clearTimeout(timer);
    }
  }
}
