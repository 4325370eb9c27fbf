import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const FILE = join(import.meta.dirname, 'unit-costs.json');

/** What benchmarks have measured of what one of something costs, by name; 0 for what none has. */
export function knownCosts(): (name: string) => number {
  const costs = existsSync(FILE)
    ? z.record(z.string(), z.number()).parse(JSON.parse(readFileSync(FILE, 'utf8')))
    : {};
  return (name) => costs[name] ?? 0;
}

/** Keeps costs beside those that other benchmarks have measured. */
export function keepCosts(costs: Readonly<Record<string, number>>): void {
  if (Object.keys(costs).length === 0) return;
  const kept = existsSync(FILE) ? JSON.parse(readFileSync(FILE, 'utf8')) : {};
  const all = Object.entries({ ...kept, ...costs }).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const rounded = all.map(([name, value]) => [name, Number(Number(value).toPrecision(3))]);
  writeFileSync(FILE, `${JSON.stringify(Object.fromEntries(rounded), undefined, 2)}\n`);
}
