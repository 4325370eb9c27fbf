import { expect, test } from 'vitest';
import { createIsolation } from '../../src/lib/isolation.ts';
import type { Logger } from '../../src/lib/log.ts';

function logged() {
  const lines: string[] = [];
  const log = { error: ({ about }: { about: string }) => lines.push(about) } as unknown as Logger;
  let now = 0;
  const isolation = createIsolation(log, { monotonic: () => now });
  return { isolation, lines, pass: (ms: number) => (now += ms) };
}

const name = (n: number) => `number ${n}`;

test('what fails for one is done for all others, and named once an hour however often it fails', async () => {
  const { isolation, lines, pass } = logged();
  const done: number[] = [];
  const sweep = () =>
    isolation.each([1, 2, 3], name, async (n) => {
      if (n === 2) throw new Error('no');
      done.push(n);
    });
  for (let i = 0; i < 3; i++) await sweep();
  expect(done).toEqual([1, 3, 1, 3, 1, 3]);
  expect(lines).toEqual(['number 2']);
  pass(3_600_001);
  await sweep();
  expect(lines).toEqual(['number 2', 'number 2']);
});

test('a row that can’t be read is left out, and named', () => {
  const { isolation, lines } = logged();
  const read = isolation.readable([1, 2, 3], name, (n) => {
    if (n === 1) throw new Error('no');
    return n * 2;
  });
  expect(read).toEqual([4, 6]);
  expect(lines).toEqual(['number 1']);
});
