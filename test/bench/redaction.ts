import { createRedactor } from '../../src/lib/redaction.ts';
import { HOSTILE_TEXTS } from '../support/hostile-texts.ts';
import { type Bench, type Found, type Size, spread } from './bench.ts';

const [SHORT, LONG] = [125_000, 1_000_000];
/** Eight times as much is right, 64 times is the square. */
const MOST = 24;
/** Less than this is measured as this. */
const LEAST_MS = 4;

const redact = createRedactor([{ name: 'HF_TOKEN', value: 's3cret-of-this/process+7' }]);

/** Milliseconds of this process's own work, in some runs: what else the machine does is not counted. */
function work(text: string, runs: number): number[] {
  return Array.from({ length: runs }, () => {
    const before = process.cpuUsage();
    redact(text);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  });
}

async function run({ isSmoke }: Size): Promise<Found> {
  const rows: string[][] = [];
  const faults: string[] = [];
  for (const [name, make] of HOSTILE_TEXTS.slice(0, isSmoke ? 3 : undefined)) {
    const [short, long] = [work(make(SHORT), isSmoke ? 1 : 5), work(make(LONG), isSmoke ? 1 : 5)];
    const ratio = Math.min(...long) / Math.max(Math.min(...short), LEAST_MS);
    rows.push([name, spread(short, 'ms', 0), spread(long, 'ms', 0), ratio.toFixed(1)]);
    if (ratio >= MOST) faults.push(`${name} takes ${ratio.toFixed(1)} times as long as an eighth of it`);
  }
  return { columns: ['text', '125 KB', '1 MB', 'ratio of the least'], rows, notes: [], faults };
}

export const redaction: Bench = {
  name: 'redaction',
  measures:
    'What taking secrets out of hostile texts of 1 MB costs beside an eighth of each, in time of the processor. It fails where that grows with the square (64 times): regular expressions that go back and back are seen here alone.',
  run,
};
