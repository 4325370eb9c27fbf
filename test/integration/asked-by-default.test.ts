import { eq } from 'drizzle-orm';
import { beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { runTurn, type TurnDeps } from '../../src/agent/turn.ts';
import type { Db } from '../../src/db/database.ts';
import { sessions } from '../../src/db/schema/sessions.ts';
import { messages } from '../../src/db/schema/transcript.ts';
import type { Intake } from '../../src/intake/intake.ts';
import { randomIds } from '../../src/lib/clock.ts';
import type { ModelClient } from '../../src/llm/client.ts';
import type { Person } from '../../src/session/address.ts';
import type { Operation } from '../../src/session/operations.ts';
import { readSnapshot } from '../../src/session/store/read-snapshot.ts';
import type { ApprovalRequest } from '../../src/session/tool-calls.ts';
import { createRegistry } from '../../src/tools/registry.ts';
import { defineTool, type ToolResult } from '../../src/tools/tool.ts';
import { intakeOn } from '../support/intake.ts';
import { ADA } from '../support/snapshots.ts';
import { NOTHING_OUTSIDE, turnDepsOn } from '../support/turn-deps.ts';
import { useStorage } from '../support/use-storage.ts';

const GRACE = { id: 'U0GRACE', name: 'Grace' };

let db: Db;
let intake: Intake;
let sessionId = '';
let address = { platform: 'slack', workspace: 'T1', channel: 'C1', thread: '' };
/** What the tool asks; undefined where it asks nothing. */
let request: ApprovalRequest | undefined;
let resultOf: (callId: string) => ToolResult;
let ran = 0;
let cancelled: string[] = [];

useStorage((storage) => {
  db = storage.db;
});
beforeEach(() => {
  intake = intakeOn(db, (id) => {
    sessionId = id;
  });
  address = { ...address, thread: randomIds.next('t') };
  request = { title: 'Spend', facts: [], warnings: [], estimate: { usd: 1 } };
  resultOf = () => ({ kind: 'done', output: 'ok' });
  ran = 0;
  cancelled = [];
});

const spend = defineTool({
  name: 'spend',
  description: 'spends',
  schema: z.object({}),
  isReadOnly: false,
  summary: () => 'spends',
  approval: async () => request,
  async run(_args, { callId }) {
    ran++;
    return resultOf(callId);
  },
});

/** Calls the tool once for whatever is said, then says that it is done. */
const model: ModelClient = {
  async complete({ messages: told, model: name }) {
    const isAnswered = told.at(-1)?.role === 'tool';
    return {
      text: isAnswered ? 'done' : '',
      reasoning: '',
      calls: isAnswered ? [] : [{ providerId: 'p', name: 'spend', arguments: '{"to": "somebody"}' }],
      isTruncated: false,
      usage: { inputTokens: 1, cachedTokens: 0, outputTokens: 1 },
      model: name,
      firstTokenMs: 1,
      totalMs: 2,
    };
  },
};

const say = (text: string, author: Person = ADA) =>
  intake.message({ address, sourceId: randomIds.next('t'), text, author, messageId: '' });

const operate = (operation: Operation) => intake.operate(address, operation, randomIds.next('t'));

const turn = (changed: Partial<TurnDeps> = {}) =>
  runTurn(
    turnDepsOn(db, model, createRegistry([spend]), {
      autoApproved: ['spend'],
      outside: () => ({
        ...NOTHING_OUTSIDE,
        jobStatus: () => 'it runs',
        cancelJob: async ({ jobId }) => void cancelled.push(jobId),
      }),
      ...changed,
    }),
    sessionId,
    'worker',
    new AbortController().signal,
  );

const setYolo = (by: Person) =>
  db
    .update(sessions)
    .set({ settings: { yolo: { kind: 'on', by, at: new Date(0) } } })
    .where(eq(sessions.id, sessionId));

const snapshot = async () => {
  const read = await readSnapshot(db, sessionId);
  if (read === undefined) throw new Error('there is no session');
  return read;
};
const lastCall = async () => (await snapshot()).toolCalls.at(-1);

async function notices(): Promise<string> {
  const rows = await db.select().from(messages).where(eq(messages.sessionId, sessionId));
  return JSON.stringify(rows.map(({ entry }) => entry).filter((entry) => Object(entry).role === 'notice'));
}

describe('what is not in the table of what nobody is asked about', () => {
  test('is put before people with its arguments, where its tool asks nothing', async () => {
    request = undefined;
    await say('go');
    await setYolo(ADA);
    await turn();
    const { state } = (await lastCall()) ?? {};
    expect(state).toMatchObject({
      kind: 'awaiting_approval',
      request: { title: 'Use spend', preview: { text: '{"to": "somebody"}', shows: 'all' } },
    });
    expect(ran).toBe(0);
  });
});

describe('auto-approval', () => {
  test('lets through only what it covers', async () => {
    await say('go');
    await setYolo(ADA);
    await turn({ autoApproved: [] });
    expect((await lastCall())?.state.kind).toBe('awaiting_approval');
    expect(ran).toBe(0);
  });

  test('runs what the owner of an account wants under it', async () => {
    request = { title: 'Spend', facts: [], warnings: [], estimate: { usd: 1 }, owner: ADA };
    await say('go');
    await setYolo(ADA);
    await turn();
    expect(ran).toBe(1);
  });

  test('runs nothing under an account for what somebody else has written', async () => {
    request = { title: 'Spend', facts: [], warnings: [], estimate: { usd: 1 }, owner: ADA };
    await say('hello', GRACE);
    await setYolo(ADA);
    await say('go on then');
    await turn();
    expect((await lastCall())?.state.kind).toBe('awaiting_approval');
    expect(ran).toBe(0);
  });
});

describe('a cost that nobody knows', () => {
  test.each([
    ['is waived', { isWaived: true }],
    ['would be let through', {}],
  ])('is over every budget, and asked about where it %s', async (_how, more) => {
    request = { title: 'Spend', facts: [], warnings: [], estimate: { reason: 'no price' }, ...more };
    await say('go');
    await setYolo(ADA);
    await turn({ budgets: { session_usd: 1_000, day_usd: 1_000, approvers: [GRACE.id] } });
    const call = await lastCall();
    expect(call?.state).toMatchObject({
      kind: 'awaiting_approval',
      request: { warnings: [expect.stringContaining('this session'), expect.stringContaining('the day')] },
    });
    expect(ran).toBe(0);
  });
});

/** A job that the call has started, at so much an hour. */
async function withJob(hourlyUsd: number | undefined): Promise<void> {
  await say('go');
  await setYolo(ADA);
  resultOf = (toolCallId) => ({
    kind: 'waiting',
    watch: {
      id: `w_${toolCallId}`,
      toolCallId,
      namespace: 'ada',
      jobId: 'job1',
      url: '',
      dashboardUrl: undefined,
      title: 'a job',
      flavor: 'a10g-small',
      hourlyUsd,
      timeoutSeconds: 3_600,
      snapshot: { stage: 'RUNNING', startedAt: new Date('2026-01-01T00:00:00Z') },
    },
  });
  await turn();
}

describe('ending a job that is paid for', () => {
  const WHO = 'only Ada, who asked for it, may end what is paid for';

  test.each(['interrupt', 'undo'] as const)(
    'by %s takes the right to: the turn stops, the job runs on, and who has it is told',
    async (kind) => {
      await withJob(1);
      await operate({ kind, by: GRACE });
      await turn();
      const { session, exchanges } = await snapshot();
      expect(session.state.kind).toBe('interrupted');
      expect(exchanges.at(-1)?.undone).toBe(false);
      expect(cancelled).toEqual([]);
      expect(await notices()).toContain(`go runs on: ${WHO}.`);
    },
  );

  test('by its button takes it, too, at the moment when it is done', async () => {
    await withJob(1);
    const [watch] = (await snapshot()).watches;
    await operate({ kind: 'cancel_job', watchId: watch?.id ?? '', by: GRACE });
    await turn();
    expect(cancelled).toEqual([]);
    expect(await notices()).toContain(WHO);
  });

  test.each(['interrupt', 'undo'] as const)('by %s is done for who may approve', async (kind) => {
    await withJob(1);
    await operate({ kind, by: ADA });
    await turn();
    expect(cancelled).toEqual(['job1']);
  });

  test.each([
    [0, ['job1']],
    [undefined, []],
  ])('takes a right unless it costs nothing: at %s an hour', async (hourlyUsd, ended) => {
    await withJob(hourlyUsd);
    await operate({ kind: 'interrupt', by: GRACE });
    await turn();
    expect(cancelled).toEqual(ended);
  });

  test('undone by who may not, it goes on to count against what may be spent', async () => {
    await withJob(1);
    await operate({ kind: 'undo', by: GRACE });
    await turn();
    await operate({ kind: 'new', by: GRACE });
    await turn();
    expect((await snapshot()).autoApprovedUsd).toBe(1);
  });
});

test('what was stopped while it was being begun stays reserved: it may run', async () => {
  await say('go');
  await setYolo(ADA);
  const begun = Promise.withResolvers<void>();
  const stopping = new AbortController();
  const slow = defineTool({
    ...{ name: 'spend', description: 'spends', schema: z.object({}), isReadOnly: false },
    summary: () => '',
    approval: async () => request,
    run: (_args, { signal }) => {
      begun.resolve();
      return new Promise((_done, fail) => signal.addEventListener('abort', () => fail(signal.reason)));
    },
  });
  const deps = { autoApproved: ['spend'], outside: () => NOTHING_OUTSIDE };
  const working = runTurn(
    turnDepsOn(db, model, createRegistry([slow]), deps),
    sessionId,
    'w',
    stopping.signal,
  );
  await begun.promise;
  stopping.abort(new Error('the worker stops'));
  await working.catch(() => {});
  await db
    .update(sessions)
    .set({ leaseUntil: new Date(0) })
    .where(eq(sessions.id, sessionId));
  await operate({ kind: 'interrupt', by: ADA });
  await turn();
  expect((await lastCall())?.state.kind).toBe('unknown');
  expect((await snapshot()).autoApprovedUsd).toBe(1);
});
