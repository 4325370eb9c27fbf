import { eq, sql } from 'drizzle-orm';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { type Budgets, budgetsPassedBy, passedBudgets } from '../../src/approvals/budget.ts';
import type { Db, Queries } from '../../src/db/database.ts';
import { watches } from '../../src/db/schema/jobs.ts';
import { sessions } from '../../src/db/schema/sessions.ts';
import { spend, usage } from '../../src/db/schema/spend.ts';
import { messages, toolCalls } from '../../src/db/schema/transcript.ts';
import type { Storage } from '../../src/db/storage.ts';
import type { Session } from '../../src/session/snapshot.ts';
import { readSession } from '../../src/session/store/read-snapshot.ts';
import { toolCallOf, watchOf } from '../../src/session/store/rows.ts';
import { costSoFar } from '../../src/session/watches.ts';
import { type Backend, createBackend, describeOn, RECORDS } from '../support/backends.ts';
import { ADA } from '../support/snapshots.ts';
import { until } from '../support/until.ts';

const GRACE = { id: 'U0GRACE', name: 'Grace' };
const DAY_MS = 86_400_000;

/** Sessions of two people in two channels of two workspaces. */
const SESSIONS = [
  { id: 's0', workspace: 'T1', channel: 'C1', requester: ADA },
  { id: 's1', workspace: 'T1', channel: 'C2', requester: GRACE },
  { id: 's2', workspace: 'T2', channel: 'C1', requester: ADA },
];

async function addSessions(db: Db): Promise<void> {
  for (const { id, ...place } of SESSIONS) {
    await db
      .insert(sessions)
      .values({ id, platform: 'slack', thread: id, state: { kind: 'idle' }, ...place });
    await db.insert(messages).values({ sessionId: id, exchange: 1, entry: { role: 'assistant', text: '' } });
  }
}

let calls = 0;

async function addCall(db: Db, sessionId: string): Promise<string> {
  const id = `c${calls++}`;
  const [message] = await db.select().from(messages).where(eq(messages.sessionId, sessionId));
  if (message === undefined) throw new Error('the session has no message');
  await db.insert(toolCalls).values({
    id,
    sessionId,
    messageId: message.id,
    exchange: 1,
    position: 0,
    providerId: id,
    name: 'hf_jobs',
    arguments: '{}',
    summary: '',
    state: { kind: 'proposed' },
  });
  return id;
}

const approvalOf = (usd: number | undefined, at = new Date()) => ({
  request: {
    title: 'Run a job',
    facts: [],
    warnings: [],
    estimate: usd === undefined ? {} : { usd },
  },
  decision: { by: ADA, at },
});

/** A call goes to another state; with `usd`, somebody has approved it at that estimate. */
const move = (db: Db, id: string, kind: string, usd?: number, at?: Date) =>
  db
    .update(toolCalls)
    .set({
      state: { kind, ...stateOf(kind) },
      ...(usd === undefined ? {} : { approval: approvalOf(usd, at) }),
    })
    .where(eq(toolCalls.id, id));

function stateOf(kind: string): object {
  if (kind === 'approved') return approvalOf(1);
  if (kind === 'running') return { since: new Date() };
  if (kind === 'waiting') return { since: new Date(), watchId: 'w' };
  return { output: '', at: new Date() };
}

const addUsage = (db: Db, sessionId: string, usd: number, createdAt = new Date()) =>
  db.insert(usage).values({
    sessionId,
    exchange: 1,
    model: 'm',
    inputTokens: 1,
    cachedTokens: 0,
    outputTokens: 1,
    costMicroUsd: Math.round(usd * 1e6),
    createdAt,
  });

/** A job at $3.60 an hour: a tenth of a cent a second. */
const addWatch = (db: Db, sessionId: string, toolCallId: string | null, timeoutSeconds: number) =>
  db.insert(watches).values({
    id: `w-${toolCallId ?? `of-others-${calls++}`}`,
    sessionId,
    toolCallId,
    exchange: 1,
    namespace: 'ada',
    jobId: 'j',
    url: '',
    title: '',
    flavor: 'a10g-small',
    hourlyMicroUsd: 3_600_000,
    timeoutSeconds,
    snapshot: { stage: 'RUNNING', startedAt: new Date() },
  });

const endWatch = (db: Db, id: string, ranSeconds: number, finishedAt?: string) => {
  const startedAt = new Date('2026-01-01T00:00:00Z');
  const endedAt = new Date(startedAt.getTime() + ranSeconds * 1000);
  const snapshot = { stage: 'COMPLETED', startedAt, ...(finishedAt ? { finishedAt } : {}) };
  return db.update(watches).set({ snapshot, endedAt }).where(eq(watches.id, id));
};

