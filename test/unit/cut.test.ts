import fc from 'fast-check';
import { expect, test } from 'vitest';
import { plainWithin } from '../../adapters/slack/text.ts';
import { beginningOf, cut, endOf, graphemes, wholeEnding } from '../../src/lib/cut.ts';

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

const FAMILY = '👨‍👩‍👧‍👦';
const FLAG = '🇩🇪';
const ACCENTED = 'e\u0301';

test.each([FAMILY, FLAG, ACCENTED, '👍🏽', '🚂'])('%s is never cut apart', (sign) => {
  for (let limit = 2; limit < 40; limit++) {
    const signs = new Set(graphemes(cut(sign.repeat(10), limit)));
    expect([...signs].filter((one) => one !== sign && one !== '…')).toEqual([]);
    expect(graphemes(beginningOf(sign.repeat(10), limit + 8)).every((one) => one === sign)).toBe(true);
    expect(graphemes(endOf(sign.repeat(10), limit)).every((one) => one === sign)).toBe(true);
    const ending = wholeEnding(sign.repeat(10), limit);
    expect(graphemes(ending).every((one) => one === sign)).toBe(true);
    expect(ending.length).toBeLessThanOrEqual(limit);
  }
});

test('whatever is cut fits, is a beginning of the text and is well-formed', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 60 }), (text, limit) => {
      const short = cut(text, limit);
      expect(short.length).toBeLessThanOrEqual(Math.max(limit, 1));
      expect(text.startsWith(short.replace(/…$/, ''))).toBe(true);
      expect(short.isWellFormed()).toBe(true);
    }),
    { numRuns: 1_000 },
  );
});

test('marks that are piled up on one character do not make it endless', () => {
  const zalgo = `a${'\u0301'.repeat(5_000)}`;
  expect(cut(zalgo, 100).length).toBeLessThanOrEqual(100);
});
