import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DecisionResult } from '../../src/approvals/open-calls.ts';
import type { Storage } from '../../src/db/storage.ts';
import { findToolCall } from '../../src/session/store/read-snapshot.ts';
import { type Backend, createBackend, describeOn, RECORDS } from '../support/backends.ts';
import type { ApartClick } from '../support/deciding-process.ts';
import { openCall } from '../support/open-call.ts';
import { ROOT } from '../support/root.ts';
import { decisionsOf } from '../support/second-approvals.ts';
import { ADA } from '../support/snapshots.ts';

const GRACE = { id: 'U0GRACE', name: 'Grace' };
const LINUS = { id: 'U0LINUS', name: 'Linus' };
const ROUNDS = 12;
const PROCESS = join(ROOT, 'test/support/deciding-process.ts');

describeOn('what needs a second approver', RECORDS, (name) => {
  let backend: Backend;
  /** Two processes, as it were: each has connections of its own where the storage takes several. */
  let storages: Storage[];
  beforeEach(async () => {
    backend = await createBackend(name);
    const first = await backend.open();
    storages = name === 'embedded' ? [first, first] : [first, await backend.open()];
  });
  afterEach(async () => {
    await Promise.all([...new Set(storages)].map((storage) => storage.close()));
    await backend.remove();
  });

  const approve = (id: string, by: typeof ADA) => ({
    calls: [{ toolCallId: id, revision: 0 }],
    verdict: 'approved' as const,
    by,
    sourceId: `${id}:${by.id}`,
  });

  test('is not run by two first approvers who click at the same moment', async () => {
    const deciding = storages.map(({ db }) => decisionsOf(db, [GRACE.id, LINUS.id], [ADA.id]));
    for (let round = 0; round < ROUNDS; round++) {
      const { id } = await openCall((storages[0] as Storage).db, 5);
      const results = await Promise.all(
        [GRACE, LINUS].map(async (by, i) => deciding[i]?.decide(approve(id, by))),
      );
      expect(results.filter((result) => result?.ok)).toHaveLength(1);
      expect(results.find((result) => !result?.ok)).toMatchObject({
        reason: expect.stringContaining(ADA.id),
      });
      const call = await findToolCall((storages[0] as Storage).db, id);
      expect(call?.state).toMatchObject({ kind: 'awaiting_approval', first: { by: expect.anything() } });
    }
  });

  test('is run once where a first and a second approver click at the same moment', async () => {
    const deciding = storages.map(({ db }) => decisionsOf(db, [GRACE.id], [ADA.id]));
    for (let round = 0; round < ROUNDS; round++) {
      const { id } = await openCall((storages[0] as Storage).db, 5);
      await Promise.all([GRACE, ADA].map(async (by, i) => deciding[i]?.decide(approve(id, by))));
      const { state } = (await findToolCall((storages[0] as Storage).db, id)) ?? {};
      // Ada was first to come where she was refused: then she has to click once more.
      if (state?.kind === 'approved') expect(state.decision).toMatchObject({ by: GRACE, second: ADA });
      else expect(state).toMatchObject({ kind: 'awaiting_approval', first: { by: GRACE } });
    }
  });

  test('is not run by one person who clicks twice at the same moment', async () => {
    const deciding = storages.map(({ db }) => decisionsOf(db, ['anyone'], ['anyone']));
    const { id } = await openCall((storages[0] as Storage).db, 5);
    const twice = [0, 1].map(async (i) =>
      deciding[i]?.decide({ ...approve(id, GRACE), sourceId: `${id}:${i}` }),
    );
    expect((await Promise.all(twice)).filter((result) => result?.ok)).toHaveLength(1);
    expect((await findToolCall((storages[0] as Storage).db, id))?.state.kind).toBe('awaiting_approval');
  });
});

describeOn('what needs a second approver, decided by two processes', ['postgres'], (name) => {
  let backend: Backend;
  let processes: ChildProcess[];
  beforeEach(async () => {
    backend = await createBackend(name);
    const made = [0, 1].map(() => fork(PROCESS, [backend.settings.databaseUrl ?? '']));
    processes = made;
    for (const [ready] of await Promise.all(made.map((child) => once(child, 'message'))))
      expect(ready).toBe('ready');
  });
  afterEach(async () => {
    await Promise.all(
      processes.map((child) => {
        const over = once(child, 'exit');
        child.disconnect();
        return over;
      }),
    );
    await backend.remove();
  });

  async function clicked(index: number, click: ApartClick): Promise<DecisionResult> {
    const child = processes[index];
    if (child === undefined) throw new Error('there is no such process');
    const answer = once(child, 'message');
    child.send(click);
    const [result] = await answer;
    return result;
  }

  test('is not run by two first approvers who click at the same moment', async () => {
    const storage = await backend.open();
    for (let round = 0; round < ROUNDS; round++) {
      const { id: callId } = await openCall(storage.db, 5);
      const rules = { callId, approvers: [GRACE.id, LINUS.id], second: [ADA.id] };
      const results = await Promise.all([GRACE, LINUS].map((by, i) => clicked(i, { ...rules, by })));
      expect(results.filter(({ ok }) => ok)).toHaveLength(1);
      const call = await findToolCall(storage.db, callId);
      expect(call?.state).toMatchObject({ kind: 'awaiting_approval', first: { by: expect.anything() } });
    }
    await storage.close();
  });

  test('is run once where a first and a second approver click at the same moment', async () => {
    const storage = await backend.open();
    for (let round = 0; round < ROUNDS; round++) {
      const { id: callId } = await openCall(storage.db, 5);
      const rules = { callId, approvers: [GRACE.id], second: [ADA.id] };
      await Promise.all([GRACE, ADA].map((by, i) => clicked(i, { ...rules, by })));
      const { state } = (await findToolCall(storage.db, callId)) ?? {};
      if (state?.kind === 'approved') expect(state.decision).toMatchObject({ by: GRACE, second: ADA });
      else expect(state).toMatchObject({ kind: 'awaiting_approval', first: { by: GRACE } });
    }
    await storage.close();
  });
});
