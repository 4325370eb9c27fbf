import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import type { Storage } from '../../src/db/storage.ts';
import { randomIds, systemClock } from '../../src/lib/clock.ts';
import { type Change, createDeliveries, LAST } from '../../src/session/store/deliveries.ts';
import { until } from '../support/until.ts';
import { useStorage } from '../support/use-storage.ts';

let storage: Storage;
useStorage((made) => {
  storage = made;
});

/** What one process has, and what another one. */
const two = () => [1, 2].map(() => createDeliveries(storage.db, { ...systemClock, sleep }, randomIds));

let waits = 0;
async function sleep(ms: number): Promise<void> {
  waits++;
  await systemClock.sleep(ms);
}

let sources = 0;
const source = () => `slack:T1:C1:${++sources}`;

test('what many take up at once is done once, and all of them wait until it is done', async () => {
  const id = source();
  const events: string[] = [];
  const gate = Promise.withResolvers<void>();
  const all = [...two(), ...two()].map(async (one) => {
    await one.once(id, async () => {
      events.push('done');
      await gate.promise;
    });
    events.push('confirmed');
  });
  waits = 0;
  await until('the others have looked several times', () => waits >= 9);
  expect(events).toEqual(['done']);
  gate.resolve();
  await Promise.all(all);
  expect(events).toEqual(['done', 'confirmed', 'confirmed', 'confirmed', 'confirmed']);
});

test('what failed is done by who delivers it next', async () => {
  const id = source();
  const [one, other] = two();
  const failing = one?.once(id, async () => {
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  let done = 0;
  await other?.once(id, async () => void done++);
  await one?.once(id, async () => void done++);
  expect(done).toBe(1);
});

test('what a process that died was about is done by another once its time has run out', async () => {
  const id = source();
  const [one, other] = two();
  void one?.once(id, () => new Promise(() => {}));
  await until(
    'it is claimed',
    async () =>
      (await storage.db.$count(sql`ml_intern.deliveries where source_id = ${id} and owner is not null`)) ===
      1,
  );
  let done = 0;
  const waiting = other?.once(id, async () => void done++);
  await storage.db.execute(
    sql`update ml_intern.deliveries set claimed_until = now() - interval '1 second' where source_id = ${id}`,
  );
  await waiting;
  expect(done).toBe(1);
});

test('whoever takes something in is told how it was changed before: by the newest change, and a deletion is the last', async () => {
  const [one] = two();
  const told = async (...changes: Change[]) => {
    const id = source();
    for (const change of changes) expect(await one?.note(id, change)).toBe(true);
    let seen: Change | undefined;
    await one?.once(id, async (change) => {
      seen = change;
    });
    expect(await one?.note(id, { at: '9', text: 'too late' })).toBe(false);
    return seen;
  };
  expect(await told()).toBeUndefined();
  expect(await told({ at: '2', text: 'two' }, { at: '1', text: 'one' })).toEqual({ at: '2', text: 'two' });
  expect(await told({ at: LAST, isGone: true }, { at: '5', text: 'five' })).toEqual({
    at: LAST,
    isGone: true,
  });
});

test('a change waits for who is taking its message in', async () => {
  const id = source();
  const [one, other] = two();
  const gate = Promise.withResolvers<void>();
  const taking = one?.once(id, () => gate.promise);
  await until(
    'it is claimed',
    async () =>
      (await storage.db.$count(sql`ml_intern.deliveries where source_id = ${id} and owner is not null`)) ===
      1,
  );
  const noting = other?.note(id, { at: '1', text: 'one' });
  gate.resolve();
  await taking;
  expect(await noting).toBe(false);
});
