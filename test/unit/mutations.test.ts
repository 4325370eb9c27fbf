import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MUTATIONS } from '../mutations/list.ts';
import { mutated } from '../mutations/mutation.ts';
import { ROOT } from '../support/root.ts';

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** Rows of the page, by their first cell. */
const rows = new Map(
  read('docs/SECURITY.md')
    .split('\n')
    .filter((line) => /^\| (?!threat|---)/.test(line))
    .map((line) => [line.slice(2, line.indexOf(' | ')), line]),
);

const plain = (text: string): string => text.replaceAll('’', "'");
const rowOf = (threat: string): string | undefined =>
  [...rows].find(([name]) => plain(name) === plain(threat))?.[1];

test('what a mutation replaces stands exactly once in its file', () => {
  const wrong = MUTATIONS.flatMap((mutation) => {
    const applied = mutated(read(mutation.file), mutation);
    if (!applied.ok) return [applied.reason];
    return applied.text === read(mutation.file) ? [`${mutation.file}: nothing changes`] : [];
  });
  expect(wrong).toEqual([]);
});

test('a text that is missing, or there twice, is not replaced', () => {
  const mutation = { threat: '', file: 'a.ts', text: 'b', becomes: '$&c', test: '', title: '' };
  expect(mutated('abc', mutation)).toEqual({ ok: true, text: 'a$&cc' });
  expect(mutated('ac', mutation)).toEqual({ ok: false, reason: 'a.ts has "b" 0 times' });
  expect(mutated('abcb', mutation)).toEqual({ ok: false, reason: 'a.ts has "b" 2 times' });
});

test('every row of the page on security has a guard that is switched off, and every guard a row', () => {
  const tried = new Set(MUTATIONS.map(({ threat }) => plain(threat)));
  expect([...rows.keys()].filter((name) => !tried.has(plain(name)))).toEqual([]);
  expect(MUTATIONS.filter(({ threat }) => rowOf(threat) === undefined)).toEqual([]);
});

test('every test that a row names is tried without a guard of it', () => {
  const tried = new Set(MUTATIONS.map(({ threat, test: file }) => `${plain(threat)}: ${file}`));
  for (const { threat, test: file } of MUTATIONS) expect(rowOf(threat), threat).toContain(`\`${file}\``);
  const missing = [...rows].flatMap(([name, row]) =>
    [...row.matchAll(/`((?:unit|integration|e2e|soak)\/[\w-]+)`/g)]
      .map(([, file]) => `${plain(name)}: ${file}`)
      .filter((key) => !tried.has(key)),
  );
  expect(missing).toEqual([]);
});
