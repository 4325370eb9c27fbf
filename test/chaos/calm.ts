import { sleep } from '../doubles/http.ts';
import { forget } from './adversary.ts';
import type { Vitals } from './bot.ts';
import type { Fleet } from './fleet.ts';
import { boundOf, type Gauge, type Quantities } from './measured.ts';
import type { People } from './people.ts';
import { figure, type Growth, growthOf, LEAST_MINUTES, type Point } from './slopes.ts';

/** One look at processes that nothing is done to, and at what they keep. */
type Sample = { minute: number; requests: number; quantities: Quantities };

const SAMPLE_MS = 15_000;
const ASK_MS = 4_000;
const FORGET_MS = 120_000;
const BUSY = 4;

type Calm = { fleet: Fleet; people: People; gauge: Gauge; forMs: number; say(line: string): void };

/**
 * What grew how, and what is wrong, in words: that something grew, or came late. `cores` is the share of a
 * core that all processes of the bot took together.
 */
export type Outcome = { growths: Growth[]; problems: string[]; minutes: number; cores: number };

/** A little work at an even rate, with the clock set forward again and again. Prints how it goes. */
export async function keepCalm({ fleet, people, gauge, forMs, say }: Calm): Promise<Outcome> {
  const samples: Sample[] = [];
  const began = performance.now();
  let isOver = false;
  const forgetting = forget(
    { fleet, people },
    began + forMs,
    () => {},
    Math.min(FORGET_MS, forMs / 4),
  ).finally(() => {
    isOver = true;
  });
  let [askAt, sampleAt] = [began, began + SAMPLE_MS];
  while (!isOver) {
    const now = performance.now();
    if (now >= askAt && people.busy.length < BUSY) {
      people.ask();
      askAt = now + ASK_MS;
    }
    people.order();
    people.look();
    if (now >= sampleAt && fleet.vitals.size === fleet.size) {
      sampleAt = now + SAMPLE_MS;
      const minute = (now - began) / 60_000;
      const quantities = { ...inProcesses(fleet.vitals), ...(await gauge.read()) };
      samples.push({ minute, requests: people.requests.length, quantities });
      say(lineOf(samples));
    }
    await sleep(250);
  }
  const late = await forgetting;
  const minutes = samples.at(-1)?.minute ?? 0;
  const growths = growthsOf(samples);
  if (minutes < LEAST_MINUTES) say(`${LEAST_MINUTES} minutes would show growth, these do not`);
  const cores =
    [...fleet.vitals.values()].reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0) / 60 / minutes;
  const grown = minutes < LEAST_MINUTES ? [] : growths.filter(({ isKept }) => !isKept);
  return { growths, minutes, cores, problems: [...grown.map(inWords), ...late] };
}

function inProcesses(vitals: ReadonlyMap<string, Vitals>): Quantities {
  const all: Record<string, number> = {};
  for (const [name, { rssMb, heapMb, handles, files, databaseCalls }] of vitals) {
    all[`${name}: RSS MB`] = rssMb;
    all[`${name}: heap MB`] = heapMb;
    all[`${name}: handles`] = handles;
    all[`${name}: files`] = files;
    if (databaseCalls > 0) all[`${name}: database calls`] = databaseCalls;
  }
  return all;
}

/** The first line has all names once; those that follow what has changed since the one before. */
function lineOf(samples: readonly Sample[]): string {
  const [before, now] = [samples.at(-2), samples.at(-1)];
  if (now === undefined) return '';
  const changed = Object.entries(now.quantities)
    .filter(([name, value]) => figure(value) !== figure(before?.quantities[name] ?? Number.NaN))
    .map(([name, value]) => `${name} ${figure(value)}`);
  return `minute ${now.minute.toFixed(1)}, ${now.requests} requests; ${changed.join(', ')}`;
}

/** Of everything that there was something of. A table without rows tells nothing. */
function growthsOf(samples: readonly Sample[]): Growth[] {
  const isUsed = (name: string) => samples.some(({ quantities }) => (quantities[name] ?? 0) > 0);
  const names = Object.keys(samples.at(-1)?.quantities ?? {});
  const used = names.filter((name) => isUsed(name) && isUsed(name.replace(/: MB$/, ': rows')));
  return used.map((name) => {
    const points: Point[] = samples.map(({ minute, requests, quantities }) => ({
      minute,
      requests,
      value: quantities[name] ?? 0,
    }));
    return growthOf(name, points, boundOf(name));
  });
}

const inWords = ({ name, from, to, slope, bound }: Growth): string =>
  `${name} grew from ${figure(from)} to ${figure(to)}, by ${figure(slope)}; it may by ${bound}`;

/** What every quantity did, as lines of a table. */
export function slopesTable({ growths, minutes, cores }: Outcome): string[] {
  const rows = growths.map(({ name, from, to, slope, bound }) =>
    [
      name.padEnd(40),
      figure(from).padStart(9),
      figure(to).padStart(9),
      figure(slope).padStart(10),
      bound,
    ].join('  '),
  );
  return [
    `${minutes.toFixed(0)} minutes, ${(cores * 100).toFixed(0)} % of a core in all processes of the bot`,
    `medians of the second and of the last part, slope, and what it may be`,
    ...rows,
  ];
}
