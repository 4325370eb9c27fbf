const LOOK_MS = 5;

/**
 * Does some work, and tells the longest turn of the event loop meanwhile: milliseconds of processor time of
 * this thread between two looks. What else the machine does is not counted, nor are other threads and
 * processes. A look comes with each turn, or every few milliseconds where turns are shorter.
 */
export async function longestTurn<T>(work: () => Promise<T>): Promise<{ value: T; ms: number }> {
  let before = process.threadCpuUsage();
  let ms = 0;
  const look = () => {
    const { user, system } = process.threadCpuUsage();
    ms = Math.max(ms, (user - before.user + system - before.system) / 1_000);
    before = { user, system };
  };
  const timer = setInterval(look, LOOK_MS);
  try {
    const value = await work();
    look();
    return { value, ms };
  } finally {
    clearInterval(timer);
  }
}

/** No turn may take longer: leases are renewed in between, and platforms are answered. */
export const LONGEST_TURN_MS = 500;
