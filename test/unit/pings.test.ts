import { defaultRepeatStrategy } from 'bullmq';
import { describe, expect, test } from 'vitest';
import { movedTo, type PingOrder, pingOrderOf, rhythmIn } from '../../src/jobs/ping-orders.ts';
import { pingsText } from '../../src/thread/words/pings.ts';

const every = (ms: number) => ({ kind: 'every', ms });

test.each([
  ['pings', { kind: 'show' }],
  ['pings off', { kind: 'off', scope: 'thread' }],
  ['Pings channel off.', { kind: 'off', scope: 'channel' }],
  ['pings weekly off', { kind: 'off', scope: 'weekly' }],
  ['pings 30m', { kind: 'set', scope: 'thread', when: every(1_800_000), isQuiet: false }],
  ['pings channel 2h quiet', { kind: 'set', scope: 'channel', when: every(7_200_000), isQuiet: true }],
  [
    'pings daily 9:05 europe/paris',
    { kind: 'set', when: { kind: 'daily', pattern: '5 9 * * *', timeZone: 'Europe/Paris' } },
  ],
  ['pings daily at 18:00', { when: { pattern: '0 18 * * *', timeZone: undefined } }],
  ['pings channel daily 9:00', { scope: 'channel', when: { pattern: '0 9 * * *' } }],
  ['pings weekly monday 9:00', { scope: 'weekly', when: { kind: 'weekly', pattern: '0 9 * * 1' } }],
  ['pings weekly on Sundays at 17:30', { scope: 'weekly', when: { pattern: '30 17 * * 0' } }],
  ['pings weekly 9:00 quiet', { scope: 'weekly', when: { pattern: '0 9 * * 1' }, isQuiet: true }],
  ['pings channel weekly fri 9:00 UTC', { scope: 'weekly', when: { pattern: '0 9 * * 5', timeZone: 'UTC' } }],
  ['pings 10s', { kind: 'wrong' }],
  ['pings 0.1m', { kind: 'wrong', problem: 'Pings come at most once a minute.' }],
  ['pings 31d', { kind: 'set', when: every(31 * 86_400_000) }],
  ['pings 32d', { kind: 'wrong', problem: expect.stringContaining('31 days') }],
  [`pings ${'9'.repeat(300)}h`, { kind: 'wrong', problem: expect.stringContaining('31 days') }],
  [`pings ${'9'.repeat(400)}m quiet`, { kind: 'wrong', problem: expect.stringContaining('31 days') }],
  ['pings daily 25:00', { kind: 'wrong' }],
  ['pings daily monday 9:00', { kind: 'wrong' }],
  ['pings weekly', { kind: 'wrong' }],
  ['pings daily 9:00 Mars/Olympus', { kind: 'wrong', problem: expect.stringContaining('Mars/Olympus') }],
])('%j is read', (text, expected) => {
  expect(pingOrderOf(text)).toMatchObject(expected);
});

test.each(['pings are a good idea, please add them to the report', 'pinging 30m', 'what do pings cost?'])(
  '%j is no command',
  (text) => {
    expect(pingOrderOf(text)).toBeUndefined();
  },
);

describe('a note that was ordered', () => {
  const ADA = { id: 'U0ADA', name: 'Ada' };
  const ordered = (text: string) => pingOrderOf(text) as Extract<PingOrder, { kind: 'set' }>;
  const told = (text: string, from: 'order' | 'person' | 'platform' | 'config') => {
    const order = ordered(text);
    return pingsText(order.scope, rhythmIn(order, { name: 'Europe/Berlin', from }, ADA));
  };

  test('is confirmed with its hour, its time zone, and whose word that is', () => {
    expect(told('pings daily 9:00', 'platform')).toBe(
      'I write a note on this thread every day at 9:00 Europe/Berlin. That is your time zone as your profile has it; `timezone Europe/Berlin` sets another.',
    );
    expect(told('pings weekly tue 17:05 quiet', 'person')).toBe(
      'I write a note on this channel every Tuesday at 17:05 Europe/Berlin, unless there is nothing to say. That is your time zone.',
    );
    expect(told('pings channel daily 9:00', 'config')).toContain('I don’t know your time zone');
  });

  test('comes at the same hour on both sides of summer time', () => {
    const { when } = rhythmIn(ordered('pings daily 9:00'), { name: 'Europe/Berlin', from: 'person' }, ADA);
    if (when.kind === 'every') throw new Error('it is a daily one');
    const repeat = { pattern: when.pattern, tz: when.timeZone };
    const next = (after: string) => {
      const at = defaultRepeatStrategy(Date.parse(after), repeat);
      return at && new Date(at).toISOString();
    };
    expect(next('2026-03-28T09:00:00Z')).toBe('2026-03-29T07:00:00.000Z');
    expect(next('2026-10-24T09:00:00Z')).toBe('2026-10-25T08:00:00.000Z');
  });

  test('comes at its hour of the place to which whoever ordered it has moved', () => {
    const here = rhythmIn(ordered('pings weekly 9:00'), { name: 'UTC', from: 'config' }, ADA);
    expect(movedTo(here, { name: 'America/New_York', from: 'person' })).toMatchObject({
      when: { kind: 'weekly', pattern: '0 9 * * 1', timeZone: 'America/New_York' },
      words: 'every Monday at 9:00 America/New York',
      by: ADA,
    });
  });
});
