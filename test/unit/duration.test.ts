import { expect, test } from 'vitest';
import { durationText, exactDurationText } from '../../src/lib/duration.ts';

test.each([
  [0, '0 s'],
  [59.4, '59 s'],
  [60, '1 min'],
  [843, '14 min 3 s'],
  [3_600, '1 h'],
  [5_430, '1 h 30 min'],
  [172_799, '47 h 59 min'],
  [172_800, '2 d'],
  [172_800 + 3_599, '2 d'],
  [190_800, '2 d 5 h'],
  [31 * 86_400, '31 d'],
])('%d seconds are %j', (seconds, text) => {
  expect(durationText(seconds)).toBe(text);
});

test.each([
  [1_800, '30 min'],
  [5_400, '1 h 30 min'],
  [5_431, '1 h 30 min (5431 s)'],
  [259_200, '3 d'],
  [260_000, '3 d (260000 s)'],
])('a limit of %d seconds is shown as %j', (seconds, text) => {
  expect(exactDurationText(seconds)).toBe(text);
});
