import { randomUUID } from 'node:crypto';

/** Where time and identity come from. Passed in everywhere, so that a test can decide both. */
export type Clock = {
  now(): Date;
  /** Resolves after `ms`, or rejects with the signal's reason as soon as it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
};

export type Ids = { next(prefix: string): string };

export const systemClock: Clock = {
  now: () => new Date(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const timer = setTimeout(done, ms);
      function done() {
        signal?.removeEventListener('abort', stop);
        resolve();
      }
      function stop() {
        clearTimeout(timer);
        reject(signal?.reason);
      }
      signal?.addEventListener('abort', stop, { once: true });
    }),
};

export const randomIds: Ids = {
  next: (prefix) => `${prefix}_${randomUUID().replaceAll('-', '').slice(0, 20)}`,
};
