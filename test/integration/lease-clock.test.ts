import { afterEach, beforeEach, expect, test } from 'vitest';
import { sessions } from '../../src/db/schema/sessions.ts';
import type { Storage } from '../../src/db/storage.ts';
import { assertHeld, type Claim, claim, LeaseLost, renewAll } from '../../src/session/store/lease.ts';
import { type Backend, createBackend } from '../support/backends.ts';
import { type MovableClock, standing } from '../support/clocks.ts';
import { ADA } from '../support/snapshots.ts';

const LEASE_MS = 30_000;
const HOUR_MS = 3_600_000;

let backend: Backend;
let storage: Storage;
let clock: MovableClock;
let held: Claim;

beforeEach(async () => {
  backend = await createBackend('shared');
  storage = await backend.open({
    timed: (record) => {
      clock = standing(record);
      return clock;
    },
  });
  const address = { platform: 'slack', workspace: 'T1', channel: 'C1', thread: '1.1' };
  await storage.db
    .insert(sessions)
    .values({ id: 's1', ...address, requester: ADA, state: { kind: 'running' } });
  const claimed = await claim(storage.db, 's1', 'one', LEASE_MS);
  if (claimed === undefined) throw new Error('nobody else could have claimed it');
  held = claimed;
});
afterEach(async () => {
  await storage.close();
  await backend.remove();
});

test.each([
  ['forward', HOUR_MS],
  ['back', -HOUR_MS],
])('a lease is held for as long as it was given, when the clock is set %s as well', (_how, ms) => {
  clock.set(ms);
  clock.advance(LEASE_MS - 1);
  assertHeld(held);
  clock.advance(1);
  expect(() => assertHeld(held)).toThrow(LeaseLost);
});

test('a lease that was renewed is held from then on, and no other worker has it meanwhile', async () => {
  clock.advance(LEASE_MS - 1);
  await renewAll(storage.urgent, [held]);
  clock.advance(LEASE_MS - 1);
  assertHeld(held);
  expect(await claim(storage.db, 's1', 'two', LEASE_MS)).toBeUndefined();
  clock.advance(2);
  expect(() => assertHeld(held)).toThrow(LeaseLost);
  expect(await claim(storage.db, 's1', 'two', LEASE_MS)).toMatchObject({ epoch: 2 });
});

test('who holds a lease knows that it is over before anybody else can have it', async () => {
  for (const ms of [LEASE_MS - 2, 1, 1, 1]) {
    clock.advance(ms);
    const taken = await claim(storage.db, 's1', 'two', LEASE_MS);
    if (taken !== undefined) expect(() => assertHeld(held)).toThrow(LeaseLost);
  }
});
