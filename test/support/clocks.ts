import { type Clock, systemClock } from '../../src/lib/clock.ts';

/** Waits before retries are short, and all else as it is. */
export const hasty = (clock: Clock, longestMs: number): Clock => ({
  ...clock,
  sleep: (ms, signal) => clock.sleep(Math.min(ms, longestMs), signal),
});

/** The system's time with short waits, for what has no record. */
export const hastyClock = (longestMs: number): Clock => hasty(systemClock, longestMs);

/**
 * A clock that a test moves: `advance` both of its readings together, as if nothing had run meanwhile; `set`
 * only what time it says it is, as when somebody sets the clock of the machine that the database is on.
 */
export type MovableClock = Clock & { advance(ms: number): void; set(ms: number): void };

/** Sums of large readings are off by less: a clock that stands still would never come to the rest. */
const ROUNDING_MS = 1e-6;

/**
 * `clock`, and what is added to it. Whoever sleeps beyond a moment that is jumped over is woken, whatever is
 * done `every` so often is done once.
 */
export function movable(clock: Clock): MovableClock {
  let ahead = 0;
  let wrong = 0;
  const woken = new Set<() => void>();
  return {
    ...clock,
    now: () => new Date(clock.now().getTime() + ahead + wrong),
    monotonic: () => clock.monotonic() + ahead,
    async sleep(ms, signal) {
      const due = clock.monotonic() + ahead + ms;
      for (let leftMs = ms; leftMs > ROUNDING_MS; leftMs = due - clock.monotonic() - ahead) {
        const jump = new AbortController();
        const wake = () => jump.abort();
        woken.add(wake);
        const either = signal ? AbortSignal.any([signal, jump.signal]) : jump.signal;
        await clock.sleep(leftMs, either).catch(() => {}); // moved, or aborted: seen below
        woken.delete(wake);
        signal?.throwIfAborted();
      }
    },
    every(ms, work) {
      const end = clock.every(ms, work);
      woken.add(work);
      return () => {
        woken.delete(work);
        end();
      };
    },
    set(ms) {
      wrong += ms;
    },
    advance(ms) {
      ahead += ms;
      for (const wake of [...woken]) wake();
    },
  };
}

/** A clock that stands still until it is moved. */
export function standing(clock: Clock): MovableClock {
  const [now, monotonic] = [clock.now(), clock.monotonic()];
  return movable({ ...clock, now: () => now, monotonic: () => monotonic });
}

/** A clock that runs `speed` times as fast since `epoch`; what others wait for lasts as much shorter. */
export const faster = (clock: Clock, speed: number, epoch: Date): Clock => ({
  now: () => new Date(epoch.getTime() + (clock.now().getTime() - epoch.getTime()) * speed),
  monotonic: () => clock.monotonic() * speed,
  sleep: (ms, signal) => clock.sleep(ms / speed, signal),
  every: (ms, work) => clock.every(ms / speed, work),
  elsewhere: (ms) => clock.elsewhere(ms) / speed,
});
