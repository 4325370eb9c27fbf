import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { runTurn } from '../../src/agent/turn.ts';
import { type Db, databaseOf } from '../../src/db/database.ts';
import { randomIds, systemClock } from '../../src/lib/clock.ts';
import type { ModelClient } from '../../src/llm/client.ts';
import { claim, keeping } from '../../src/session/store/lease.ts';
import { countModelCall } from '../../src/session/store/model-calls.ts';
import { readSnapshot } from '../../src/session/store/read-snapshot.ts';
import * as record from '../../src/session/store/record.ts';
import { createRegistry } from '../../src/tools/registry.ts';
import { defineTool } from '../../src/tools/tool.ts';
import { type Backend, createBackend, isThere } from '../support/backends.ts';
import { intakeOn } from '../support/intake.ts';
import { ADA } from '../support/snapshots.ts';
import { noteStatements, type Statements } from '../support/statements.ts';
import { turnDepsOn } from '../support/turn-deps.ts';
import { until } from '../support/until.ts';

const lookUp = defineTool({
  name: 'hub_search',
  description: 'looks something up',
  schema: z.object({ query: z.string() }),
  research: true,
  isReadOnly: true,
  summary: ({ query }) => query,
  run: async ({ query }) => ({ kind: 'done', output: `found ${query}` }),
});

const change = defineTool({
  name: 'bash',
  description: 'changes something',
  schema: z.object({ query: z.string() }),
  isReadOnly: false,
  summary: ({ query }) => query,
  run: async ({ query }) => ({ kind: 'done', output: `did ${query}` }),
});

/** Makes two calls of a tool in each of `steps` answers, then says that it is done. */
function twoCallsOf(name: string, steps: number): ModelClient {
  let step = 0;
  return {
    async complete({ model }) {
      step++;
      const calls = [1, 2].map((i) => ({
        providerId: `p${step}-${i}`,
        name,
        arguments: JSON.stringify({ query: `${step}.${i}` }),
      }));
      return {
        text: step > steps ? 'done' : '',
        reasoning: '',
        calls: step > steps ? [] : calls,
        isTruncated: false,
        usage: { inputTokens: 10, cachedTokens: 0, outputTokens: 5 },
        model,
        firstTokenMs: 1,
        totalMs: 2,
      };
    },
  };
}

