import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { runTurn, type TurnDeps } from '../../src/agent/turn.ts';
import { type Budgets, passedBudgets } from '../../src/approvals/budget.ts';
import type { Db } from '../../src/db/database.ts';
import { watches } from '../../src/db/schema/jobs.ts';
import { sessions } from '../../src/db/schema/sessions.ts';
import type { Storage } from '../../src/db/storage.ts';
import type { Intake } from '../../src/intake/intake.ts';
import { recordLook } from '../../src/jobs/claims.ts';
import { randomIds } from '../../src/lib/clock.ts';
import type { ModelClient } from '../../src/llm/client.ts';
import { readSession, readSnapshot } from '../../src/session/store/read-snapshot.ts';
import type { ToolCallKind } from '../../src/session/tool-calls.ts';
import { createRegistry } from '../../src/tools/registry.ts';
import { defineTool, type Recovery, type ToolResult } from '../../src/tools/tool.ts';
import { NO_ALARMS } from '../support/alarms.ts';
import { type Backend, createBackend, describeOn, RECORDS } from '../support/backends.ts';
import { intakeOn } from '../support/intake.ts';
import { ISOLATION } from '../support/isolation.ts';
import { ADA } from '../support/snapshots.ts';
import { turnDepsOn } from '../support/turn-deps.ts';
import { until } from '../support/until.ts';

/**
 * One dollar for an hour that nobody is asked about: two of them don't fit into any budget of these tests.
 */
const PRICE = 1;
const BUDGETS: Budgets = { channel_day_usd: 1.5, approvers: [] };

const job = (id: string) => ({
  id,
  toolCallId: id.slice(2),
  namespace: 'ada',
  jobId: `j-${id}`,
  url: '',
  title: 'a job',
  flavor: 'cpu-basic',
  hourlyUsd: PRICE,
  timeoutSeconds: 3_600,
  snapshot: { stage: 'RUNNING', startedAt: new Date('2026-01-01T00:00:00Z') },
});

