import { expect, test, vi } from 'vitest';
import { createRepeats } from '../../src/lib/repeats.ts';

const line = (message: string, ...about: unknown[]) => ({ level: 40, message, about });

test('of 7,000 lines a second that say the same, one is printed, and a minute later how many came', () => {
  vi.useFakeTimers();
  try {
    const repeats = createRepeats(() => Date.now());
    const again = vi.fn();
    const errors = Array.from({ length: 7_000 }, (_, i) => new Error(`READONLY at ${i}`));
    const printed = errors.filter((error) => repeats.admits(line('queue error', error), again));
    expect(printed).toHaveLength(1);
    vi.advanceTimersByTime(61_000);
    expect(again).toHaveBeenCalledExactlyOnceWith(6_999);
    vi.advanceTimersByTime(300_000);
    expect(again).toHaveBeenCalledOnce();
  } finally {
    vi.useRealTimers();
  }
});

test('another error, or the same of another thing, is printed', () => {
  const repeats = createRepeats();
  const admits = (message: string, ...about: unknown[]) => repeats.admits(line(message, ...about), () => {});
  expect(admits('queue error', new Error('READONLY'), 'turns')).toBe(true);
  expect(admits('queue error', new Error('READONLY'), 'renders')).toBe(true);
  expect(admits('queue error', new Error('OOM'), 'turns')).toBe(true);
  expect(admits('worker error', new Error('OOM'), 'turns')).toBe(true);
  expect(admits('worker error', new Error('OOM'), 'turns')).toBe(false);
});

test('what differs each time is bounded too', () => {
  const repeats = createRepeats();
  const words = Array.from({ length: 500 }, (_, i) => String.fromCodePoint(0x4e00 + i));
  const printed = words.filter((word) => repeats.admits(line('a job failed', word), () => {}));
  expect(printed.length).toBeLessThanOrEqual(21);
});

test('a line that comes again after it was silent for a minute is printed at once', () => {
  let now = 0;
  const repeats = createRepeats(() => now);
  expect(repeats.admits(line('away'), () => {})).toBe(true);
  now = 61_000;
  expect(repeats.admits(line('away'), () => {})).toBe(true);
});
