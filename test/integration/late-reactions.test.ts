import { eq, sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import type { Tx } from '../../src/db/database.ts';
import { sessions } from '../../src/db/schema/sessions.ts';
import type { Storage } from '../../src/db/storage.ts';
import { randomIds, systemClock } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/lib/log.ts';
import type { SessionState } from '../../src/session/state.ts';
import * as record from '../../src/session/store/record.ts';
import { byKind } from '../../src/thread/delivery/by-kind.ts';
import type { Outbound } from '../../src/thread/delivery/outbound.ts';
import { renderThread } from '../../src/thread/delivery/render.ts';
import { ADA, user } from '../support/snapshots.ts';
import { until } from '../support/until.ts';
import { useStorage } from '../support/use-storage.ts';

let storage: Storage;
useStorage((made) => {
  storage = made;
});

const NAMES = ['working', 'waiting', 'done', 'failed', 'stopped'];

const neverAsked = (): never => {
  throw new Error('only reactions are sent');
};

/**
 * A platform that shows the reactions on one message. The next one that is put waits for `release`, where it
 * is held.
 */
function platform() {
  const shown = new Set<string>();
  let isHeld = false;
  let isWaiting = false;
  let release = () => {};
  const rate = { perMinute: 60_000, burst: 100, per: 'workspace' as const };
  const sent = byKind(
    {
      async react(_where, { name }) {
        if (isHeld) {
          isHeld = false;
          isWaiting = true;
          await new Promise<void>((resolve) => {
            release = resolve;
          });
        }
        shown.add(name);
        return true;
      },
      unreact: async (_where, { name }) => void shown.delete(name),
      post: neverAsked,
      edit: neverAsked,
      takeBack: neverAsked,
      share: neverAsked,
      name: neverAsked,
      stand: neverAsked,
      find: neverAsked,
    },
    { failureOf: neverAsked, bytesOf: async () => undefined, reactionNames: NAMES },
  );
  const outbound: Outbound = {
    ...sent,
    rates: { post: rate, edit: rate, reaction: rate, streamEnd: rate, stream: rate },
    editIntervalMs: 0,
    translate: ({ body }) =>
      body.kind === 'reaction' ? [{ kind: 'reaction', on: body.on, name: body.mood }] : [],
    plainer: () => [],
  };
  const render = (id: string, leaseMs = 10_000) =>
    renderThread(
      {
        db: storage.db,
        clock: systemClock,
        log: createLogger('silent', (text) => text),
        outboundOf: () => outbound,
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

const write = <T>(work: (tx: Tx) => Promise<T>): Promise<T> =>
  storage.db.transaction('what a session is made of', work);

async function becomes(id: string, state: SessionState): Promise<void> {
  await storage.db
    .update(sessions)
    .set({ state, rev: sql`${sessions.rev} + 1` })
    .where(eq(sessions.id, id));
}

/** A session that works on a request. */
async function working(): Promise<string> {
  const id = randomIds.next('s');
  const address = { platform: 'slack' as const, workspace: 'T1', channel: 'C1', thread: id };
  await storage.db.insert(sessions).values({ id, ...address, requester: ADA, state: { kind: 'running' } });
  await write((tx) => record.openExchange(tx, id, 1, []));
  await write((tx) => record.addMessage(tx, id, 1, user('train it')));
  return id;
}

test('a reaction that is put too late, by who had lost the thread, does not stay beside the right one', async () => {
  const id = await working();
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

test('a reaction that an older version has put off waits until it is due', async () => {
  const id = await working();
  const since = systemClock.now().getTime();
  const renderGrants = { mark: { at: since + 60_000, count: 1, since } };
  await storage.db.update(sessions).set({ renderGrants }).where(eq(sessions.id, id));
  const { shown, render } = platform();
  expect(await render(id)).toMatchObject({ kind: 'later' });
  expect([...shown]).toEqual([]);
});