const dayOf = (at: Date) => at.toISOString().slice(0, 10);

/** What everything in the record has cost, counted one by one. */
async function counted(db: Db): Promise<Map<string, number>> {
  const sums = new Map<string, number>();
  function add(sessionId: string, at: Date, usd: number) {
    const session = SESSIONS.find(({ id }) => id === sessionId);
    if (session === undefined) throw new Error(`${sessionId} is no session of this test`);
    const { workspace, channel, requester } = session;
    const of = [`person/${requester.id}`, `channel/${workspace}${channel}`, `workspace/${workspace}`, 'all/'];
    for (const scope of of.map((name) => `${dayOf(at)} ${name}`))
      sums.set(scope, (sums.get(scope) ?? 0) + usd);
  }
  for (const row of await db.select().from(usage))
    add(row.sessionId, row.createdAt, (row.costMicroUsd ?? 0) / 1e6);
  for (const row of await db.select().from(watches)) {
    const watch = watchOf(row);
    if (watch.toolCallId === undefined) continue;
    const reserved = ((watch.hourlyUsd ?? 0) * watch.timeoutSeconds) / 3600;
    add(watch.sessionId, watch.createdAt, watch.endedAt ? (costSoFar(watch) ?? 0) : reserved);
  }
  for (const row of await db.select().from(toolCalls)) {
    const { state, approval } = toolCallOf(row);
    if (approval === undefined || !['approved', 'running', 'unknown'].includes(state.kind)) continue;
    add(row.sessionId, approval.decision.at, approval.request.estimate.usd ?? 0);
  }
  return sums;
}

/** The same as the record's own sums have it. */
async function kept(db: Db): Promise<Map<string, number>> {
  const rows = await db
    .select({
      day: spend.day,
      scope: spend.scope,
      place: sql<string>`${spend.workspace} || ${spend.name}`,
      usd: sql<string>`sum(${spend.microUsd}) / 1e6`,
    })
    .from(spend)
    .groupBy(spend.day, spend.scope, spend.workspace, spend.name);
  return new Map(rows.map(({ day, scope, place, usd }) => [`${day} ${scope}/${place}`, Number(usd)]));
}

async function expectSame(db: Db): Promise<void> {
  const [one, other] = [await counted(db), await kept(db)];
  for (const scope of new Set([...one.keys(), ...other.keys()])) {
    expect(other.get(scope) ?? 0, scope).toBeCloseTo(one.get(scope) ?? 0, 4);
  }
}

const session = fc.constantFrom(...SESSIONS.map(({ id }) => id));
const usd = fc.integer({ min: 0, max: 5_000 }).map((cents) => cents / 100);
const action = fc.oneof(
  fc.record({ do: fc.constant('usage' as const), session, usd, isOld: fc.boolean() }),
  fc.record({ do: fc.constant('call' as const), session, usd: fc.option(usd, { nil: undefined }) }),
  fc.record({
    do: fc.constant('move' as const),
    at: fc.nat(),
    usd: fc.option(usd, { nil: undefined }),
    kind: fc.constantFrom('approved', 'running', 'waiting', 'done', 'failed', 'unknown'),
    isOld: fc.boolean(),
  }),
  fc.record({
    do: fc.constant('watch' as const),
    at: fc.nat(),
    isOurs: fc.boolean(),
    seconds: fc.nat(7_200),
  }),
  fc.record({
    do: fc.constant('end' as const),
    at: fc.nat(),
    seconds: fc.integer({ min: -10, max: 9_000 }),
    finishedAt: fc.constantFrom(undefined, '2026-01-01T01:00:00.000Z'),
  }),
);

/** Whether somebody waits for what another one is about to spend. */
async function isWaiting(db: Db): Promise<boolean> {
  const { rows } = z
    .object({ rows: z.array(z.unknown()) })
    .parse(await db.execute(sql`select from pg_locks where locktype = 'advisory' and not granted`));
  return rows.length > 0;
}

