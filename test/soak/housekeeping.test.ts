import { eq, sql } from 'drizzle-orm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Db } from '../../src/db/database.ts';
import { housekeeping } from '../../src/db/schema/maintenance.ts';
import { sessions } from '../../src/db/schema/sessions.ts';
import { spend } from '../../src/db/schema/spend.ts';
import { callJournal, events, files, messages, toolCalls } from '../../src/db/schema/transcript.ts';
import type { Storage } from '../../src/db/storage.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/lib/log.ts';
import { type HousekeepingDeps, runHousekeeping } from '../../src/runtime/housekeeping.ts';
import { type Backend, createBackend, describeOn, RECORDS } from '../support/backends.ts';
import { hastyClock, movable } from '../support/clocks.ts';
import { ISOLATION } from '../support/isolation.ts';
import { until } from '../support/until.ts';

const SOON_MS = 10;

describeOn('housekeeping', RECORDS, (name) => {
  let backend: Backend;
  let storage: Storage;
  let db: Db;
  const running: { stop(): Promise<void> }[] = [];

  beforeEach(async () => {
    backend = await createBackend(name);
    storage = await backend.open();
    db = storage.db;
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((one) => one.stop()));
    await storage.close();
    await backend.remove();
  });

  /** Housekeeping of one process, in which pauses are short. */
  function keepHouse(owner: string, changed: Partial<HousekeepingDeps> = {}): { stop(): Promise<void> } {
    const one = runHousekeeping({
      db,
      clock: hastyClock(1),
      log: createLogger('silent', (text) => text),
      isolation: ISOLATION,
      owner,
      renders: { request: async () => {} },
      retention: { idleDays: 30, fileDays: 30 },
      sandboxes: undefined,
      firstLookMs: SOON_MS,
      everyMs: 100,
      ...changed,
    });
    running.push(one);
    return one;
  }

  /** Sessions that were last used so many days ago. */
  const addSessions = (count: number, daysAgo: number, prefix = 's') =>
    db.execute(sql`
      insert into ml_intern.sessions (id, platform, workspace, channel, thread, requester, state, updated_at)
      select ${prefix} || i, 'slack', 'T1', 'C1', ${prefix} || i, '{"id": "U1", "name": "Ada"}', '{"kind": "idle"}',
        now() - make_interval(days => ${daysAgo}) from generate_series(1, ${count}::integer) i`);

  const addEvents = (count: number, daysAgo: number) =>
    db.execute(sql`
      insert into ml_intern.events (session_id, type, data, created_at)
      select 's1', 'ready', '{}', now() - make_interval(days => ${daysAgo})
      from generate_series(1, ${count}::integer)`);

  const isOpen = sql`${sessions.state}->>'kind' = 'idle'`;

  const isDone = async (kind: string): Promise<boolean> => {
    const [row] = await db.select().from(housekeeping).where(eq(housekeeping.name, kind));
    return row?.doneAt != null;
  };

  test('goes on until nothing is left, however much it is, and leaves what is in use', async () => {
    await addSessions(230, 31);
    await addSessions(5, 29, 'used');
    await addEvents(11_000, 31);
    await addEvents(7, 29);
    const rendered: string[] = [];
    keepHouse('one', { renders: { request: async (id) => void rendered.push(id) } });
    await until(
      'all is done',
      async () => (await isDone('close unused sessions')) && isDone('delete old events'),
    );
    expect(await db.$count(events)).toBe(7);
    expect(await db.$count(sessions, isOpen)).toBe(5);
    expect(new Set(rendered).size).toBe(230);
    const notes = await db.select().from(messages).where(eq(messages.sessionId, 's1'));
    expect(notes.map(({ entry }) => entry)).toMatchObject([
      { role: 'notice', text: /^Closed after 30 days/ },
    ]);
    const [closed] = await db.select().from(sessions).where(eq(sessions.id, 's1'));
    expect(closed?.rev).toBeGreaterThan(closed?.renderedRev ?? 0);
  });

  test('deletes what calls, files and sums of spend leave behind, and nothing that may still be needed', async () => {
    await addSessions(1, 0);
    const [message] = await db
      .insert(messages)
      .values({ sessionId: 's1', exchange: 1, entry: { role: 'assistant', text: '' } })
      .returning();
    for (const [id, finishedDaysAgo] of [
      ['running', undefined],
      ['new', 0],
      ['old', 2],
    ] as const) {
      const finishedAt =
        finishedDaysAgo === undefined ? null : sql`now() - make_interval(days => ${finishedDaysAgo})`;
      await db.insert(toolCalls).values({
        ...{ id, sessionId: 's1', messageId: message?.id ?? 0, exchange: 1, position: 0, providerId: id },
        ...{ name: 'research', arguments: '{}', summary: '', state: { kind: 'running' }, finishedAt },
      });
      const createdAt = sql`now() - interval '3 days'`;
      await db.insert(callJournal).values({ callId: id, position: 0, entry: {}, createdAt });
    }
    for (const [id, days] of [
      ['new', 29],
      ['old', 31],
    ] as const) {
      const createdAt = sql`now() - make_interval(days => ${days})`;
      await db.insert(files).values({ id, sessionId: 's1', name: id, bytes: new Uint8Array(1), createdAt });
    }
    for (const days of [0, 1, 9]) {
      await db.execute(sql`insert into ml_intern.spend (day, scope, platform, workspace, name, micro_usd)
        values (ml_intern.utc_day(now() - make_interval(days => ${days})), 'all', '', '', '', 1)`);
    }
    keepHouse('one');
    await until('all is done', async () => {
      const rows = await db.select().from(housekeeping);
      return rows.length > 0 && rows.every(({ doneAt }) => doneAt !== null);
    });
    expect((await db.select().from(callJournal)).map(({ callId }) => callId).sort()).toEqual([
      'new',
      'running',
    ]);
    expect((await db.select().from(files)).map(({ id }) => id)).toEqual(['new']);
    expect(await db.$count(spend)).toBe(2);
  });

  test('is done by one process, and not again within the hour, but soon after a start where it is overdue', async () => {
    await addSessions(1, 31);
    keepHouse('one');
    keepHouse('two');
    await until('it is done', () => isDone('close unused sessions'));
    const [first] = await db
      .select()
      .from(housekeeping)
      .where(eq(housekeeping.name, 'close unused sessions'));
    await addSessions(1, 31, 'late');
    let looks = 0;
    const sandboxes = { sessions: async () => [`${looks++}`], remove: async () => {} };
    keepHouse('three', { sandboxes });
    await until('the third has looked', () => looks > 0);
    expect(await db.$count(sessions, isOpen)).toBe(1);
    expect(
      await db.select().from(housekeeping).where(eq(housekeeping.name, 'close unused sessions')),
    ).toEqual([first]);
    await db.update(housekeeping).set({ doneAt: sql`now() - interval '61 minutes'` });
    await until('it is done again', async () => (await db.$count(sessions, isOpen)) === 0);
  });

  test('of one kind that fails is tried again later, and keeps none of the others from being done', async () => {
    await addSessions(1, 31);
    await addEvents(3, 31);
    const failing = { request: () => Promise.reject(new Error('no queue')) };
    const sandboxes = { sessions: () => Promise.reject(new Error('no sandboxes')), remove: async () => {} };
    keepHouse('one', { renders: failing, sandboxes });
    await until('the others are done', () => isDone('delete old events'));
    expect(await db.$count(events)).toBe(0);
    await until('it is put off', async () => {
      const [row] = await db
        .select()
        .from(housekeeping)
        .where(eq(housekeeping.name, 'close unused sessions'));
      return row?.claimedBy === null && row.claimedUntil !== null;
    });
    expect(await isDone('close unused sessions')).toBe(false);
  });

  test('of a sandbox that can’t be removed keeps none of the others, is told once and tried again', async () => {
    const left = new Set(['s_stuck', 's_one', 's_two']);
    let tries = 0;
    const sandboxes = {
      sessions: async () => [...left],
      async remove(id: string) {
        if (id !== 's_stuck') return void left.delete(id);
        tries++;
        throw new Error('not permitted');
      },
    };
    const warned: unknown[][] = [];
    const log = createLogger('silent', (text) => text);
    log.warn = (...parts: unknown[]) => void warned.push(parts);
    const clock = movable(systemClock);
    keepHouse('one', { sandboxes, log, clock });
    await until('the others are removed', () => left.size === 1 && tries === 1);
    for (let hour = 2; hour <= 3; hour++) {
      await until('it is tried again', () => {
        clock.advance(61 * 60_000);
        return tries === hour;
      });
    }
    const line = 'a sandbox can’t be removed; it is tried again every hour';
    expect(warned).toEqual([[expect.objectContaining({ session: 's_stuck' }), line]]);
  });

  test('stops between two batches when its process stops, and another process goes on', async () => {
    await addSessions(40, 31);
    const entered = Promise.withResolvers<void>();
    const clock = {
      ...systemClock,
      sleep: (_ms: number, signal?: AbortSignal) => {
        entered.resolve();
        return systemClock.sleep(60_000, signal);
      },
    };
    const one = keepHouse('one', { clock });
    await entered.promise;
    await one.stop();
    expect(await db.$count(sessions, isOpen)).toBeGreaterThan(0);
    expect(await isDone('close unused sessions')).toBe(false);
    keepHouse('two');
    await until('the rest is done', () => isDone('close unused sessions'));
    expect(await db.$count(sessions, isOpen)).toBe(0);
  });

  test('that a process was at when it died is gone on with once its lease is over', async () => {
    await addSessions(3, 31);
    const claimedUntil = sql`now() + interval '1 minute'`;
    await db.insert(housekeeping).values({ name: 'close unused sessions', claimedBy: 'dead', claimedUntil });
    keepHouse('one');
    await until('the others are done', () => isDone('delete old events'));
    expect(await db.$count(sessions, isOpen)).toBe(3);
    await db.update(housekeeping).set({ claimedUntil: sql`now()` });
    await until('it is done', () => isDone('close unused sessions'));
    expect(await db.$count(sessions, isOpen)).toBe(0);
  });
});
