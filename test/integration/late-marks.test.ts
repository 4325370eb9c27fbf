import { eq, sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { sessions } from '../../src/db/schema.ts';
import type { Storage } from '../../src/db/storage.ts';
import { randomIds, systemClock } from '../../src/ops/clock.ts';
import { createLogger } from '../../src/ops/log.ts';
import * as record from '../../src/session/record.ts';
import type { SessionState } from '../../src/session/state.ts';
import type { Delivery, Outbound, Payload } from '../../src/thread/outbound.ts';
import { Mark, markId, markOfId, takeOtherMarks } from '../../src/thread/payloads.ts';
import { renderThread } from '../../src/thread/render.ts';
import { ADA, user } from '../support/snapshots.ts';
import { until } from '../support/until.ts';
import { useStorage } from '../support/use-storage.ts';

let storage: Storage;
useStorage((made) => {
  storage = made;
});

const NAMES = ['working', 'waiting', 'done', 'failed', 'stopped'];

/** A platform that shows the reactions on one message. The next one that is put waits for `release`, where it is held. */
function platform() {
  const shown = new Set<string>();
  let isHeld = false;
  let isWaiting = false;
  let release = () => {};
  const rate = { perMinute: 60_000, burst: 100, per: 'workspace' as const };
  const taken = async (platformId: string): Promise<Delivery> => {
    shown.delete(markOfId(platformId)?.name ?? '');
    return { ok: true, platformId };
  };
  async function put(payload: Payload): Promise<Delivery> {
    const { reaction } = Mark.parse(payload);
    if (isHeld) {
      isHeld = false;
      isWaiting = true;
      await new Promise<void>((resolve) => {
        release = resolve;
      });
    }
    shown.add(reaction.name);
    return { ok: true, platformId: markId(reaction) };
  }
  const outbound: Outbound = {
    rates: { post: rate, edit: rate, mark: rate, streamEnd: rate, stream: rate },
    translate: ({ body }) =>
      body.kind === 'reaction' ? [{ reaction: { on: body.on, name: body.mood } }] : [],
    post: (_address, _key, payload) => put(payload),
    async edit(_address, platformId, payload) {
      await taken(platformId);
      return put(payload);
    },
    remove: (_address, platformId) => taken(platformId),
    find: (_address, _key, payload) => takeOtherMarks(Mark.parse(payload), NAMES, taken),
  };
  const render = (id: string, leaseMs = 10_000) =>
    renderThread(
      {
        db: storage.db,
        clock: systemClock,
        log: createLogger('silent', (text) => text),
        outboundOf: () => outbound,
        editIntervalMs: 0,
        leaseMs,
      },
      id,
    );
  return {
    shown,
    render,
    hold: () => {
      isHeld = true;
    },
    isWaiting: () => isWaiting,
    release: () => release(),
  };
}

async function becomes(id: string, state: SessionState): Promise<void> {
  await storage.db
    .update(sessions)
    .set({ state, rev: sql`${sessions.rev} + 1` })
    .where(eq(sessions.id, id));
}

test('a reaction that is put too late, by who had lost the thread, does not stay beside the right one', async () => {
  const id = randomIds.next('s');
  const { db } = storage;
  const address = { platform: 'slack' as const, workspace: 'T1', channel: 'C1', thread: id };
  await db.insert(sessions).values({ id, ...address, requester: ADA, state: { kind: 'running' } });
  await record.openExchange(db, id, 1, []);
  await record.addMessage(db, id, 1, user('train it'));
  const { shown, render, hold, isWaiting, release } = platform();
  await render(id);
  expect([...shown]).toEqual(['working']);

  await becomes(id, { kind: 'parked', on: 'job' });
  hold();
  const late = render(id, 1);
  await until('the first renderer hangs', isWaiting);
  await becomes(id, { kind: 'idle' });
  await until('another one has the thread', async () => (await render(id)).kind === 'done');
  expect([...shown]).toEqual(['done']);

  release();
  await late;
  await render(id);
  expect([...shown]).toEqual(['done']);
});
