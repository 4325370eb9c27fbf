import { expect, test } from 'vitest';
import { JSON_DEPTH, parsedJson, parseJson } from '../../src/lib/json.ts';

const nested = (depth: number) => `${'['.repeat(depth)}"\\"]]"${']'.repeat(depth)}`;

test('what is nested too deeply is refused before it is read, and all else is read as JSON is', () => {
  expect(() => parseJson(nested(JSON_DEPTH + 1))).toThrow('it is nested deeper than 500 levels');
  expect(parsedJson('['.repeat(1_000_000))).toBeUndefined();
  expect(JSON.stringify(parseJson(nested(JSON_DEPTH)))).toBe(nested(JSON_DEPTH));
  const text = JSON.stringify({ log: '[{'.repeat(2_000), path: 'C:\\' });
  expect(parseJson(text)).toEqual(JSON.parse(text));
  const wide = JSON.stringify(Array.from({ length: 2_000 }, () => [{}]));
  expect(parseJson(wide)).toEqual(JSON.parse(wide));
});
