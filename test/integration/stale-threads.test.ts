import { afterAll, beforeAll, expect, test } from 'vitest';
import { sessions } from '../../src/db/schema/sessions.ts';
import type { Storage } from '../../src/db/storage.ts';
import type { Grants } from '../../src/thread/delivery/claim.ts';
import { staleThreads, waitingThreads } from '../../src/thread/delivery/stale-threads.ts';
import { type Backend, createBackend, describeOn, RECORDS } from '../support/backends.ts';
import { type MovableClock, standing } from '../support/clocks.ts';
import { ADA } from '../support/snapshots.ts';

const MINUTE = 60_000;

describeOn('threads that are behind', RECORDS, (name) => {
  let backend: Backend;
  let storage: Storage;
  let clock: MovableClock;
  beforeAll(async () => {
    backend = await createBackend(name);
    storage = await backend.open({ timed: (record) => (clock = standing(record)) });
    const now = clock.now().getTime();
    await behind('s_nothing', {});
    await behind('s_later', { progress: { at: now + MINUTE, count: 1 } });
    await behind('s_one_is_due', {
      progress: { at: now + MINUTE, count: 1 },
      edit: { at: now - 1, count: 1 },
    });
    clock.advance(MINUTE / 2);
  });
  afterAll(async () => {
    await storage.close();
    await backend.remove();
  });

  const behind = (id: string, renderGrants: Grants) =>
    storage.db.insert(sessions).values({
      id,
      ...{ platform: 'slack', workspace: 'T', channel: 'C', thread: id },
      requester: ADA,
      state: { kind: 'running' },
      rev: 1,
      renderGrants,
    });

  const ids = async (found: ReturnType<typeof staleThreads>) => (await found).map(({ id }) => id).toSorted();

  test('are left to the queue while all that was reserved for them is due later', async () => {
    expect(await ids(staleThreads(storage.db))).toEqual(['s_nothing', 's_one_is_due']);
    expect(await ids(waitingThreads(storage.db))).toEqual(['s_later']);
  });

  test('are looked for like any other once it is due', async () => {
    clock.advance(MINUTE);
    expect(await ids(staleThreads(storage.db))).toEqual(['s_later', 's_nothing', 's_one_is_due']);
    expect(await ids(waitingThreads(storage.db))).toEqual([]);
  });
});
