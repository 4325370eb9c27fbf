import { afterAll, beforeAll, expect, test } from 'vitest';
import { paces } from '../../src/db/schema/threads.ts';
import type { Storage } from '../../src/db/storage.ts';
import { type Bucket, reserve, slowDown, takeSpare } from '../../src/session/store/pace.ts';
import { type Backend, createBackend, describeOn, RECORDS } from '../support/backends.ts';
import { type MovableClock, standing } from '../support/clocks.ts';

let next = 0;
const bucket = (parts: Partial<Bucket> = {}): Bucket => ({
  platform: 'slack',
  workspace: `T${next++}`,
  name: 'edit',
  perMinute: 60,
  burst: 0,
  ...parts,
});

describeOn('the pace of a workspace', RECORDS, (name) => {
  let backend: Backend;
  let storage: Storage;
  let clock: MovableClock;
  beforeAll(async () => {
    backend = await createBackend(name);
    storage = await backend.open({ timed: (record) => (clock = standing(record)) });
  });
  afterAll(async () => {
    await storage.close();
    await backend.remove();
  });

  test('lets the first go at once and the others one after another, whoever asks', async () => {
    const one = bucket();
    const waits = await Promise.all(Array.from({ length: 5 }, () => reserve(storage.db, one, 1)));
    expect(waits.toSorted((a, b) => a - b)).toEqual([0, 1_000, 2_000, 3_000, 4_000]);
    clock.advance(10_000);
    expect(await reserve(storage.db, one, 1)).toBe(0);
  });

  test('counts a reservation for several as so many', async () => {
    const one = bucket();
    await reserve(storage.db, one, 3);
    expect(await reserve(storage.db, one, 1)).toBe(3_000);
  });

  test('lets what matters go at once, however much progress waits for its turn', async () => {
    const edits = bucket({ burst: 3 });
    await reserve(storage.db, { ...edits, name: 'progress' }, 100);
    expect(await reserve(storage.db, edits, 1)).toBe(0);
  });

  test('gives progress what is left, and takes none of the burst for it', async () => {
    const edits = bucket({ burst: 3 });
    const spare = { ...edits, burst: 0 };
    expect(await takeSpare(storage.db, spare, 1)).toBe(0);
    expect(await takeSpare(storage.db, spare, 1)).toBe(1_000);
    expect(await reserve(storage.db, edits, 1)).toBe(0);
    clock.advance(1_000);
    expect(await takeSpare(storage.db, spare, 1)).toBeGreaterThan(0);
    clock.advance(1_000);
    expect(await takeSpare(storage.db, spare, 1)).toBe(0);
  });

  test('other workspaces and other kinds of delivery have a pace of their own', async () => {
    const one = bucket();
    await reserve(storage.db, one, 30);
    expect(await reserve(storage.db, { ...one, name: 'post:C1' }, 1)).toBe(0);
    expect(await reserve(storage.db, bucket(), 1)).toBe(0);
  });

  test('waits for as long as a refusal says, and is slower afterwards', async () => {
    const one = bucket({ burst: 2 });
    await reserve(storage.db, one, 1);
    await slowDown(storage.db, one, 5_000);
    expect(await reserve(storage.db, one, 1)).toBeGreaterThan(4_700);
    const [row] = (await storage.db.select().from(paces)).filter((item) => item.workspace === one.workspace);
    expect(row?.factor).toBeCloseTo(0.9);
    const former = await reserve(storage.db, { ...one, burst: 0 }, 1);
    const latter = await reserve(storage.db, { ...one, burst: 0 }, 1);
    expect(latter - former).toBeCloseTo(1_111, -1);
    clock.advance(60_000);
    await reserve(storage.db, one, 10);
    const again = await reserve(storage.db, one, 1);
    expect((await reserve(storage.db, one, 1)) - again).toBe(1_000);
  });

  test('what was noted before the clock was set back an hour is waited for as long as it was to be then', async () => {
    const one = bucket();
    clock.advance(3_600_000);
    await slowDown(storage.db, one, 5_000);
    clock.advance(-3_600_000);
    expect(await reserve(storage.db, one, 1)).toBeLessThanOrEqual(5_000);
  });
});
