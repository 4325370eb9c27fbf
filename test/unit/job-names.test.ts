import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { slugOf } from '../../src/jobs/labels.ts';
import { Arguments } from '../../src/tools/hf-jobs/arguments.ts';

const isTaken = (name: string): boolean => Arguments.safeParse({ operation: 'run', name }).success;

describe('a job’s name', () => {
  test.each(['IMDB baseline · lr 2e-5', 'sft_v2 (run 3/8)', 'größeres Modell', '数据集 1', 'C++ & C#, 50%'])(
    'is what people write: %s',
    (name) => {
      expect(isTaken(name)).toBe(true);
    },
  );

  test.each([
    ...['', ' x', '<!channel>', '<@U0ADA>', '@everyone', '*bold*', '[a](https://b.example)', '`code`'],
    ...['two\nlines', 'a|b', 'see https://a.example', '~~gone~~', 'x\u202ey', 'x\u200by', 'x'.repeat(61)],
  ])('has no sign that marks text up, calls somebody or can’t be seen: %j', (name) => {
    expect(isTaken(name)).toBe(false);
  });

  test('is a label of the Hub in the signs that a label takes', () => {
    expect(slugOf('IMDB baseline · lr 2e-5')).toBe('IMDB-baseline-lr-2e-5');
    expect(slugOf('größeres Modell')).toMatch(/^gro-eres-Modell$/);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (name) => {
        expect(slugOf(name)).toMatch(/^([A-Za-z0-9._][A-Za-z0-9._-]*)?$/);
        expect(slugOf(name).length).toBeLessThanOrEqual(60);
      }),
    );
  });
});
