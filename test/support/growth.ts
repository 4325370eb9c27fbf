const MORE = 8;
const TRIES = 8;

/** Well above the 8 of what is linear, and well below the 64 of what grows with the square. */
export const LINEAR = 24;

/**
 * How many times as long work takes with eight times as much to do, in processor time of this thread: about 8
 * where time grows with the size, 64 where it grows with its square. The least of eight tries, since what
 * else the machine does makes now the one slow and now the other.
 */
export function growth(work: (size: number) => void, most: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < TRIES && least > LINEAR; i++) {
    const small = Math.max(
      1,
      taken(() => work(most / MORE)),
    );
    least = Math.min(least, taken(() => work(most)) / small);
  }
  return least;
}

/** Milliseconds. */
function taken(work: () => void): number {
  const { user, system } = process.threadCpuUsage();
  work();
  const after = process.threadCpuUsage();
  return (after.user - user + after.system - system) / 1_000;
}
