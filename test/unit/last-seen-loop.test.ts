import { expect, test } from 'vitest';
import { eachMissed, followLastSeen, type Missed } from '../../src/controller/last-seen-loop.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/lib/log.ts';
import { until } from '../support/until.ts';

const log = createLogger('silent', (text) => text);

test('a workspace that can’t be caught up with keeps no other one from it, nor from being listened to', async () => {
  const stop = new AbortController();
  const caughtUp: string[] = [];
  const noted: string[] = [];
  let isMended = false;
  let lose = () => {};
  const loop = followLastSeen(
    {
      clock: systemClock,
      link: { isUp: () => true, onUp: (listener) => (lose = listener) },
      log,
      platform: 'slack',
      lastSeen: { note: async (_platform, workspaces) => void noted.push(...workspaces) },
      workspaces: async () => ['T1', 'T2', 'T3'],
      async catchUp(workspace) {
        if (workspace === 'T2' && !isMended) throw new Error('its token can’t be read');
        caughtUp.push(workspace);
      },
    },
    stop.signal,
  );
  await until('the others are caught up with, and noted', () => noted.length >= 2);
  expect(caughtUp).toEqual(['T1', 'T3']);
  expect(noted).toEqual(['T1', 'T3']);
  lose(); // a connection that breaks meanwhile has the others read again
  isMended = true;
  await until('all are caught up with', () => new Set(noted).size === 3 && caughtUp.length >= 5);
  stop.abort();
  await loop;
  expect(caughtUp.filter((workspace) => workspace === 'T1')).toHaveLength(2);
});

test('after a time in which the machine slept, what was written since the last look is read, then noted', async () => {
  const stop = new AbortController();
  const begun = Date.parse('2026-11-26T08:00:00Z');
  let asleepMs = 0;
  const happened: string[] = [];
  let wake = () => {};
  const loop = followLastSeen(
    {
      clock: { now: () => new Date(begun + asleepMs) },
      link: { isUp: () => true, onUp: (listener) => (wake = listener) },
      log,
      platform: 'slack',
      lastSeen: { note: async () => void happened.push(`noted at ${asleepMs}`) },
      workspaces: async () => ['T1'],
      async catchUp(_workspace, { since }) {
        happened.push(`read since ${since.getTime() - begun}`);
      },
    },
    stop.signal,
  );
  await until('it listens', () => happened.includes('noted at 0'));
  asleepMs = 8 * 60 * 60_000;
  wake(); // the connection is found to be broken late, by which time it counts as lost only since now
  await until('it has read and noted', () => happened.length === 4);
  stop.abort();
  await loop;
  expect(happened).toEqual(['read since 0', 'noted at 0', 'read since 0', `noted at ${asleepMs}`]);
});

function missed(failures: number): Missed {
  return { since: new Date(), failures, signal: new AbortController().signal };
}

test('what can’t be taken is tried again with all, until it has failed so often that it is given up', async () => {
  const taken: number[] = [];
  const read = (failures: number) =>
    eachMissed([1, 2, 3], missed(failures), log, String, async (n) => {
      if (n === 2) throw new Error('no');
      taken.push(n);
    });
  await expect(read(0)).rejects.toThrow('1 of 3 failed');
  expect(taken).toEqual([1, 3]);
  await read(10);
});

test('nothing is given up while nothing at all can be taken', async () => {
  const read = eachMissed([1, 2], missed(100), log, String, async () => {
    throw new Error('the record is away');
  });
  await expect(read).rejects.toThrow('2 of 2 failed');
});
