import { expect, test } from 'vitest';
import { zoneOrderOf } from '../../src/intake/time-zone-command.ts';
import { clockText, dayText, timeZoneNamed } from '../../src/lib/time-zones.ts';

test.each([
  ['europe/berlin', 'Europe/Berlin'],
  ['America/New York', 'America/New_York'],
  ['Asia/Kolkata', 'Asia/Kolkata'],
  ['asia/kolkata', 'Asia/Kolkata'],
  ['US/Pacific', 'US/Pacific'],
  ['utc', 'UTC'],
  ['+02:00', undefined],
  ['Mars/Olympus', undefined],
  ['', undefined],
])('the time zone that is called %j is %j', (said, zone) => {
  expect(timeZoneNamed(said)).toBe(zone);
});

test('times are said as people set them, with their zone, in winter and in summer', () => {
  const [winter, summer] = [new Date('2026-01-02T07:05:00Z'), new Date('2026-07-02T22:30:00Z')];
  expect(clockText(winter, 'Europe/Berlin')).toBe('8:05 Europe/Berlin');
  expect(dayText(summer, summer, 'Europe/Berlin')).toBe('Fri 0:30 Europe/Berlin');
  expect(dayText(summer, summer, 'America/New_York')).toBe('Thu 18:30 America/New York');
  expect(dayText(winter, summer, 'UTC')).toBe('2 Jan 7:05 UTC');
});

test.each([
  ['timezone', { kind: 'show' }],
  ['time zone Europe/Berlin', { kind: 'set', zone: 'Europe/Berlin' }],
  ['My timezone is america/new york', { kind: 'set', zone: 'America/New_York' }],
  ['timezone off', { kind: 'forget' }],
  ['timezone Mars/Olympus', { kind: 'wrong', problem: expect.stringContaining('Mars/Olympus') }],
  ['timezone bugs', undefined],
  ['timezone handling is broken', undefined],
  ['timezones', undefined],
])('%j is read', (said, expected) => {
  expect(zoneOrderOf(said)).toEqual(expected);
});