describe.skipIf(!isThere('postgres'))('what a step asks of the record', () => {
  let backend: Backend;
  let pool: pg.Pool;
  let db: Db;
  beforeAll(async () => {
    backend = await createBackend('postgres');
    pool = new pg.Pool({ connectionString: backend.settings.databaseUrl });
    db = databaseOf(drizzle(pool), systemClock);
  });
  afterAll(async () => {
    await pool.end();
    await backend.remove();
  });

  async function newSession(): Promise<string> {
    let sessionId = '';
    const intake = intakeOn(db, (id) => {
      sessionId = id;
    });
    const thread = randomIds.next('t');
    const address = { platform: 'slack' as const, workspace: 'T1', channel: 'C1', thread };
    await intake.message({ address, sourceId: thread, text: 'go', author: ADA, messageId: thread });
    return sessionId;
  }

  async function addressOf(sessionId: string) {
    const snapshot = await readSnapshot(db, sessionId, 'all');
    if (snapshot === undefined) throw new Error('there is no session');
    return snapshot.session.address;
  }

  const isCommit = (text: string) => /^commit/i.test(text);
  const isRead = (text: string) => text.includes('json_agg(listed)');

  /** What a turn of so many steps asks for. */
  async function asked(tool: typeof lookUp, steps: number): Promise<Statements['texts']> {
    const sessionId = await newSession();
    const deps = turnDepsOn(db, twoCallsOf(tool.name, steps), createRegistry([lookUp, change]));
    const { texts } = noteStatements([pool]);
    const end = await runTurn(deps, sessionId, 'w', new AbortController().signal);
    expect(end).toBe('released');
    const snapshot = await readSnapshot(db, sessionId, 'all');
    expect(snapshot?.toolCalls.map(({ state }) => state.kind)).toEqual(Array(steps * 2).fill('done'));
    expect(snapshot?.session.state.kind).toBe('idle');
    return texts.slice();
  }

  /** What one step more costs. */
  async function perStep(tool: typeof lookUp, count: (texts: readonly string[]) => number): Promise<number> {
    const few = count(await asked(tool, 2));
    const more = count(await asked(tool, 12));
    return (more - few) / 10;
  }

  test('a step with two look-ups takes at most 13 statements and two transactions', async () => {
    const all = await perStep(lookUp, (texts) => texts.length);
    const commits = await perStep(lookUp, (texts) => texts.filter(isCommit).length);
    expect({ isFew: all <= 13, all, commits }).toMatchObject({ isFew: true, commits: 2 });
  });

  test('what is asked while look-ups run is taken up before the model is called again', async () => {
    const sessionId = await newSession();
    const asking = defineTool({
      name: 'hub_search',
      description: 'looks something up while somebody writes',
      schema: z.object({ query: z.string() }),
      research: true,
      isReadOnly: true,
      summary: ({ query }) => query,
      run: async ({ query }) => {
        if (query === '1.1') {
          const address = await addressOf(sessionId);
          const more = { sourceId: randomIds.next('m'), messageId: randomIds.next('m') };
          await intakeOn(db, () => {}).message({ ...more, address, text: 'and this', author: ADA });
        }
        return { kind: 'done', output: 'found' };
      },
    });
    const deps = turnDepsOn(db, twoCallsOf('hub_search', 2), createRegistry([asking]));
    expect(await runTurn(deps, sessionId, 'w', new AbortController().signal)).toBe('released');
    const roles = (await readSnapshot(db, sessionId, 'all'))?.messages.map(({ entry }) => entry.role);
    expect(roles).toEqual(['user', 'assistant', 'user', 'assistant', 'assistant']);
  });

  test('one with two calls that have effects takes at most five commits', async () => {
    expect(await perStep(change, (texts) => texts.filter(isCommit).length)).toBeLessThanOrEqual(5);
  });

  test('however many steps a turn has, it reads its session once', async () => {
    const reads = (texts: readonly string[]) => texts.filter(isRead).length;
    expect(await perStep(lookUp, reads)).toBe(0);
    expect(await perStep(change, reads)).toBe(0);
  });

  test('a look-up whose process is gone is made again: it has changed nothing', async () => {
    const sessionId = await newSession();
    let runs = 0;
    const slow = defineTool({
      name: 'hub_search',
      description: 'looks something up',
      schema: z.object({ query: z.string() }),
      research: true,
      isReadOnly: true,
      summary: ({ query }) => query,
      run: async (_args, { signal }) => {
        runs++;
        if (runs <= 2) await systemClock.sleep(60_000, signal);
        return { kind: 'done', output: 'found' };
      },
    });
    const deps = turnDepsOn(db, twoCallsOf('hub_search', 1), createRegistry([slow]), { handOverMs: 1 });
    const kinds = async () =>
      (await readSnapshot(db, sessionId))?.toolCalls.map(({ state }) => state.kind) ?? [];
    const shutdown = new AbortController();
    const ended = runTurn(deps, sessionId, 'w', shutdown.signal);
    await until('both are under way', async () => (await kinds()).join() === 'running,running');
    shutdown.abort();
    expect(await ended).toBe('handed_over');
    expect(await kinds()).toEqual(['running', 'running']);
    expect(await runTurn(deps, sessionId, 'other', new AbortController().signal)).toBe('released');
    expect(await kinds()).toEqual(['done', 'done']);
    expect(runs).toBe(4);
  });

  test('what a turn knows by its own writes is what stands in the record', async () => {
    const sessionId = await newSession();
    const held = await claim(db, sessionId, 'w', 60_000);
    if (held === undefined) throw new Error('nobody else can hold it');
    await keeping(held, (tx) => record.openExchange(tx, sessionId, 1, []));
    const read = () => readSnapshot(db, sessionId, 'context');
    held.known = await read();
    const inStep = async (write: Parameters<typeof keeping>[1]) => {
      await keeping(held, write);
      expect(held.known).toEqual(await read());
      expect(held.known).toBeDefined();
    };
    await countModelCall(held, 1);
    expect(held.known).toEqual(await read());
    expect(held.known).toBeDefined();
    await inStep((tx) => record.setDraft(tx, sessionId, { text: 'I am' }));
    await inStep(async (tx) => {
      const text = 'I am here';
      const messageId = await record.addMessage(tx, sessionId, 1, { role: 'assistant', text, model: 'm' });
      const call = { providerId: 'p', name: 'bash', arguments: '{"a": 1}', summary: 's', step: undefined };
      const both = [{ id: `${sessionId}-1` }, { id: `${sessionId}-2` }];
      const calls = both.map((own) => ({ ...call, ...own, timeline: 'every_call' as const }));
      await record.addToolCalls(tx, sessionId, 1, messageId, calls);
      const used = { purpose: 'step' as const, model: 'm', inputTokens: 1, cachedTokens: 0, outputTokens: 1 };
      await record.addUsage(tx, sessionId, 1, { ...used, firstTokenMs: 1, totalMs: 1, usd: 0.25 });
      await record.setDraft(tx, sessionId, undefined);
    });
    const at = new Date();
    await inStep(async (tx) => {
      const running = { kind: 'running' as const, since: at };
      await record.moveToolCall(tx, sessionId, `${sessionId}-1`, ['proposed'], running);
    });
    await inStep(async (tx) => {
      const done = { kind: 'done' as const, output: 'hf_token = get()', at };
      await record.moveToolCall(tx, sessionId, `${sessionId}-1`, ['running'], done);
      await record.moveToolCall(tx, sessionId, `${sessionId}-2`, ['proposed'], done, at);
    });
    expect(held.known?.session.modelUsd).toBe(0.25);
  });

  test('it knows nothing any more once anybody else has written, or something else was written', async () => {
    const sessionId = await newSession();
    const held = await claim(db, sessionId, 'w', 60_000);
    if (held === undefined) throw new Error('nobody else can hold it');
    await keeping(held, (tx) => record.openExchange(tx, sessionId, 1, []));
    held.known = await readSnapshot(db, sessionId, 'context');
    await db.transaction('somebody else', (tx) => record.setPlan(tx, sessionId, 1, []));
    await keeping(held, (tx) => record.setDraft(tx, sessionId, { text: 'I am' }));
    expect(held.known).toBeUndefined();

    held.known = await readSnapshot(db, sessionId, 'context');
    await keeping(held, async (tx) => {
      await record.setPlan(tx, sessionId, 1, [{ id: '1', content: 'all', status: 'pending' }]);
      await record.setDraft(tx, sessionId, undefined);
    });
    expect(held.known).toBeUndefined();
  });
});
