import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from '@swc/core';
import fc from 'fast-check';
import { ROOT } from './root.ts';

/** A regular expression that is written down somewhere in the product. */
export type Written = { file: string; pattern: RegExp };

/** What only settings are given to, and who sets them has no reason to be hostile. */
const OF_SETTINGS = /^src\/(?:config|cli|app\/preflight)\//;

/** All that are written as literals in what foreign texts come to, each once a file. */
export function writtenPatterns(): Written[] {
  const files = globSync('{src,adapters}/**/*.ts', { cwd: ROOT }).filter((file) => !OF_SETTINGS.test(file));
  const found = new Map<string, Written>();
  for (const file of files) {
    const code = readFileSync(join(ROOT, file), 'utf8');
    collect(parseSync(code, { syntax: 'typescript' }), (pattern) => {
      found.set(`${file}: ${pattern}`, { file, pattern });
    });
  }
  return [...found.values()];
}

function collect(node: unknown, found: (pattern: RegExp) => void): void {
  if (typeof node !== 'object' || node === null) return;
  const { type, pattern, flags }: { type?: unknown; pattern?: unknown; flags?: unknown } = node;
  if (type === 'RegExpLiteral') found(new RegExp(String(pattern), String(flags)));
  for (const value of Object.values(node)) collect(value, found);
}

/** What is repeated besides beginnings of what fits. */
const ALONE = [
  ' ',
  '\n',
  'a',
  'A',
  'x',
  '1',
  '<',
  '[',
  '{',
  '(',
  '"',
  '`',
  '/',
  '.',
  '-',
  '_',
  '=',
  ':',
  '|',
  '\\',
  '*',
  '#',
];

/** So long is the longest part of something that fits which is repeated. */
const LONGEST_PART = 12;

/**
 * Texts on which a pattern may go back and back: signs and parts of what fits it, repeated, behind a
 * beginning that fits and before an end that does not. The same at each run.
 */
export function* attacks(pattern: RegExp, size: number): Generator<string> {
  const fitting = fittingTexts(pattern);
  const parts = new Set<string>();
  for (const text of fitting) {
    const most = Math.min(LONGEST_PART, text.length);
    for (let end = 1; end <= most; end++) parts.add(text.slice(0, end));
    for (let from = 1; from < most; from += 2) parts.add(text.slice(from, from + 3));
  }
  const begin = fitting[0]?.slice(0, 4) ?? '';
  const repeated = (part: string) => part.repeat(Math.ceil(size / part.length));
  for (const part of parts) yield `${repeated(part)}\0`;
  for (const part of [...ALONE, ...parts]) yield `${begin}${repeated(part)}1234\0`;
}

/** Two short texts that a pattern fits; none where its syntax is not known to what makes them. */
function fittingTexts({ source, flags }: RegExp): string[] {
  const withoutLooks = source
    .replaceAll(/\(\?<?[=!](?:[^()\\]|\\.)*\)/g, '')
    .replaceAll(/(?<!\\)((?:\\\\)*)\\[bB]/g, '$1');
  try {
    const bare = new RegExp(withoutLooks, flags.replace(/[gydi]/g, ''));
    const made = fc.sample(fc.stringMatching(bare, { size: 'small' }), { seed: 1, numRuns: 20 });
    return made.sort((a, b) => a.length - b.length).slice(0, 2);
  } catch {
    return [];
  }
}

/** Goes over a text with a pattern; milliseconds. */
function workOf(pattern: RegExp, text: string): number {
  const before = performance.now();
  if (pattern.global) text.replaceAll(pattern, '');
  else pattern.exec(text);
  pattern.lastIndex = 0;
  return performance.now() - before;
}

/** A pattern that goes back at every character, over 4,500: a twentieth of such work over `SIZE`. */
const YARDSTICK = { pattern: /\s+$/, text: `${' '.repeat(4_500)}x` };

/** As often are a pattern and the yardstick tried in turn, the quickest of each compared. */
const ROUNDS = 20;

/** So many tries are enough where none came near it. */
const SURE_AFTER = 3;

let yardstick = Number.POSITIVE_INFINITY;

function measureYardstick(): void {
  yardstick = Math.min(yardstick, workOf(YARDSTICK.pattern, YARDSTICK.text));
}

/**
 * Whether a pattern goes back and back over a text, compared with one that does: whatever else the machine
 * does, the quickest of several tries of both tell.
 */
export function goesBack(pattern: RegExp, text: string): boolean {
  if (yardstick === Number.POSITIVE_INFINITY) for (let i = 0; i < ROUNDS; i++) measureYardstick();
  let quickest = Number.POSITIVE_INFINITY;
  for (let round = 1; round <= ROUNDS; round++) {
    quickest = Math.min(quickest, workOf(pattern, text));
    if (quickest <= yardstick) return false;
    if (round >= SURE_AFTER && quickest > 3 * yardstick) return true;
    measureYardstick();
  }
  return true;
}
