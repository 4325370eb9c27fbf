import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { paces } from '../../src/db/schema.ts';
import type { Storage } from '../../src/db/storage.ts';
import { type Bucket, reserve, slowDown } from '../../src/session/pace.ts';
import { BACKENDS, type Backend, createBackend } from '../support/backends.ts';

let next = 0;
const bucket = (parts: Partial<Bucket> = {}): Bucket => ({
  platform: 'slack',
  workspace: `T${next++}`,
  name: 'edit',
  perMinute: 60,
  burst: 0,
  ...parts,
});

describe.each(BACKENDS.filter((name) => name !== 'postgres+redis'))(
  'the pace of a workspace, on %s',
  (name) => {
    let backend: Backend;
    let storage: Storage;
    beforeAll(async () => {
      backend = await createBackend(name);
      storage = await backend.open();
    });
    afterAll(async () => {
      await storage.close();
      await backend.remove();
    });

    test('lets the first go at once and the others one after another, whoever asks', async () => {
      const one = bucket();
      const waits = await Promise.all(Array.from({ length: 5 }, () => reserve(storage.db, one, 1)));
      const sorted = waits.toSorted((a, b) => a - b);
      expect(sorted[0]).toBe(0);
      for (const [i, wait] of sorted.entries()) {
        expect(wait).toBeLessThanOrEqual(i * 1_000);
        expect(wait).toBeGreaterThan(i * 1_000 - 900);
      }
    });

    test('counts a reservation for several as so many', async () => {
      const one = bucket();
      await reserve(storage.db, one, 3);
      expect(await reserve(storage.db, one, 1)).toBeGreaterThan(2_100);
    });

    test('lets what matters go before progress that waits, up to the burst', async () => {
      const one = bucket({ burst: 3 });
      const progress = { ...one, burst: 0 };
      await reserve(storage.db, progress, 1);
      await reserve(storage.db, progress, 1);
      expect(await reserve(storage.db, one, 1)).toBe(0);
      expect(await reserve(storage.db, one, 1)).toBe(0);
      expect(await reserve(storage.db, one, 3)).toBeGreaterThan(0);
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
      expect(await reserve(storage.db, one, 1)).toBeGreaterThan(4_000);
      const [row] = (await storage.db.select().from(paces)).filter(
        (item) => item.workspace === one.workspace,
      );
      expect(row?.factor).toBeGreaterThan(0.85);
      expect(row?.factor).toBeLessThan(0.95);
      const former = await reserve(storage.db, { ...one, burst: 0 }, 1);
      const latter = await reserve(storage.db, { ...one, burst: 0 }, 1);
      expect(latter - former).toBeGreaterThan(1_030);
    });
  },
);
