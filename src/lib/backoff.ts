/**
 * How long to wait before what failed is tried again: longer each time, and never the same for two that
 * failed together.
 */
export type Backoff = {
  /** The next wait, in ms: about twice the last one, up to the longest. */
  next(): number;
  /** It worked: the next failure begins anew. */
  reset(): void;
  /** How often it has failed since it worked. */
  readonly failures: number;
};

/** A quarter more or less of a wait, so that what failed together is not tried again together. */
export const jittered = (ms: number, random: () => number = Math.random): number =>
  ms * (0.75 + 0.5 * random());

/**
 * Waits lie between half and all of what is doubled from `firstMs` up to `longestMs`. `random` is in [0, 1).
 */
export function createBackoff(
  { firstMs, longestMs }: { firstMs: number; longestMs: number },
  random: () => number = Math.random,
): Backoff {
  let failures = 0;
  return {
    next() {
      const full = Math.min(longestMs, firstMs * 2 ** failures);
      failures++;
      return full / 2 + (full / 2) * random();
    },
    reset() {
      failures = 0;
    },
    get failures() {
      return failures;
    },
  };
}
