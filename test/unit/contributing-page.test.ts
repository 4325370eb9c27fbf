import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { ROOT } from '../support/root.ts';

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const page = read('CONTRIBUTING.md');
const { scripts } = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(read('package.json')));

test('every command that the page names is a script of the package', () => {
  const named = [...page.matchAll(/npm\s+run ([\w:-]+)/g)].map(([, script]) => script ?? '');
  expect(named.length).toBeGreaterThan(15);
  expect(named.filter((script) => !(script in scripts))).toEqual([]);
});

test('every file that the page names is there', () => {
  const named = [...page.matchAll(/`((?:src|test|adapters|configs|docs|\.ci)\/[\w./-]+)`/g)].map(
    ([, file]) => file ?? '',
  );
  const isThere = (file: string) => existsSync(join(ROOT, file));
  expect(named.length).toBeGreaterThan(8);
  expect(named.filter((file) => !isThere(file))).toEqual([]);
});

test('every test that the page runs by its name is in the file that it names', () => {
  const run = [...page.matchAll(/vitest run (\S+)(?: -- -t '([^']+)')?/g)];
  expect(run.length).toBeGreaterThan(1);
  for (const [, file = '', name = ''] of run) expect(read(file), file).toContain(name);
});
