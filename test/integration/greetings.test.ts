import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { createGreetings } from '../../src/access/greetings.ts';
import { greetings } from '../../src/db/schema/access.ts';
import type { Storage } from '../../src/db/storage.ts';
import { useStorage } from '../support/use-storage.ts';

let storage: Storage;
useStorage((made) => {
  storage = made;
});

test('what a process that died was about to say is said later, and is not over with before', async () => {
  const place = { platform: 'slack' as const, workspace: 'T_GREETED', channel: 'C1' };
  const { once } = createGreetings(storage.db);
  const dying = new Promise<void>((begun) => {
    void once(place, () => {
      begun();
      return new Promise(() => {}); // it never comes to an end
    });
  });
  await dying;
  const said: boolean[] = [];
  const say = async (isOutcomeOpen: boolean) => {
    said.push(isOutcomeOpen);
    return 'said' as const;
  };
  expect(await once(place, say)).toBe(false);
  expect(said).toEqual([]);
  await storage.db
    .update(greetings)
    .set({ until: new Date(0) })
    .where(eq(greetings.workspace, 'T_GREETED'));
  expect(await once(place, say)).toBe(true);
  expect(await once(place, say)).toBe(true);
  expect(said).toEqual([true]);
});
