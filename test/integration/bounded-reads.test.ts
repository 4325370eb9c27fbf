import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import type { Tx } from '../../src/db/database.ts';
import { sessions } from '../../src/db/schema/sessions.ts';
import { posts } from '../../src/db/schema/threads.ts';
import type { Storage } from '../../src/db/storage.ts';
import { randomIds, systemClock } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/lib/log.ts';
import { context } from '../../src/session/snapshot.ts';
import { readSnapshot, readThread } from '../../src/session/store/read-snapshot.ts';
import * as record from '../../src/session/store/record.ts';
import type { Outbound } from '../../src/thread/delivery/outbound.ts';
import type { Outgoing } from '../../src/thread/delivery/outgoing.ts';
import { renderThread } from '../../src/thread/delivery/render.ts';
import { ADA, assistant, user } from '../support/snapshots.ts';
import { useStorage } from '../support/use-storage.ts';

/*
 * A long session costs a step no more than a short one: what is settled is not read again, and nothing that
 * can still change is left out.
 */

let storage: Storage;
useStorage((made) => {
  storage = made;
});

const address = { platform: 'slack' as const, workspace: 'T1', channel: 'C1' };

const write = <T>(work: (tx: Tx) => Promise<T>): Promise<T> =>
  storage.db.transaction('what a session is made of', work);

/** A session of `count` exchanges that are over. */
async function session(count: number): Promise<string> {
  const id = randomIds.next('s');
  const { db } = storage;
  await db.insert(sessions).values({ id, ...address, thread: id, requester: ADA, state: { kind: 'idle' } });
  for (let number = 1; number <= count; number++) {
    await write((tx) => record.openExchange(tx, id, number, []));
    await write((tx) => record.addMessage(tx, id, number, user(`question ${number}`)));
    await write((tx) => record.addMessage(tx, id, number, assistant(`answer ${number}`)));
    await write((tx) => record.closeExchange(tx, id, number, { kind: 'idle' }));
  }
  return id;
}

const textOf = (outgoing: Outgoing) => (outgoing.kind === 'message' ? String(outgoing.body.text) : '');

/** A platform that takes everything and remembers what each key shows. */
function platform() {
  const shows = new Map<string, string>();
  const keys = new Map<string, string>();
  let next = 0;
  const rate = { perMinute: 60_000, burst: 100, per: 'workspace' as const };
  const outbound: Outbound = {
    rates: { post: rate, edit: rate, reaction: rate, streamEnd: rate, stream: rate },
    editIntervalMs: 0,
    translate: ({ body }) =>
      body.kind === 'standing' ? [] : [{ kind: 'message', body: { text: JSON.stringify(body) } }],
    async post(_address, key, outgoing) {
      const platformId = `m${next++}`;
      keys.set(platformId, key);
      shows.set(key, textOf(outgoing));
      return { ok: true, platformId };
    },
    async edit(_address, _key, platformId, outgoing) {
      shows.set(keys.get(platformId) ?? '', textOf(outgoing));
      return { ok: true, platformId };
    },
    async remove(_address, platformId) {
      shows.delete(keys.get(platformId) ?? '');
      return { ok: true, platformId };
    },
    find: async () => undefined,
    plainer: () => [],
  };
  const render = (id: string) =>
    renderThread(
      {
        db: storage.db,
        clock: systemClock,
        log: createLogger('silent', (text) => text),
        outboundOf: () => outbound,
        leaseMs: 10_000,
      },
      id,
    );
  return { shows, render };
}

test('a thread is read from its first exchange that may still change', async () => {
  const id = await session(6);
  const { shows, render } = platform();
  await render(id);
  expect(shows.size).toBe(18);
  const part = (await readThread(storage.db, id))?.snapshot;
  expect(part?.exchanges.map(({ number }) => number)).toEqual([6]);
  expect(part?.messages).toHaveLength(2);

  await write((tx) => record.addMessage(tx, id, 6, assistant('more')));
  await render(id);
  expect(shows.size).toBe(19);
  expect(shows.get('e1/answer/0#0')).toContain('answer 1');
});

test('what is taken back in a settled exchange is shown, and so is what is said there late', async () => {
  const id = await session(5);
  const { shows, render } = platform();
  await render(id);
  await write((tx) => record.undoExchange(tx, id, 3));
  await render(id);
  expect(shows.has('e3/answer/0#0')).toBe(false);
  expect(shows.get('e3/status#0')).toContain('undone');
  await write((tx) =>
    record.addMessage(tx, id, 2, { role: 'notice', text: 'the job of exchange 2 has ended' }),
  );
  await render(id);
  expect([...shows.values()].join()).toContain('the job of exchange 2 has ended');
  expect(shows.size).toBe(14);
});

test('a job that runs keeps its exchange open, however many came after it', async () => {
  const id = await session(1);
  await write((tx) =>
    record.addWatch(tx, id, 1, {
      id: `w_${id}`,
      toolCallId: undefined,
      namespace: 'ada',
      jobId: 'abc',
      url: 'https://huggingface.co/jobs/ada/abc',
      dashboardUrl: undefined,
      title: 'Job',
      flavor: 'cpu-basic',
      hourlyUsd: 0.1,
      timeoutSeconds: 60,
      snapshot: { stage: 'RUNNING' },
    }),
  );
  for (const number of [2, 3]) {
    await write((tx) => record.openExchange(tx, id, number, []));
    await write((tx) => record.closeExchange(tx, id, number, { kind: 'idle' }));
  }
  await platform().render(id);
  const part = (await readThread(storage.db, id))?.snapshot;
  expect(part?.exchanges.map(({ number }) => number)).toEqual([1, 2, 3]);
});

test('posts of an older version, which knew no exchanges, are kept and placed', async () => {
  const id = await session(4);
  const { shows, render } = platform();
  await render(id);
  await storage.db.update(posts).set({ exchange: null }).where(eq(posts.sessionId, id));
  await storage.db.update(sessions).set({ settledExchange: -1 }).where(eq(sessions.id, id));
  await render(id);
  await write((tx) => record.addMessage(tx, id, 4, assistant('more')));
  await render(id);
  expect(shows.size).toBe(13);
  const rows = await storage.db.select().from(posts).where(eq(posts.sessionId, id));
  expect(rows.filter((row) => row.exchange === null)).toEqual([]);
});

test('what the model is told is read without what a summary stands for', async () => {
  const id = await session(8);
  const all = await readSnapshot(storage.db, id);
  const ids = all?.messages.map((message) => message.id) ?? [];
  const [first = 0] = ids;
  const summary = (upTo: number) =>
    write((tx) =>
      record.addMessage(tx, id, 8, {
        role: 'summary',
        text: `up to ${upTo}`,
        after: first,
        upTo,
        replaced: 1,
      }),
    );
  const same = async () => {
    const [whole, part] = await Promise.all([
      readSnapshot(storage.db, id),
      readSnapshot(storage.db, id, 'context'),
    ]);
    if (!whole || !part) throw new Error('the session has vanished');
    expect(context(part)).toEqual(context(whole));
    return part;
  };
  await summary(ids[9] ?? 0);
  expect((await same()).messages.length).toBeLessThan(10);
  await write((tx) => record.addMessage(tx, id, 8, user('and on')));
  const newest = await summary(ids[13] ?? 0);
  expect((await same()).messages.length).toBeLessThan(8);
  await write((tx) => record.undoMessage(tx, id, newest));
  expect(context(await same()).map(({ entry }) => entry.text)).toContain(`up to ${ids[9]}`);
  await write((tx) => record.startContextAfter(tx, id, ids[15] ?? 0));
  await same();
});
