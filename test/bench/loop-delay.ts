import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

/*
 * Loaded before a program that is measured: whenever it is sent SIGUSR2, it writes how late its event loop
 * was since the last time, in milliseconds, to the file that LOOP_DELAY_FILE names.
 */

const RESOLUTION_MS = 10;
const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
histogram.enable();

process.on('SIGUSR2', () => {
  // What the histogram counts is the time between two looks, the resolution among it.
  const late = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
  const found = {
    p50: late(histogram.percentile(50)),
    p99: late(histogram.percentile(99)),
    most: late(histogram.max),
  };
  histogram.reset();
  writeFileSync(process.env.LOOP_DELAY_FILE ?? '/dev/null', JSON.stringify(found));
});
