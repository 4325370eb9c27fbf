import { afterAll, beforeAll, expect, test } from 'vitest';
import { watches } from '../../src/db/schema/jobs.ts';
import { sessions } from '../../src/db/schema/sessions.ts';
import type { Storage } from '../../src/db/storage.ts';
import { randomIds } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/lib/log.ts';
import * as record from '../../src/session/store/record.ts';
import type { Outbound } from '../../src/thread/delivery/outbound.ts';
import { renderThread } from '../../src/thread/delivery/render.ts';
import { type Backend, createBackend } from '../support/backends.ts';
import { type MovableClock, standing } from '../support/clocks.ts';
import { ADA, watch } from '../support/snapshots.ts';

const WIDE = { perMinute: 60_000, burst: 100, per: 'workspace' as const };

/** One edit a second. */
const NARROW = { perMinute: 60, burst: 2, per: 'workspace' as const };

let backend: Backend;
let storage: Storage;
let clock: MovableClock;
beforeAll(async () => {
  backend = await createBackend('shared');
  storage = await backend.open({ timed: (record) => (clock = standing(record)) });
});
afterAll(async () => {
  await storage.close();
  await backend.remove();
});

/** A thread with the cards of some jobs, each of which changes all the time, as their status does. */
async function moving(jobs: number) {
  const { db } = storage;
  const id = randomIds.next('s');
  const address = { platform: 'slack', workspace: id, channel: 'C1', thread: id };
  await db.insert(sessions).values({ id, ...address, requester: ADA, state: { kind: 'running' } });
  await db.transaction('a request', (tx) => record.openExchange(tx, id, 1, []));
  const rows = Array.from({ length: jobs }, (_, i) => {
    const { hourlyUsd, ...row } = watch({ id: `${id}-${i}`, jobId: `${id}-${i}`, exchange: 1 });
    return { ...row, sessionId: id, toolCallId: null, hourlyMicroUsd: (hourlyUsd ?? 0) * 1e6 };
  });
  await db.insert(watches).values(rows);
  const edits = new Map<string, number>();
  let changes = 0;
  const outbound: Outbound = {
    rates: { post: WIDE, edit: NARROW, reaction: WIDE, streamEnd: WIDE, stream: WIDE },
    editIntervalMs: 1_000,
    translate: ({ key, body }) =>
      body.kind === 'status' || body.kind === 'job'
        ? [{ kind: 'message', body: { text: `${key} ${changes}` } }]
        : [],
    post: async (_address, key) => ({ ok: true, platformId: key }),
    async edit(_address, key, platformId) {
      edits.set(key, (edits.get(key) ?? 0) + 1);
      return { ok: true, platformId };
    },
    remove: async (_address, platformId) => ({ ok: true, platformId }),
    find: async () => undefined,
    plainer: () => [],
  };
  const log = createLogger('silent', (text) => text);
  const deps = { db, clock, log, outboundOf: () => outbound, leaseMs: 60_000 };
  /** Everything changes, and is rendered whenever the renderer wants to be called again within a second. */
  async function second() {
    changes++;
    await db.transaction('a change', (tx) => record.setDraft(tx, id, { text: `${changes}` }));
    for (let passedMs = 0; passedMs < 1_000; ) {
      const rendered = await renderThread(deps, id);
      const waitMs = rendered.kind === 'later' ? rendered.inMs : 1_000;
      const stepMs = Math.min(Math.max(waitMs, 1), 1_000 - passedMs);
      clock.advance(stepMs);
      passedMs += stepMs;
    }
  }
  return { second, edits };
}

test('messages of a thread that change all the time have their turns, however few edits there may be', async () => {
  const { second, edits } = await moving(4);
  for (let i = 0; i < 40; i++) await second();
  const counts = [...edits.values()];
  expect(counts).toHaveLength(5);
  expect(Math.min(...counts)).toBeGreaterThanOrEqual(Math.floor(Math.max(...counts) / 2));
});
