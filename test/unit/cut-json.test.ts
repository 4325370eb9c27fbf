import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readCutJson } from '../../src/lib/cut-json.ts';

const value = fc.jsonValue({ maxDepth: 5 }).filter((found) => typeof found === 'object' && found !== null);

test('JSON that was cut anywhere behind its first bracket can be read', () => {
  fc.assert(
    fc.property(value, fc.nat(), (whole, at) => {
      const text = JSON.stringify(whole);
      expect(readCutJson(text.slice(0, 1 + (at % text.length)), 1_000)).toBeDefined();
    }),
  );
});

test('JSON that was not cut is what it was', () => {
  fc.assert(
    fc.property(value, (whole) => {
      const text = JSON.stringify(whole);
      expect(readCutJson(text, 1e6)).toEqual(JSON.parse(text));
    }),
  );
});

test.each([
  ['{"a":"x\\', { a: 'x' }],
  ['{"a":"x\\\\', { a: 'x\\' }],
  ['{"a":"x\\u12', { a: 'x' }],
  ['{"a":"x\\\\u12', { a: 'x\\u12' }],
  ['{"a":1,"b', { a: 1 }],
  ['{"a":1,"b":', { a: 1 }],
  ['[1,2,30', [1, 2]],
  ['[[1,2],[3', [[1, 2], []]],
  ['tru', undefined],
])('%s is read as %j', (text, expected) => {
  expect(readCutJson(text, 1_000)).toEqual(expected);
});

test('no more values are read than are asked for', () => {
  const read = readCutJson(JSON.stringify(Array.from({ length: 1_000 }, (_, i) => i)), 10) as number[];
  expect(read.length).toBeLessThanOrEqual(11);
});
