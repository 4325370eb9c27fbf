import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DIALECTS } from '../doubles/dialects.ts';
import { STREAM_FAILURES } from '../doubles/stream-failures.ts';
import { ROOT } from '../support/root.ts';

/** The rows of the table of dialects: what is met, the file of its test, and that test. */
const ROWS = readFileSync(join(ROOT, 'docs/MODELS.md'), 'utf8')
  .split('## Dialects and their tests')[1]
  ?.split('\n## ')[0]
  ?.split('\n')
  .flatMap((line) => {
    const [, dialect = '', , file = '', title = ''] = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
    const [, path] = /^`([\w-]+\/[\w-]+)`$/.exec(file) ?? [];
    return path === undefined ? [] : [{ dialect, path, title }];
  }) as { dialect: string; path: string; title: string }[];

/** The titles of the matrix, which are made of the names of what it plays. */
const PLAYED = [
  ...Object.keys(DIALECTS).map((name) => `the story is told where ${name}`),
  ...Object.entries(STREAM_FAILURES).map(([name, { kind }]) =>
    kind === 'passing'
      ? `the story goes on where, for once, ${name}`
      : `people are told, and nothing is asked without end, where ${name}`,
  ),
];

/** What the matrix plays with a double of its own. */
const OF_ITS_OWN = 'the story is told over Anthropic’s own Messages API';
const inMatrix = ROWS.filter(({ path, title }) => path === 'soak/dialects' && title !== OF_ITS_OWN);

test('docs/MODELS.md names every dialect that the matrix plays, with its test, and no other', () => {
  expect(inMatrix.map(({ title }) => title)).toEqual(PLAYED);
  for (const { dialect, title } of inMatrix) expect(title.endsWith(dialect)).toBe(true);
  const source = readFileSync(join(ROOT, 'test/soak/dialects.test.ts'), 'utf8');
  for (const begin of ['the story is told where %s', 'the story goes on where, for once, %s', 'where %s'])
    expect(source).toContain(begin);
});

describe('a dialect that has a test of its own', () => {
  const others = ROWS.filter((row) => !inMatrix.includes(row));
  test('is named', () => expect(others.length).toBeGreaterThan(10));
  test.each(others)('$dialect: $path, “$title”', ({ path, title }) => {
    const file = join(ROOT, `test/${path}.test.ts`);
    expect(existsSync(file)).toBe(true);
    expect(readFileSync(file, 'utf8')).toContain(title);
  });
});
