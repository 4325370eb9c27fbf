/**
 * Runs work on one key in the order in which it came, and work on different keys side by side. What people
 * write is taken in their order, although looking up a name takes longer for one message than for the next.
 */
export function createKeyedQueue(): (key: string, work: () => Promise<void>) => Promise<void> {
  const tails = new Map<string, Promise<unknown>>();
  return (key, work) => {
    const done = (tails.get(key) ?? Promise.resolve()).then(work, work);
    tails.set(key, done);
    const forget = () => {
      if (tails.get(key) === done) tails.delete(key);
    };
    done.then(forget, forget);
    return done;
  };
}
