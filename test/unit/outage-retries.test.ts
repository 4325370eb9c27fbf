import { describe, expect, test } from 'vitest';
import { failureAfter } from '../../src/agent/outages.ts';
import { ModelError, type ModelErrorKind } from '../../src/llm/errors.ts';
import type { Settings } from '../../src/session/settings.ts';
import { stopText } from '../../src/thread/words/stops.ts';

const NOW = new Date('2026-11-03T02:00:00Z');
const MINUTE = 60_000;

const out = (kind: ModelErrorKind, retryAfterMs?: number) =>
  Object.assign(new ModelError(kind, 'down', retryAfterMs), { provider: 'router.example' });

const met = (error: ModelError, settings: Partial<Settings> = {}, mostHours = 12) =>
  failureAfter(error, { settings: { yolo: { kind: 'off' }, ...settings } }, { now: NOW, mostHours });

const minutesTo = (at: Date | undefined) => at && (at.getTime() - NOW.getTime()) / MINUTE;

describe('a request whose model provider is out', () => {
  test('waits for longer each time, for half an hour at most', () => {
    const waits: (number | undefined)[] = [];
    let settings: Partial<Settings> = {};
    for (let i = 0; i < 8; i++) {
      const { outage } = met(out('unavailable'), settings);
      waits.push(minutesTo(outage?.retryAt));
      settings = outage === undefined ? {} : { outage };
    }
    expect(waits).toEqual([1, 2, 5, 10, 15, 30, 30, 30]);
  });

  test('is given up soon where answers break off that are paid for', () => {
    const waits: (number | undefined)[] = [];
    let settings: Partial<Settings> = {};
    for (let i = 0; i < 5; i++) {
      const { outage } = met(Object.assign(out('unavailable'), { mayBePaid: true }), settings);
      waits.push(minutesTo(outage?.retryAt));
      if (outage === undefined) break;
      settings = { outage };
    }
    expect(waits).toEqual([1, 2, 5, undefined]);
  });

  test('waits for as long as the provider says, where that is longer', () => {
    expect(minutesTo(met(out('rate_limit', 20 * MINUTE)).outage?.retryAt)).toBe(20);
    expect(minutesTo(met(out('rate_limit', 1_000)).outage?.retryAt)).toBe(1);
  });

  test('begins anew where it is another provider that is out', () => {
    const outage = { provider: 'other.example', since: NOW, tries: 5 };
    expect(met(out('network'), { outage }).outage).toMatchObject({ tries: 1, provider: 'router.example' });
  });

  test('is given up once that has lasted for as long as the config says, and never begun where it says 0', () => {
    const since = new Date(NOW.getTime() - 11.8 * 60 * MINUTE);
    const failure = met(out('unavailable'), { outage: { provider: 'router.example', since, tries: 9 } });
    expect(failure).toEqual({
      message: 'The model provider is having trouble. Try again in a minute.',
      retryable: true,
    });
    expect(met(out('unavailable'), {}, 0).outage).toBeUndefined();
  });

  test.each(['credits', 'authentication', 'unknown_model', 'too_much', 'filtered', 'rejected'] as const)(
    'does not wait for what does not pass by itself: %s',
    (kind) => {
      expect(met(out(kind)).outage).toBeUndefined();
    },
  );
});

test('whoever is called is told what has stopped in one sentence, however it is called', () => {
  const failure = { message: 'The model account has run out of credits.', retryable: true };
  expect(stopText(failure, undefined, 'UTC')).toBe(
    'This request is stuck: The model account has run out of credits.',
  );
  expect(stopText(failure, `a\nlong ${'x'.repeat(200)}`, 'UTC')).toMatch(
    /^“a long x+…” is stuck: The model account/,
  );
});
