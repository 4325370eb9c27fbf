import { expect, test } from 'vitest';
import { ASSUMED, dayOf, type Scenario } from '../bench/simulation-day.ts';

const scenario = (people: number): Scenario => ({
  name: 'some people',
  assumes: '',
  workspaces: () => [{ people, zone: 0 }],
});

test('the same seed makes the same day', () => {
  expect(dayOf(scenario(500), 3)).toEqual(dayOf(scenario(500), 3));
  expect(dayOf(scenario(500), 3)).not.toEqual(dayOf(scenario(500), 4));
});

test('a day has about as much of everything as is assumed', () => {
  expect(ASSUMED.hours.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1);
  const { requests, steps, minutes } = dayOf(scenario(10_000), 1);
  const expected = 10_000 * ASSUMED.shareWhoAskADay * ASSUMED.requestsAPerson;
  expect(requests / expected).toBeCloseTo(1, 1);
  expect(steps / requests / ASSUMED.stepsARequest).toBeCloseTo(1, 1);
  expect(minutes.reduce((sum, minute) => sum + minute.requests, 0)).toBe(requests);
});

test('no workspace is shown more progress than its edits leave room for', () => {
  const { minutes } = dayOf(scenario(10_000), 1);
  expect(minutes.every(({ shown, progress }) => shown <= Math.min(progress, 47))).toBe(true);
  expect(minutes.some(({ shown, progress }) => shown < progress)).toBe(true);
});
