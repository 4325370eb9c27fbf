import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Outcome } from '../chaos/calm.ts';
import { figure } from '../chaos/slopes.ts';
import { ROOT } from '../support/root.ts';
import type { Bench, Found, Size } from './bench.ts';

/** An hour of a little work (test/chaos/calm.ts), as its own program runs it. */
async function run({ isSmoke }: Size): Promise<Found> {
  const folder = mkdtempSync(join(tmpdir(), 'ml-intern-bench-'));
  const file = join(folder, 'found.json');
  const minutes = isSmoke ? '0.2' : '60';
  const words = [join(ROOT, 'test/chaos/chaos.ts'), '--calm', '--minutes', minutes, '--found', file];
  const child = spawn(process.execPath, [...process.execArgv, ...words], { cwd: ROOT, stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  const outcome = JSON.parse(readFileSync(file, 'utf8')) as Outcome;
  rmSync(folder, { recursive: true });
  return grown(outcome, code === 0 ? [] : ['the hour broke a promise, or something grew']);
}

/** What every quantity did, and the most that its slope may be. */
function grown({ growths, minutes, cores }: Outcome, faults: readonly string[]): Found {
  return {
    columns: ['', 'after a quarter', 'at the end', 'slope', 'may be'],
    rows: growths.map(({ name, from, to, slope, bound }) => {
      const per = bound.endsWith('a request') ? 'a request' : 'an hour';
      return [name, figure(from), figure(to), `${figure(slope)} ${per}`, bound];
    }),
    notes: [
      `${minutes.toFixed(0)} minutes, in which the bot took ${(cores * 100).toFixed(0)} % of a core. Tables that keep what was said and done are judged by what a request takes of them in the second half, beside the first. RSS and heap are after a forced collection, in MB; tables that stayed empty are left out.`,
    ],
    faults,
  };
}

export const soak: Bench = {
  name: 'soak',
  isLong: true,
  measures:
    'Whether anything grows in an hour of a little work on Postgres and Redis (`npm run soak:hour`): memory, handles and open files of a chat process and two workers, rows and MB of every table, connections, keys and memory of Redis. Slopes by least squares over what comes after the first quarter. It runs only where it is named.',
  run,
};
