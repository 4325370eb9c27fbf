import { expect, test } from 'vitest';
import { pingOrderOf } from '../../src/jobs/pings.ts';

test.each([
  ['pings', { kind: 'show' }],
  ['pings off', { kind: 'off', scope: 'thread' }],
  ['Pings channel off.', { kind: 'off', scope: 'channel' }],
  [
    'pings 30m',
    { kind: 'set', scope: 'thread', rhythm: { when: { kind: 'every', ms: 1_800_000 }, isQuiet: false } },
  ],
  [
    'pings channel 2h quiet',
    { kind: 'set', scope: 'channel', rhythm: { when: { kind: 'every', ms: 7_200_000 }, isQuiet: true } },
  ],
  [
    'pings daily 9:05 Europe/Paris',
    { kind: 'set', rhythm: { when: { kind: 'daily', pattern: '5 9 * * *', timeZone: 'Europe/Paris' } } },
  ],
  ['pings daily 18:00', { kind: 'set', rhythm: { when: { pattern: '0 18 * * *', timeZone: 'UTC' } } }],
  ['pings 10s', { kind: 'wrong' }],
  ['pings 0.1m', { kind: 'wrong', problem: 'Pings come at most once a minute.' }],
  ['pings 31d', { kind: 'set', rhythm: { when: { ms: 31 * 86_400_000 } } }],
  ['pings 32d', { kind: 'wrong', problem: expect.stringContaining('31 days') }],
  [`pings ${'9'.repeat(300)}h`, { kind: 'wrong', problem: expect.stringContaining('31 days') }],
  [`pings ${'9'.repeat(400)}m quiet`, { kind: 'wrong', problem: expect.stringContaining('31 days') }],
  ['pings daily 25:00', { kind: 'wrong' }],
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
