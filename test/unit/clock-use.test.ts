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

/** Sleeps that no transaction refuses, and that no test can decide. */
const SLEEPS = /\bfrom ['"](?:node:)?timers\/promises['"]|\bfrom ['"]timers['"]|promisify\(\s*setTimeout/;

/** Who may, and what for. */
const MAY_SLEEP: Readonly<Record<string, string>> = {
  'src/lib/breath.ts': 'lets others have their turn, with setImmediate, which waits for nothing',
};

const sleeps = (file: string): boolean => SLEEPS.test(readFileSync(join(ROOT, file), 'utf8'));

test('nothing sleeps but by the clock', () => {
  expect(sources.filter((file) => sleeps(file) && !(file in MAY_SLEEP))).toEqual([]);
  expect(Object.keys(MAY_SLEEP).filter((file) => !sleeps(file))).toEqual([]);
});

test.each([
  "import { setTimeout as sleep } from 'node:timers/promises';",
  'import * as timers from "timers/promises";',
  'const sleep = promisify(setTimeout);',
])('such a sleep would be found: %s', (line) => {
  expect(SLEEPS.test(line)).toBe(true);
});

/** An answer that is kept for a while: it is given without asking. */
const KEEPS =
  /\.until > [\w.#]*monotonic\(\)|monotonic\(\) (?:<|>=) [\w.#]*until\b|\bmonotonic\(\) - \w+ < KEPT/;

/** What is kept where nobody was asked. */
const OF_ITS_OWN: Readonly<Record<string, string>> = {
  'src/lib/repeats.ts': 'counts what is said in this process',
  'src/llm/known-quirks.ts': 'keeps what answers have shown',
  'src/sandbox/space-start.ts': 'waits until then',
  'src/runtime/engine.ts': 'waits until then',
  'adapters/discord/typing.ts': 'waits until then',
};

test('an answer that is kept is refused inside a transaction as one that is asked for', () => {
  const keeping = sources.filter((file) => KEEPS.test(readFileSync(join(ROOT, file), 'utf8')));
  expect(keeping.length).toBeGreaterThan(8);
  const open = keeping.filter(
    (file) => !readFileSync(join(ROOT, file), 'utf8').includes('refuseInTransaction('),
  );
  expect(open.toSorted()).toEqual(Object.keys(OF_ITS_OWN).toSorted());
});

/** Names are looked up at one place, which refuses that inside a transaction. */
test('nothing looks names up but the addresses', () => {
  const looking = sources.filter((file) =>
    /['"](?:node:)?dns(?:\/promises)?['"]/.test(readFileSync(join(ROOT, file), 'utf8')),
  );
  expect(looking).toEqual(['src/lib/addresses.ts']);
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
