import { expect, test } from 'vitest';
import { createRecordClock } from '../../src/db/record-clock.ts';
import { systemClock } from '../../src/lib/clock.ts';

/** A machine and a database, each with a clock that a test sets. */
function setUp(wallMs: number, databaseMs: number) {
  const machine = { wall: wallMs, since: 1_000, database: databaseMs, tookMs: 0 };
  let again = () => {};
  const time = createRecordClock(
    async () => {
      const at = new Date(machine.database);
      machine.since += machine.tookMs;
      machine.database += machine.tookMs;
      return at;
    },
    {
      ...systemClock,
      now: () => new Date(machine.wall),
      monotonic: () => machine.since,
      every: (_ms, work) => {
        again = work;
        return () => {};
      },
    },
  );
  return {
    machine,
    time,
    now: () => time.clock.now().getTime(),
    pass(ms: number) {
      machine.wall += ms;
      machine.since += ms;
      machine.database += ms;
    },
    again: () => again(),
  };
}

test('it is the database’s time, whatever this machine’s clock says and however that jumps', async () => {
  const { machine, time, now, pass } = setUp(9_000_000, 5_000_000);
  await time.ask();
  expect(now()).toBe(5_000_000);
  pass(250);
  machine.wall += 3_600_000;
  expect(now()).toBe(5_000_250);
  machine.wall -= 7_200_000;
  await time.ask();
  expect(now()).toBe(5_000_250);
});

test('where the database’s clock is set, it follows with the next look', async () => {
  const { machine, time, now, again } = setUp(0, 5_000_000);
  await time.ask();
  machine.database += 60_000;
  expect(now()).toBe(5_000_000);
  again();
  await time.ask();
  expect(now()).toBe(5_060_000);
  machine.database -= 90_000;
  await time.ask();
  expect(now()).toBe(4_970_000);
});

test('an answer that took long changes nothing that it does not prove wrong', async () => {
  const { machine, time, now } = setUp(0, 5_000_000);
  await time.ask();
  machine.tookMs = 4_000; // it was told at the beginning of these, or at their end: nobody can say
  await time.ask();
  expect(now()).toBe(5_004_000);
  machine.database += 10_000; // seen even so
  await time.ask();
  expect(now()).toBeGreaterThanOrEqual(5_014_000);
  expect(now()).toBeLessThanOrEqual(5_018_000);
});

test('while the database does not answer, it goes on', async () => {
  let isAway = false;
  let since = 0;
  const time = createRecordClock(
    async () => (isAway ? Promise.reject(new Error('away')) : new Date(5_000_000)),
    { ...systemClock, now: () => new Date(0), monotonic: () => since, every: () => () => {} },
  );
  await time.ask();
  isAway = true;
  since += 90_000;
  await expect(time.ask()).rejects.toThrow('away');
  expect(time.clock.now().getTime()).toBe(5_090_000);
});
