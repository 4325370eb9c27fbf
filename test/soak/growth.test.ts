import { expect, test } from 'vitest';
import { growth, LINEAR } from '../support/growth.ts';

/** Adds up as many numbers. */
function add(count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum = (sum + i * 7) % 1_000_003;
  return sum;
}

test('time that grows with the square is told from time that grows with the size', () => {
  expect(growth((size) => void add(size * 1_000), 8_000)).toBeLessThan(LINEAR);
  expect(growth((size) => void add(size ** 2), 8_000)).toBeGreaterThan(LINEAR);
});
