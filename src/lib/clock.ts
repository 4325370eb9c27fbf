import { randomUUID } from 'node:crypto';
import { refuseInTransaction } from './transaction-scope.ts';

/** Where time and identity come from. Passed in everywhere, so that a test can decide both. */
export type Clock = {
  /**
   * Record time: the database's, so that all processes mean the same by it, whatever their own clocks say.
   * For what is stored and what is compared with it. It may jump when the database's clock is set.
   */
  now(): Date;
  /**
   * Milliseconds since some moment, never set back or forward: for deadlines of this process's own, and for
   * how long something took. Means nothing to another process, nor after a restart.
   */
  monotonic(): number;
  /** Resolves after `ms`, or rejects with the signal's reason as soon as it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls `work` every `ms`, until what it returns is called. */
  every(ms: number, work: () => void): () => void;
  /**
   * How long `ms` of this clock last for what has a clock of its own, as BullMQ has: as long, unless a test
   * decides.
   */
  elsewhere(ms: number): number;
};

export type Ids = { next(prefix: string): string };

/**
 * Node's timers can't wait longer, and would not wait at all: whoever is woken early looks, and waits again.
 */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * This machine's time: for programs without a record, and what a record's clock is made from
 * (`db/record-clock.ts`).
 */
export const systemClock: Clock = {
  now: () => new Date(),
  monotonic: () => performance.now(),
  sleep: async (ms, signal) => {
    refuseInTransaction(() => `a sleep of ${ms} ms`);
    await new Promise<void>((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const timer = setTimeout(done, Math.min(ms, LONGEST_MS));
      function done() {
        signal?.removeEventListener('abort', stop);
        resolve();
      }
      function stop() {
        clearTimeout(timer);
        reject(signal?.reason);
      }
      signal?.addEventListener('abort', stop, { once: true });
    });
  },
  every: (ms, work) => {
    const timer = setInterval(work, ms);
    return () => clearInterval(timer);
  },
  elsewhere: (ms) => ms,
};

/** A moment so many milliseconds after another, or before it where they are negative. */
export const later = (at: Date, ms: number): Date => new Date(at.getTime() + ms);

const DAY_MS = 86_400_000;

/** When the UTC day of a moment began. */
export const startOfDay = (at: Date): Date => new Date(Math.floor(at.getTime() / DAY_MS) * DAY_MS);

/**
 * How long a header `Retry-After` asks to wait, in milliseconds: it is seconds or a date (RFC 9110, 10.2.3),
 * which is read by the answer's own `Date` where there is one. Undefined where it says nothing that can be
 * understood.
 */
export function retryAfterMs(headers: Pick<Headers, 'get'> | undefined): number | undefined {
  const value = headers?.get('retry-after');
  if (!value) return undefined;
  const seconds = Number(value);
  const sent = Date.parse(headers?.get('date') ?? '');
  const ms = Number.isNaN(seconds)
    ? Date.parse(value) - (Number.isNaN(sent) ? Date.now() : sent)
    : seconds * 1000;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

export const randomIds: Ids = {
  next: (prefix) => `${prefix}_${randomUUID().replaceAll('-', '').slice(0, 20)}`,
};
