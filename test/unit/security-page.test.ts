import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../support/root.ts';

const page = readFileSync(join(ROOT, 'docs/SECURITY.md'), 'utf8');

/** A test as the page names it: its file, and words of its titles. */
const NAMED = /`((?:unit|integration|e2e|soak)\/[\w-]+)`(?:: ((?:"[^"]+"(?:, )?)+))?/g;

test('every test that the page on security names is there', () => {
  const named = [...page.matchAll(NAMED)].map(([, file = '', titles = '']) => ({
    file: join('test', `${file}.test.ts`),
    titles: [...titles.matchAll(/"([^"]+)"/g)].map(([, title = '']) => title),
  }));
  expect(named.length).toBeGreaterThan(30);
  const missing = named.flatMap(({ file, titles }) => {
    if (!existsSync(join(ROOT, file))) return [file];
    const text = readFileSync(join(ROOT, file), 'utf8');
    return titles.filter((title) => !text.includes(title)).map((title) => `${file}: ${title}`);
  });
  expect(missing).toEqual([]);
});

test('each threat has an answer, a test, a number and whether it fails without', () => {
  const rows = page.split('\n').filter((line) => /^\| (?!threat|---)/.test(line));
  expect(rows.length).toBeGreaterThan(25);
  for (const row of rows) expect(row.split(' | '), row).toHaveLength(5);
});

test('every file that the page names as an answer is there', () => {
  const rows = page.split('\n').filter((line) => /^\| (?!threat|---)/.test(line));
  const named = rows.flatMap((row) =>
    [...(row.split(' | ')[1] ?? '').matchAll(/`([\w/-]+(?:\.ts)?)`/g)].map(([, file = '']) => file),
  );
  const paths = named.filter((file) => file.includes('/'));
  expect(paths.length).toBeGreaterThan(20);
  const isThere = (file: string) =>
    ['', 'src', 'test', 'adapters'].some((folder) =>
      ['', '.ts', '.test.ts'].some((ending) => existsSync(join(ROOT, folder, file + ending))),
    );
  expect(paths.filter((file) => !isThere(file))).toEqual([]);
});
