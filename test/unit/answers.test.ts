import { expect, test } from 'vitest';
import { answering } from '../../src/lib/answers.ts';

test('what does not answer is asked once, however often somebody wants to know, and again once it has refused', async () => {
  const asked: ((error: Error) => void)[] = [];
  const isThere = answering(1, () => new Promise((_resolve, reject) => asked.push(reject)));
  expect(await Promise.all([isThere(), isThere()])).toEqual([false, false]);
  expect(await isThere()).toBe(false);
  expect(asked).toHaveLength(1);
  asked[0]?.(new Error('away'));
  expect(await isThere()).toBe(false);
  expect(await isThere()).toBe(false);
  expect(asked).toHaveLength(2);
});

test('what answers is there', async () => {
  expect(await answering(1_000, async () => 'pong')()).toBe(true);
});
