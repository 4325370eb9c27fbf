import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sessions } from '../../src/db/schema/sessions.ts';
import type { Storage } from '../../src/db/storage.ts';
import type { Intake } from '../../src/intake/intake.ts';
import { pendingOperations } from '../../src/session/store/inbox.ts';
import { claim, fenced, LeaseLost, renewAll } from '../../src/session/store/lease.ts';
import { readSnapshot } from '../../src/session/store/read-snapshot.ts';
import * as record from '../../src/session/store/record.ts';
import { addMessage, openExchange } from '../../src/session/store/record.ts';
import { claimRender, fencedRender, RenderLost } from '../../src/thread/delivery/claim.ts';
import { type Backend, createBackend, describeOn, RECORDS } from '../support/backends.ts';
import { intakeOn } from '../support/intake.ts';
import { ADA } from '../support/snapshots.ts';
import { until } from '../support/until.ts';

const ADDRESS = { platform: 'slack' as const, workspace: 'T1', channel: 'C1', thread: '1.1' };

// Redis plays no part in the record.
describeOn('the record', RECORDS, (name) => {
  let backend: Backend;
  let storage: Storage;
  let intake: Intake;
  let woken: string[];

  beforeEach(async () => {
    backend = await createBackend(name);
    storage = await backend.open();
    woken = [];
    intake = intakeOn(storage.db, (id) => woken.push(id));
  });
  afterEach(async () => {
    await storage.close();
    await backend.remove();
  });

  const say = (text: string, sourceId = text, thread = '1.1') =>
    intake.message({ address: { ...ADDRESS, thread }, sourceId, text, author: ADA, messageId: '1.1' });

  async function newSession(thread?: string): Promise<string> {
    await say('hello', thread, thread);
    return woken.at(-1) ?? '';
  }

  test('many deliveries of one message at once make one session and one operation', async () => {
    await Promise.all(Array.from({ length: 12 }, () => say('hello', 'same')));
    expect(new Set(woken).size).toBe(1);
    expect(await pendingOperations(storage.db, woken[0] ?? '')).toHaveLength(1);
  });

  test('messages are taken in the order in which they were written, not in that of their deliveries', async () => {
    const at = (messageId: string) =>
      intake.message({ address: ADDRESS, sourceId: messageId, text: messageId, author: ADA, messageId });
    await at('1795607797.000300');
    await at('1795607797.000100');
    await intake.operate(ADDRESS, { kind: 'compact', by: ADA }, 'click');
    await at('1795607797.000900');
    await at('1795607797.000200');
    const pending = await pendingOperations(storage.db, woken[0] ?? '');
    expect(pending.map(({ operation }) => ('text' in operation ? operation.text : operation.kind))).toEqual([
      '1795607797.000100',
      '1795607797.000300',
      'compact',
      '1795607797.000200',
      '1795607797.000900',
    ]);
  });

  test('what a model begins to answer is no progress: a turn that always fails then is counted', async () => {
    const id = await newSession();
    for (const strikes of [1, 2, 3]) {
      const held = await claim(storage.db, id, `w${strikes}`, 60_000);
      expect(held?.strikes).toBe(strikes);
      if (held) await fenced(held, (tx) => record.setDraft(tx, id, { text: 'Looking' }));
      await storage.db.update(sessions).set({ leaseUntil: new Date(Date.now() - 1_000) });
    }
    const held = await claim(storage.db, id, 'w4', 60_000);
    if (held) await fenced(held, (tx) => record.addMessage(tx, id, 0, { role: 'note', text: 'done' }));
    await storage.db.update(sessions).set({ leaseUntil: new Date(Date.now() - 1_000) });
    expect((await claim(storage.db, id, 'w5', 60_000))?.strikes).toBe(1);
  });

  test('of many workers one gets a session, until it is silent for its lease', async () => {
    const id = await newSession();
    const all = await Promise.all(
      Array.from({ length: 8 }, (_, i) => claim(storage.db, id, `w${i}`, 60_000)),
    );
    expect(all.filter((held) => held !== undefined)).toHaveLength(1);
    expect(await claim(storage.db, id, 'late', 60_000)).toBeUndefined();
    await storage.db.update(sessions).set({ leaseUntil: new Date(Date.now() - 1_000) });
    expect(await claim(storage.db, id, 'successor', 60_000)).toMatchObject({ epoch: 2 });
  });

  test('a worker that was taken over writes nothing, whatever it tries', async () => {
    const id = await newSession();
    const old = await claim(storage.db, id, 'old', 1);
    if (old === undefined) throw new Error('nobody else could have claimed it');
    const successor = await until('the take-over', () => claim(storage.db, id, 'new', 60_000));
    await fenced(successor, (tx) => openExchange(tx, id, 1, []));
    const write = fenced(old, (tx) => addMessage(tx, id, 1, { role: 'assistant', text: 'from the grave' }));
    await expect(write).rejects.toBeInstanceOf(LeaseLost);
    expect(await renewAll(storage.urgent, [old, successor])).toEqual({ kept: [successor], lost: [old] });
    await fenced(successor, (tx) => addMessage(tx, id, 1, { role: 'assistant', text: 'from the living' }));
    const messages = (await readSnapshot(storage.db, id))?.messages ?? [];
    expect(messages.map((message) => message.entry.text)).toEqual(['from the living']);
  });

  const alone = name === 'embedded'; // one connection: nobody else can be writing
  if (!alone)
    test('a session that somebody writes to holds up no renewal of the others', async () => {
      const [busy, free] = [await newSession('1.1'), await newSession('2.2')];
      const claims = [
        await until('the claim', () => claim(storage.db, busy, 'w', 60_000)),
        await until('the claim', () => claim(storage.db, free, 'w', 60_000)),
      ];
      const writer = new pg.Client({ connectionString: backend.settings.databaseUrl });
      await writer.connect();
      await writer.query('begin');
      await writer.query('select from ml_intern.sessions where id = $1 for update', [busy]);
      expect(await renewAll(storage.urgent, claims)).toEqual({ kept: [claims[1]], lost: [] });
      await writer.end();
      await until('both are kept', async () => (await renewAll(storage.urgent, claims)).kept.length === 2);
    });

  test('a write that fails half-way leaves nothing behind', async () => {
    const id = await newSession();
    const held = await until('the claim', () => claim(storage.db, id, 'w', 60_000));
    const write = fenced(held, async (tx) => {
      await openExchange(tx, id, 1, []);
      throw new Error('half-way');
    });
    await expect(write).rejects.toThrow('half-way');
    expect((await readSnapshot(storage.db, id))?.exchanges).toEqual([]);
  });

  test('a renderer that was taken over notes nothing', async () => {
    const id = await newSession();
    const old = await claimRender(storage.db, id, 1);
    await until('the take-over', () => claimRender(storage.db, id, 60_000));
    if (old === undefined) throw new Error('nobody else could have claimed it');
    await expect(fencedRender(old, async () => 'written')).rejects.toBeInstanceOf(RenderLost);
  });

  test('a record that was closed and opened again is as it was', async () => {
    const id = await newSession();
    await storage.close();
    storage = await backend.open();
    expect(await pendingOperations(storage.db, id)).toMatchObject([
      { operation: { kind: 'user_input', text: 'hello' } },
    ]);
  });
});