describeOn('what is spent', RECORDS, (name) => {
  let backend: Backend;
  let storage: Storage;
  let db: Db;

  beforeEach(async () => {
    backend = await createBackend(name);
    storage = await backend.open();
    db = storage.db;
    await addSessions(db);
  });
  afterEach(async () => {
    await storage.close();
    await backend.remove();
  });

  const sessionOf = async (id: string, from: Queries = db): Promise<Session> => {
    const found = await readSession(from, id);
    if (found === undefined) throw new Error(`${id} is not there`);
    return found;
  };

  const approve = (id: string, callId: string, price: number, budgets: Budgets): Promise<string[]> =>
    db.transaction('an approval', async (tx) => {
      const passed = await budgetsPassedBy(tx, budgets, await sessionOf(id, tx), price);
      if (passed.length === 0) {
        await tx
          .update(toolCalls)
          .set({ state: { kind: 'approved', ...approvalOf(price) }, approval: approvalOf(price) })
          .where(eq(toolCalls.id, callId));
      }
      return passed;
    });

  test('is in the sums of the day whatever happens to calls and jobs, and whoever writes it down', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 1, maxLength: 25 }), async (actions) => {
        for (const table of [watches, toolCalls, usage, spend]) await db.delete(table);
        const made: { id: string; session: string }[] = [];
        const followed: string[] = [];
        const at = (isOld: boolean) => new Date(Date.now() - (isOld ? DAY_MS : 0));
        for (const step of actions) {
          if (step.do === 'usage') await addUsage(db, step.session, step.usd, at(step.isOld));
          if (step.do === 'call') made.push({ id: await addCall(db, step.session), session: step.session });
          if (step.do === 'end' && followed.length > 0) {
            await endWatch(db, followed[step.at % followed.length] ?? '', step.seconds, step.finishedAt);
          }
          const call = 'at' in step && made.length > 0 ? made[step.at % made.length] : undefined;
          if (step.do === 'move' && call) await move(db, call.id, step.kind, step.usd, at(step.isOld));
          if (step.do === 'watch' && call && !followed.includes(`w-${call.id}`)) {
            await addWatch(db, call.session, step.isOurs ? call.id : null, step.seconds);
            if (step.isOurs) followed.push(`w-${call.id}`);
          }
        }
        await expectSame(db);
      }),
      { numRuns: 25 },
    );
  });

  test('of many approvals at once, in different threads of a channel, as many go through as the budget holds', async () => {
    const ids = await Promise.all(
      Array.from({ length: 12 }, async (_, i) => {
        const id = `many${i}`;
        await db.insert(sessions).values({
          ...{ id, platform: 'slack', workspace: 'T1', channel: 'C1', thread: id },
          ...{ requester: i % 2 ? ADA : GRACE, state: { kind: 'idle' } },
        });
        await db
          .insert(messages)
          .values({ sessionId: id, exchange: 1, entry: { role: 'assistant', text: '' } });
        return { id, callId: await addCall(db, id) };
      }),
    );
    const budgets = { channel_day_usd: 5, person_day_usd: 100, approvers: [] };
    const passed = await Promise.all(ids.map(({ id, callId }) => approve(id, callId, 1, budgets)));
    expect(passed.filter((words) => words.length === 0)).toHaveLength(5);
    expect(new Set(passed.flat())).toEqual(
      new Set(['The budget of this channel’s day is $5.00; $5.00 of it is spent or reserved.']),
    );
  });

  test('counts a session from its beginning, and a day from midnight in UTC', async () => {
    const yesterday = new Date(Date.now() - DAY_MS);
    await addUsage(db, 's0', 2, yesterday);
    await db.update(sessions).set({ modelMicroUsd: 2e6 }).where(eq(sessions.id, 's0'));
    const call = await addCall(db, 's0');
    await move(db, call, 'approved', 3);
    const budgets = { session_usd: 4, person_day_usd: 4, day_usd: 2.5, approvers: [] };
    expect(await passedBudgets(db, budgets, await sessionOf('s0'))).toEqual([
      'The budget of this session is $4.00; $5.00 of it is spent or reserved.',
      'The budget of the day is $2.50; $3.00 of it is spent or reserved.',
    ]);
  });

  if (name === 'postgres') {
    test('holds up an approval only where the same budget is about to be spent, and a model call never', async () => {
      const budgets = { channel_day_usd: 5, person_day_usd: 5, approvers: [] };
      const [entered, left] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const held = db.transaction('an approval that takes long', async (tx) => {
        await budgetsPassedBy(tx, budgets, await sessionOf('s0', tx), 1);
        entered.resolve();
        await left.promise;
      });
      await entered.promise;
      expect(await approve('s1', await addCall(db, 's1'), 1, budgets)).toEqual([]);
      expect(await passedBudgets(db, budgets, await sessionOf('s0'))).toEqual([]);
      await addUsage(db, 's0', 1);
      const same = approve('s0', await addCall(db, 's0'), 1, budgets);
      await until('the other one waits', () => isWaiting(db));
      left.resolve();
      await held;
      expect(await same).toEqual([]);
    });
  }
});
