import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dollars, dollarsAtMost, exactDollars } from '../../src/lib/dollars.ts';
import { compact } from '../../src/lib/numbers.ts';

describe('a sum', () => {
  test.each([
    [0, '$0.00'],
    [0.0017, 'under $0.01'],
    [0.0167, '$0.02'],
    [1.2, '$1.20'],
    [1_234.5, '$1,234.50'],
  ])('that was spent is said to the cent: %d', (usd, words) => {
    expect(dollars(usd)).toBe(words);
  });

  test.each([
    [0, '$0.00'],
    [0.0017, '$0.01'],
    [0.0167, '$0.02'],
    [0.02, '$0.02'],
    [0.1 + 0.2, '$0.30'],
    [1.001, '$1.01'],
  ])('that bounds what is spent is never rounded down: %d', (usd, words) => {
    expect(dollarsAtMost(usd)).toBe(words);
  });

  test('that bounds what is spent is at most a cent too large, whatever it is', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 100_000, noNaN: true }), (usd) => {
        const said = Number(dollarsAtMost(usd).replace(/[$,]/g, ''));
        expect(said).toBeGreaterThanOrEqual(usd - 1e-7);
        expect(said).toBeLessThan(usd + 0.0101);
      }),
    );
  });

  test('that somebody has set is said to its last digit', () => {
    expect([0.09, 5, 0.0001, 1_000].map(exactDollars)).toEqual(['$0.09', '$5.00', '$0.0001', '$1,000.00']);
  });
});

test('a large count is said in a few characters', () => {
  expect([0, 950, 999.6, 1_000, 9_540, 12_300, 999_700, 1_230_000, 41_000_000, 2e9].map(compact)).toEqual([
    '0',
    '950',
    '1k',
    '1k',
    '9.5k',
    '12k',
    '1M',
    '1.2M',
    '41M',
    '2G',
  ]);
});
