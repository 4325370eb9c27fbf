import fc from 'fast-check';
import { expect, test } from 'vitest';
import { plainWithin } from '../../adapters/slack/text.ts';
import { cut } from '../../src/thread/view/words.ts';

/** Text that grows when it is escaped, with characters of two halves. */
const growing = fc
  .array(fc.constantFrom('&', '<', '>', '<@U1>', '@channel', 'a', ' ', '🚂', '\n'), { maxLength: 400 })
  .map((parts) => parts.join(''));

test('what is cut for a field of Slack has whole escapes and whole characters, and fits', () => {
  fc.assert(
    fc.property(growing, fc.integer({ min: 20, max: 300 }), (text, limit) => {
      const printed = plainWithin(text, limit);
      expect(printed.length).toBeLessThanOrEqual(limit);
      expect(printed.isWellFormed()).toBe(true);
      expect(printed.replaceAll(/&(?:amp|lt|gt);/g, '')).not.toMatch(/[&<>]/);
    }),
    { numRuns: 2_000 },
  );
});

test('what fits is not cut', () => {
  expect(plainWithin('a < b', 8)).toBe('a &lt; b');
  expect(plainWithin('a < b', 7)).toBe('a &lt;…');
  expect(plainWithin('a < b', 6)).toBe('a …');
  expect(cut('ab🚂', 4)).toBe('ab🚂');
  expect(cut('ab🚂c', 4)).toBe('ab…');
});
