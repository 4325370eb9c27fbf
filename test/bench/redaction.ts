import { createRedactor } from '../../src/lib/redaction.ts';
import { HOSTILE_TEXTS } from '../support/hostile-texts.ts';

/*
 * What taking secrets out of hostile texts of 1 MB costs beside an eighth of each, in time of the processor.
 * Fails where that grows with the square: regular expressions that go back and back are seen here alone.
 */

const [SHORT, LONG] = [125_000, 1_000_000];
const RUNS = 5;
/** Eight times as much is right, 64 times is the square. */
const MOST = 24;
/** Less than this is measured as this. */
const LEAST_MS = 4;

const redact = createRedactor([{ name: 'HF_TOKEN', value: 's3cret-of-this/process+7' }]);

/**
 * Milliseconds of this process's own work, the least of some runs: what else the machine does is not counted.
 */
function work(text: string): number {
  const times = Array.from({ length: RUNS }, () => {
    const before = process.cpuUsage();
    redact(text);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  });
  return Math.min(...times);
}

for (const [name, make] of HOSTILE_TEXTS) {
  const [short, long] = [work(make(SHORT)), work(make(LONG))];
  const ratio = long / Math.max(short, LEAST_MS);
  const parts = [`${long.toFixed(0)} ms`.padStart(8), `${ratio.toFixed(1)} times an eighth`, name];
  console.log(parts.join('  '), ratio < MOST ? '' : '  <- more than it should be');
  if (ratio >= MOST) process.exitCode = 1;
}
