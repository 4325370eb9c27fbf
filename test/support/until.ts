/**
 * Waits until `look` gives something other than undefined or false, and returns it. Fails with `what` after a
 * while.
 */
export async function until<T>(
  what: string | (() => string),
  look: () => T | undefined | false | Promise<T | undefined | false>,
  timeoutMs = 25_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs; // a test may set `Date` forward
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadline)
      throw new Error(`waited ${timeoutMs} ms in vain: ${typeof what === 'string' ? what : what()}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
