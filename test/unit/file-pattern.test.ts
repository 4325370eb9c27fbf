import { expect, test } from 'vitest';
import { filePattern } from '../../src/hub/file-pattern.ts';

test.each<[string, string[], string[]]>([
  ['model.bin', ['model.bin', 'model.bin/part'], ['a/model.bin', 'model_bin', 'model.bins']],
  ['checkpoint-1', ['checkpoint-1/a/b.pt'], ['checkpoint-10/a.pt']],
  ['./checkpoint-1/', ['checkpoint-1/a.pt'], ['x/checkpoint-1/a.pt']],
  ['*.bin', ['a.bin', '.bin'], ['a/b.bin', 'a.bin.txt']],
  ['checkpoint-*/optimizer.pt', ['checkpoint-1/optimizer.pt'], ['checkpoint-1/x/optimizer.pt']],
  ['**/optimizer.pt', ['optimizer.pt', 'a/optimizer.pt', 'a/b/optimizer.pt'], ['a/my-optimizer.pt']],
  ['a/**', ['a/b', 'a/b/c'], ['b/a', 'a']],
  ['a**c', ['ac', 'a/b/c'], ['a/b']],
  ['a***c*****', ['ac', 'a/b/c', 'a/c/b'], ['a/b']],
  ['**/**/**/*.bin', ['a.bin', 'a/b/c.bin'], ['a/b.txt']],
  ['v?.txt', ['v1.txt', 'v😀.txt'], ['v10.txt', 'v/.txt']],
  ['[x]+(y).txt', ['[x]+(y).txt'], ['x.txt', 'xy.txt']],
])('%s', (pattern, fitting, others) => {
  const fits = filePattern(pattern);
  expect(fitting.filter((path) => !fits(path))).toEqual([]);
  expect(others.filter(fits)).toEqual([]);
});

test('a hostile pattern is answered at once', () => {
  const path = 'a'.repeat(1_000);
  expect(filePattern(`${'*a'.repeat(240)}b`)(path)).toBe(false);
  expect(filePattern(`${'**/'.repeat(160)}b`)('a/'.repeat(500))).toBe(false);
  expect(filePattern(`${'*'.repeat(999)}b`)(path)).toBe(false);
});
