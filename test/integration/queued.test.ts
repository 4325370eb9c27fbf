import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { operations } from '../../src/db/schema/inbox.ts';
import { sessions } from '../../src/db/schema/sessions.ts';
import type { Storage } from '../../src/db/storage.ts';
import { later, randomIds } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/lib/log.ts';
import type { Outbound } from '../../src/thread/delivery/outbound.ts';
import { renderThread } from '../../src/thread/delivery/render.ts';
import { movable } from '../support/clocks.ts';
import { ADA } from '../support/snapshots.ts';
import { useStorage } from '../support/use-storage.ts';

const RATE = { perMinute: 60_000, burst: 100, per: 'workspace' as const };

let storage: Storage;
useStorage((made) => {
  storage = made;
});

/** A session that was asked something, its thread, and what that shows. */
async function asked(kind = 'user_input', more: object = { text: 'go', author: ADA, messageId: '1' }) {
  const { db } = storage;
  const clock = movable(db.clock);
  const id = randomIds.next('s');
  const address = { platform: 'slack', workspace: 'T1', channel: 'C1', thread: id };
  await db.insert(sessions).values({ id, ...address, requester: ADA, state: { kind: 'idle' } });
  await db.insert(operations).values({ sessionId: id, sourceId: id, kind, body: { kind, ...more } });
  const shown = new Map<string, string>();
  const outbound: Outbound = {
    rates: { post: RATE, edit: RATE, reaction: RATE, streamEnd: RATE, stream: RATE },
    editIntervalMs: 0,
    translate: ({ body: what }) =>
      what.kind === 'notice' ? [{ kind: 'message', body: { text: what.text } }] : [],
    async post(_address, key, what) {
      shown.set(key, JSON.stringify(what));
      return { ok: true, platformId: key };
    },
    edit: async (_address, _key, platformId) => ({ ok: true, platformId }),
    async remove(_address, platformId) {
      shown.delete(platformId);
      return { ok: true, platformId };
    },
    find: async () => undefined,
    plainer: () => [],
  };
  const log = createLogger('silent', (text) => text);
  const render = () => renderThread({ db, clock, log, outboundOf: () => outbound, leaseMs: 60_000 }, id);
  return { id, render, clock, shown: () => [...shown.values()] };
}

test('whoever waits for a worker is told after a while, once', async () => {
  const { render, clock, shown } = await asked();
  const first = await render();
  expect(first.kind).toBe('later');
  expect(shown()).toEqual([]);
  clock.advance(first.kind === 'later' ? first.inMs : 0);
  expect(await render()).toEqual({ kind: 'done' });
  expect(shown()).toEqual([expect.stringContaining('as soon as a worker is free')]);
  expect(await render()).toEqual({ kind: 'done' });
  expect(shown()).toHaveLength(1);
});

test('and is told so no more once a worker has the session', async () => {
  const { id, render, clock, shown } = await asked();
  clock.advance(10_000);
  await render();
  expect(shown()).toHaveLength(1);
  const leaseUntil = later(storage.db.clock.now(), 60_000);
  await storage.db.update(sessions).set({ leaseUntil }).where(eq(sessions.id, id));
  await render();
  expect(shown()).toEqual([]);
});

test('a clock that was set back keeps nobody waiting for longer than that', async () => {
  const { render, clock } = await asked();
  clock.set(-3_600_000);
  const rendered = await render();
  expect(rendered.kind === 'later' && rendered.inMs).toBe(4_000);
});

test.each([
  ['exec_approval', { toolCallId: 'c1' }],
  ['resume', { by: ADA }],
  ['compact', { by: ADA }],
])('so is whoever clicked or ordered something: %s', async (kind, more) => {
  const { render, clock, shown } = await asked(kind, more);
  clock.advance(10_000);
  await render();
  expect(shown()).toHaveLength(1);
});

test.each([
  ['background', { text: 'it was told' }],
  ['job_ended', { watchId: 'w1' }],
  ['user_input', { text: '', author: ADA, messageId: '' }],
])('nobody is told of what they did not ask: %s', async (kind, more) => {
  const { render, clock, shown } = await asked(kind, more);
  clock.advance(10_000);
  expect(await render()).toEqual({ kind: 'done' });
  expect(shown()).toEqual([]);
});

test('a worker that is gone holds nothing', async () => {
  const { id, render, clock, shown } = await asked();
  const leaseUntil = later(storage.db.clock.now(), -1);
  await storage.db.update(sessions).set({ leaseUntil }).where(eq(sessions.id, id));
  clock.advance(10_000);
  await render();
  expect(shown()).toHaveLength(1);
});
