import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { functionsOf } from '../support/function-lengths.ts';
import { ROOT } from '../support/root.ts';

/** Comments and prose are read beside other things, in half a screen. Code is wrapped by its formatter. */
const COLUMNS = 110;

/** A file is about one subject, doubles and tests too; what has more lines is about several. */
const LINES = 400;

/** What the README says beyond a first session stands in docs, and is linked. */
const README_LINES = 120;

/** What a function does is seen at once, on one screen. */
const FUNCTION_LINES = 60;

// None of these is written by a program: the migrations are SQL.
const sources = globSync(['{src,adapters,bin,test}/**/*.{ts,js,mjs,cjs,css}', '*.{ts,cjs}', '.*.cjs'], {
  cwd: ROOT,
  exclude: ['**/node_modules/**'], // the benchmark installs packages in a folder of its own
});
// Written by a program, one description a line.
const pages = globSync(['*.md', 'docs/**/*.md'], { cwd: ROOT }).filter((page) => page !== 'docs/TOOLS.md');

function tooLong(file: string, counts: (line: string) => boolean): string[] {
  const lines = readFileSync(join(ROOT, file), 'utf8').split('\n');
  return lines.flatMap((line, at) => (counts(line) && line.length > COLUMNS ? [`${file}:${at + 1}`] : []));
}

/** A line that can't be broken: an address, a row of a table. */
const isWhole = (line: string) => /^\s*(?:\/\/|\*)?\s*\S+$/.test(line) || /^\s*\|/.test(line);

test('no source file has more lines than one subject takes', () => {
  const long = sources
    .map((file) => ({ file, lines: readFileSync(join(ROOT, file), 'utf8').trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > LINES);
  expect(sources.length).toBeGreaterThan(500);
  expect(long).toEqual([]);
});

test('the README has room on a few screens', () => {
  const lines = readFileSync(join(ROOT, 'README.md'), 'utf8').trimEnd().split('\n').length;
  expect(lines).toBeLessThanOrEqual(README_LINES);
});

test('no function of the product has more lines than a screen', { tags: 'long' }, () => {
  const product = globSync(['{src,adapters}/**/*.{ts,js,mjs,cjs}', 'bin/*.ts'], { cwd: ROOT });
  const all = product.flatMap(functionsOf);
  expect(all.length).toBeGreaterThan(2_000);
  expect(all.filter(({ lines }) => lines > FUNCTION_LINES)).toEqual([]);
});

test('no comment is wider than half a screen', () => {
  const isComment = (line: string) => /^\s*(?:\/\/|\/?\*)/.test(line) && !isWhole(line);
  expect(sources.length).toBeGreaterThan(500);
  expect(sources.flatMap((file) => tooLong(file, isComment))).toEqual([]);
});

test('no prose of the documentation is', () => {
  let isCode = false;
  const isProse = (line: string) => {
    if (/^\s*```/.test(line)) isCode = !isCode;
    return !isCode && !isWhole(line);
  };
  expect(pages.length).toBeGreaterThan(10);
  expect(pages.flatMap((page) => tooLong(page, isProse))).toEqual([]);
});