describeOn('what nobody has to be asked about', RECORDS, (name) => {
  let backend: Backend;
  let storage: Storage;
  let db: Db;
  let intake: Intake;
  let woken = '';
  /** What the tool does, and what is found out about it after a crash. */
  let run: (callId: string) => Promise<ToolResult>;
  let recover: () => Promise<Recovery>;
  let isWaived = true;
  let ran: string[] = [];

  beforeEach(async () => {
    backend = await createBackend(name);
    storage = await backend.open();
    db = storage.db;
    intake = intakeOn(db, (id) => {
      woken = id;
    });
    run = async (callId) => ({ kind: 'waiting', watch: job(`w-${callId}`) as never });
    recover = async () => ({ kind: 'not_started' });
    isWaived = true;
    ran = [];
  });
  afterEach(async () => {
    await storage.close();
    await backend.remove();
  });

  const spending = defineTool({
    name: 'spend',
    description: 'spends',
    schema: z.object({}),
    isReadOnly: false,
    summary: () => 'spends',
    approval: async () => ({
      title: 'Spend',
      facts: [],
      warnings: [],
      estimate: { usd: PRICE },
      ...(isWaived ? { isWaived } : {}),
    }),
    run: (_args, { callId }) => {
      ran.push(callId);
      return run(callId);
    },
    recover: () => recover(),
  });

  /** A model that makes so many calls in its first step, and then answers. */
  const model = (calls: number): ModelClient => ({
    async complete({ messages, model: name }) {
      const isAnswered = messages.at(-1)?.role === 'tool';
      return {
        text: isAnswered ? 'done' : '',
        reasoning: '',
        calls: isAnswered
          ? []
          : Array.from({ length: calls }, (_, i) => ({
              providerId: `p${i}`,
              name: 'spend',
              arguments: '{}',
            })),
        isTruncated: false,
        usage: { inputTokens: 1, cachedTokens: 0, outputTokens: 1 },
        model: name,
        firstTokenMs: 1,
        totalMs: 2,
      };
    },
  });

  async function ask(): Promise<string> {
    const thread = randomIds.next('t');
    const address = { platform: 'slack' as const, workspace: 'T1', channel: 'C1', thread };
    await intake.message({ address, sourceId: thread, text: 'go', author: ADA, messageId: thread });
    return woken;
  }

  const turn = (sessionId: string, changed: Partial<TurnDeps> = {}, calls = 1) =>
    runTurn(
      turnDepsOn(db, model(calls), createRegistry([spending]), {
        budgets: BUDGETS,
        autoApproved: ['spend'],
        ...changed,
      }),
      sessionId,
      `worker of ${sessionId}`,
      new AbortController().signal,
    );

  async function kindsIn(...ids: string[]): Promise<ToolCallKind[]> {
    const read = await Promise.all(ids.map((id) => readSnapshot(db, id)));
    return read.flatMap((snapshot) => snapshot?.toolCalls.map(({ state }) => state.kind) ?? []).sort();
  }

  /** What the day of the channel has in it, in words; nothing where the price still fits. */
  async function refused(sessionId: string): Promise<string[]> {
    const session = await readSession(db, sessionId);
    if (session === undefined) throw new Error(`${sessionId} is not there`);
    return passedBudgets(db, { channel_day_usd: PRICE - 0.01, approvers: [] }, session);
  }

  /** The process dies: whoever comes next may take over at once. */
  const die = (sessionId: string) =>
    db
      .update(sessions)
      .set({ leaseUntil: new Date(0) })
      .where(eq(sessions.id, sessionId));

  const setYolo = (sessionId: string, usd: number) =>
    db
      .update(sessions)
      .set({ settings: { yolo: { kind: 'cap', usd, by: ADA, at: new Date(0) } } })
      .where(eq(sessions.id, sessionId));

  test.each([['waived'], ['covered by auto-approval']])(
    'and that two sessions want at once is let through once, where it is %s',
    async (why) => {
      isWaived = why === 'waived';
      const gate = Promise.withResolvers<void>();
      const begin = run;
      run = async (callId) => {
        await gate.promise;
        return begin(callId);
      };
      const ids = [await ask(), await ask()];
      if (!isWaived) for (const id of ids) await setYolo(id, 5);
      const turns = ids.map((id) => turn(id));
      await until('one runs and one is put before people', async () => {
        const kinds = await kindsIn(...ids);
        return kinds.join() === 'awaiting_approval,running';
      });
      gate.resolve();
      await Promise.all(turns);
      expect(ran).toHaveLength(1);
    },
  );

  test('and somebody who has said `yolo off` is asked about it', async () => {
    const id = await ask();
    const address = (await readSession(db, id))?.address;
    if (address === undefined) throw new Error(`${id} is not there`);
    const off = { sourceId: `${id}-off`, text: 'yolo off', author: ADA, messageId: `${id}-off` };
    await intake.message({ address, ...off });
    await turn(id);
    expect(await kindsIn(id)).toEqual(['awaiting_approval']);
    expect(ran).toEqual([]);
  });

  test('and that two calls of one step want is let through once', async () => {
    const id = await ask();
    await turn(id, {}, 2);
    expect(await kindsIn(id)).toEqual(['awaiting_approval', 'waiting']);
    expect(ran).toHaveLength(1);
  });

  test('stays reserved over a crash between that and the submission, and is run once by who comes next', async () => {
    const id = await ask();
    class Killed extends Error {}
    const killed = turn(id, {
      render: async () => {
        if ((await kindsIn(id)).includes('running')) throw new Killed();
      },
    });
    await expect(killed).rejects.toThrow(Killed);
    await die(id);
    expect(ran).toEqual([]);
    expect(await refused(id)).toHaveLength(1);
    const other = await ask();
    await turn(other);
    expect(await kindsIn(other)).toEqual(['awaiting_approval']);
    await turn(id);
    expect(await kindsIn(id)).toEqual(['waiting']);
    expect(ran).toHaveLength(1);
  });

  test('stays reserved where nobody knows whether it was begun', async () => {
    const id = await ask();
    run = async () => ({ kind: 'unknown', output: 'no answer' });
    await turn(id);
    expect(await kindsIn(id)).toEqual(['unknown']);
    expect(await refused(id)).toHaveLength(1);
    expect(await refused(await ask())).toHaveLength(1);
  });

  test.each<[string, () => Promise<ToolResult>]>([
    ['fails', async () => ({ kind: 'failed', output: 'no' })],
    ['is put before people because it could not be begun', async () => ({ kind: 'blocked', reason: 'pay' })],
  ])('is free again where it %s', async (_how, outcome) => {
    const id = await ask();
    run = outcome;
    await turn(id);
    expect(await refused(id)).toEqual([]);
    const other = await ask();
    run = async (callId) => ({ kind: 'waiting', watch: job(`w-${callId}`) as never });
    await turn(other);
    expect(await kindsIn(other)).toEqual(['waiting']);
  });

  test('costs what it has cost once its job has ended, and makes room for the next', async () => {
    const id = await ask();
    await turn(id);
    const [row] = await db.select().from(watches);
    const watch = (await readSnapshot(db, id))?.watches[0];
    if (row === undefined || watch === undefined) throw new Error('there is no job');
    expect(await refused(id)).toHaveLength(1);
    const startedAt = new Date('2026-01-01T00:00:00Z');
    const finishedAt = new Date('2026-01-01T00:06:00Z');
    const snapshot = { stage: 'COMPLETED', startedAt, finishedAt };
    await recordLook(db, watch, { snapshot, findings: [] }, NO_ALARMS, { isolation: ISOLATION });
    expect(await refused(id)).toEqual([]);
    const session = await readSession(db, id);
    if (session === undefined) throw new Error('the session has vanished');
    expect(
      await passedBudgets(db, { channel_day_usd: 0.09, session_usd: 0.09, approvers: [] }, session),
    ).toEqual([
      'The budget of this session is $0.09; $0.10 of it is spent or reserved.',
      'The budget of this channel’s day is $0.09; $0.10 of it is spent or reserved.',
    ]);
    await turn(await ask());
    expect(ran).toHaveLength(2);
  });

  test('and was undone after it ran still counts against what auto-approval may let through', async () => {
    isWaived = false;
    const id = await ask();
    await setYolo(id, 1.5);
    await turn(id, { budgets: { approvers: [] } });
    expect(await kindsIn(id)).toEqual(['waiting']);
    const address = (await readSession(db, id))?.address;
    if (address === undefined) throw new Error('the session has vanished');
    await intake.operate(address, { kind: 'undo', by: ADA }, 'undo');
    await turn(id, { budgets: { approvers: [] } });
    expect((await readSnapshot(db, id))?.autoApprovedUsd).toBe(1);
  });
});
