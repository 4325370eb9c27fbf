import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fileUrl, NoSuchName, part, partsOf, treeUrl } from '../../src/hub/paths.ts';
import '../support/properties.ts';

const HUB = 'https://huggingface.co';
const name = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => text !== '.' && text !== '..');

test('whoever parses an address gets the names back that it was made of', () => {
  const path = fc.array(
    name.filter((text) => !text.includes('/')),
    { minLength: 1, maxLength: 4 },
  );
  fc.assert(
    fc.property(name, path, (revision, parts) => {
      const at = { kind: 'dataset' as const, id: 'acme/data', revision, path: parts.join('/') };
      const url = new URL(fileUrl(HUB, 'resolve', at));
      expect(url.hash + url.search).toBe('');
      const [, ...found] = url.pathname.split('/');
      const said = ['datasets', 'acme', 'data', 'resolve', revision, ...parts];
      expect(found.map(decodeURIComponent)).toEqual(said.map((text) => text.toWellFormed()));
    }),
  );
});

test.each([
  ['a#b.csv', 'a%23b.csv'],
  ['50%.txt', '50%25.txt'],
  ['what?.py', 'what%3F.py'],
  ['a%2Fb', 'a%252Fb'],
  ['half \ud83e', 'half%20%EF%BF%BD'],
])('%s is %s in an address', (text, expected) => {
  expect(part(text)).toBe(expected);
});

test('a branch is one part, with its slashes', () => {
  expect(treeUrl(`${HUB}/acme/bert`, 'refs/pr/1')).toBe(`${HUB}/acme/bert/tree/refs%2Fpr%2F1`);
});

test.each(['..', '.', 'a/../b', './a'])('%s is no name, because an address takes it for a folder', (path) => {
  expect(() => partsOf(path)).toThrow(NoSuchName);
});
