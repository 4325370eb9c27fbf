import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../support/root.ts';

/** What tells the time by itself, past the clock that a test can decide: in TypeScript and in SQL. */
const TELLS_TIME = [
  /\bDate\.now\b|(?<![.\w])Date\(\s*\)|\bnew Date\b(?!\()|\bperformance\.(?:now|timeOrigin)\b|\bhrtime\b|\bdefaultNow\b/,
  /(?<![.\w])now\(\s*\)(?!\s*:)|\b(?:clock|statement|transaction)_timestamp\b|\bcurrent_(?:timestamp|time|date)\b|\blocaltimestamp\b/i,
] as const;

/** Where that is their subject. */
const ALLOWED: Readonly<Record<string, string>> = {
  'src/lib/clock.ts': 'reads the system’s clocks for all others',
  'src/db/record-clock.ts': 'asks the database for its time',
  'src/db/schema/columns.ts': 'defaults for older versions, which fill in no times themselves',
};

const sources = ['src', 'adapters'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') || name.endsWith('.py'))
    .map((name) => join(folder, name)),
);

const tellingLines = (file: string): string[] =>
  readFileSync(join(ROOT, file), 'utf8')
    .split('\n')
    .filter((line) => tellsTime(line.replace(/^\s*(\*|\/\/|\/\*).*/, '')));

const tellsTime = (line: string): boolean => TELLS_TIME.some((pattern) => pattern.test(line));

test('nothing tells the time but the clock', () => {
  expect(sources.length).toBeGreaterThan(150);
  for (const file of sources) {
    if (file in ALLOWED) continue;
    expect(tellingLines(file), file).toEqual([]);
  }
});

test('what is allowed to tell the time does so', () => {
  for (const file of Object.keys(ALLOWED)) expect(tellingLines(file), file).not.toEqual([]);
});

test.each([
  'const at = Date.now();',
  'since ??= new Date();',
  'const began = performance.now();',
  'lt(sessions.leaseUntil, sql`now()`)',
  "sql`x < now() - interval '1 day'`",
  'where created_at < NOW()',
  "createdAt: moment('created_at').defaultNow(),",
])('such a line would be found: %s', (line) => {
  expect(tellsTime(line)).toBe(true);
});
