import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { sleep } from '../doubles/http.ts';
import { forget } from './adversary.ts';
import type { Vitals } from './bot.ts';
import type { Fleet } from './fleet.ts';
import type { People } from './people.ts';

/** One look at a process that nothing is done to. */
type Sample = Omit<Vitals, 'pid'> & {
  minute: number;
  /** The record keeps what was said, so its size is to be seen against that. */
  directoryMb: number;
  /** Its log of changes, which is no part of the record. */
  logMb: number;
  requests: number;
};

const SAMPLE_MS = 15_000;
const ASK_MS = 4_000;
const FORGET_MS = 120_000;
const BUSY = 4;

type Calm = {
  fleet: Fleet;
  people: People;
  directory: string | undefined;
  forMs: number;
  say(line: string): void;
};

/** `late` is what did not happen in time, in words. */
type Outcome = { samples: Sample[]; late: string[] };

/**
 * A little work at an even rate, with the clock set forward once a minute. Prints and returns how the process
 * is.
 */
export async function keepCalm({ fleet, people, directory, forMs, say }: Calm): Promise<Outcome> {
  const samples: Sample[] = [];
  const began = performance.now();
  let isOver = false;
  const forgetting = forget({ fleet, people }, began + forMs, () => {}, FORGET_MS).finally(() => {
    isOver = true;
  });
  let [askAt, sampleAt] = [began, began + SAMPLE_MS];
  say('minute  RSS MB  heap MB  handles  database calls  record MB  log MB  requests');
  while (!isOver) {
    const now = performance.now();
    if (now >= askAt && people.busy.length < BUSY) {
      people.ask();
      askAt = now + ASK_MS;
    }
    people.order();
    people.look();
    if (now >= sampleAt && fleet.vitals !== undefined) {
      const { pid: _pid, ...rest } = fleet.vitals;
      const sample = {
        ...rest,
        minute: (now - began) / 60_000,
        ...sizesOf(directory),
        requests: people.requests.length,
      };
      sampleAt = now + SAMPLE_MS;
      samples.push(sample);
      say(lineOf(sample));
    }
    await sleep(250);
  }
  return { samples, late: await forgetting };
}

const lineOf = (s: Sample): string =>
  [
    s.minute.toFixed(1),
    s.rssMb.toFixed(0),
    s.heapMb.toFixed(1),
    s.handles,
    s.databaseCalls,
    s.directoryMb.toFixed(1),
    s.logMb.toFixed(0),
    s.requests,
  ]
    .map((cell, i) => String(cell).padStart([6, 8, 9, 9, 16, 11, 8, 10][i] ?? 0))
    .join('');

function sizesOf(directory: string | undefined): { directoryMb: number; logMb: number } {
  if (directory === undefined) return { directoryMb: 0, logMb: 0 };
  const logMb = sizeOf(join(directory, 'pg/pg_wal'));
  return { directoryMb: sizeOf(directory) - logMb, logMb };
}

const sizeOf = (directory: string): number =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => statSync(join(directory, name), { throwIfNoEntry: false }))
    .reduce((sum, stat) => sum + (stat?.isFile() ? stat.size : 0), 0) /
  2 ** 20;

/** What may be more in the last quarter than in the second: a share of it, and so much besides. */
const BOUNDS = {
  rssMb: { share: 1.1, more: 20 },
  heapMb: { share: 1.1, more: 5 },
  handles: { share: 1.1, more: 3 },
  logMb: { share: 1, more: 48 }, // it is kept in pieces of 16 MB
} as const;

/** The first quarter is for settling. What grew from the second to the last one, in words. */
export function growth(samples: readonly Sample[]): string[] {
  const quarter = Math.floor(samples.length / 4);
  const second = samples.slice(quarter, 2 * quarter);
  const last = samples.slice(-quarter);
  if (quarter === 0) return ['it was too short to show growth'];
  const keys = ['rssMb', 'heapMb', 'handles', 'logMb'] as const;
  const grown = keys.flatMap((key) => {
    const [before, after] = [median(second.map((s) => s[key])), median(last.map((s) => s[key]))];
    const { share, more } = BOUNDS[key];
    return after > before * share + more
      ? [`${key} grew from ${before.toFixed(1)} to ${after.toFixed(1)}`]
      : [];
  });
  return [...grown, ...costlier(second, last)];
}

/** What a request takes more of, by counts: so it says the same beside other work on the machine. */
function costlier(second: readonly Sample[], last: readonly Sample[]): string[] {
  const costs = [
    { of: 'MB of the record', share: 1.3, more: 0.01, count: (s: Sample) => s.directoryMb },
    { of: 'database calls', share: 1.15, more: 10, count: (s: Sample) => s.databaseCalls },
  ];
  return costs.flatMap(({ of, share, more, count }) => {
    const [before, after] = [perRequest(second, count), perRequest(last, count)];
    return after > before * share + more
      ? [`a request took ${before.toFixed(3)} ${of}, and takes ${after.toFixed(3)}`]
      : [];
  });
}

function perRequest(samples: readonly Sample[], count: (sample: Sample) => number): number {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined || first.requests === last.requests) return 0;
  return (count(last) - count(first)) / (last.requests - first.requests);
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
