import { expect, test } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { standing } from '../support/clocks.ts';

test('whoever sleeps on a clock that is moved to their moment wakes, however its reading is rounded', async () => {
  const readings = Array.from({ length: 400 }, (_, i) => 253_144.123457 + i * 22.339871);
  const slept = readings.map(async (reading) => {
    const clock = standing({ ...systemClock, monotonic: () => reading });
    const sleep = clock.sleep(9_000);
    clock.advance(9_000);
    await sleep;
  });
  expect(await Promise.all(slept)).toHaveLength(readings.length);
}, 5_000);
