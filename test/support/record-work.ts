import { drizzle } from 'drizzle-orm/node-postgres';
import type pg from 'pg';
import { runTurn } from '../../src/agent/turn.ts';
import { mentionsOn } from '../../src/app/mentions.ts';
import { PLATFORMS } from '../../src/app/platforms.ts';
import { type Budgets, budgetsPassedBy, passedBudgets } from '../../src/approvals/budget.ts';
import { type Db, databaseOf } from '../../src/db/database.ts';
import { claimWatches, keepWatches } from '../../src/jobs/claims.ts';
import { readDigest } from '../../src/jobs/digest.ts';
import { randomIds, systemClock } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/lib/log.ts';
import type { ModelClient } from '../../src/llm/client.ts';
import { createEngine } from '../../src/runtime/engine.ts';
import { KINDS } from '../../src/runtime/housekeeping.ts';
import { sweep } from '../../src/runtime/maintenance.ts';
import { type Pings, runPings } from '../../src/runtime/ping-schedules.ts';
import { askedToStop } from '../../src/session/store/inbox.ts';
import { renewAll } from '../../src/session/store/lease.ts';
import { questionsOf, readSession } from '../../src/session/store/read-snapshot.ts';
import type { Outbound } from '../../src/thread/delivery/outbound.ts';
import { renderThread } from '../../src/thread/delivery/render.ts';
import { planTool } from '../../src/tools/plan-tool.ts';
import { createRegistry } from '../../src/tools/registry.ts';
import { intakeOn } from './intake.ts';
import { ISOLATION } from './isolation.ts';
import { ADA } from './snapshots.ts';
import { turnDepsOn } from './turn-deps.ts';

/**
 * What the product does again and again, straight on a record: each is one of the things that must not cost
 * more there.
 */
export type RecordWork = {
  /** Somebody asks, the model plans, and answers: two model calls and one tool call. */
  turn(): Promise<void>;
  /** Brings the thread of the last turn up to date. */
  render(): Promise<void>;
  /**
   * A look for whatever is pending, and what a process does for all its sessions and jobs while they go on.
   */
  sweep(): Promise<void>;
  /** Whether something may be spent, with all budgets set. */
  budget(): Promise<void>;
  /** Each kind of housekeeping, until nothing is left of it. */
  housekeeping(): Promise<void>;
  /** What a note tells of a thread and of a channel, each over a week. */
  digest(): Promise<void>;
};

/** All of them are set, and none is ever passed. */
const BUDGETS: Budgets = {
  session_usd: 1e6,
  person_day_usd: 1e6,
  channel_day_usd: 1e6,
  day_usd: 1e6,
  workspaces: { T1: { day_usd: 1e6 } },
  approvers: [],
};

/** The same on a server's record, over a pool of its own. */
export function workOver(pool: pg.Pool): { work: RecordWork; close(): Promise<void> } {
  const db = databaseOf(drizzle(pool), systemClock);
  const log = createLogger('silent', (text) => text);
  const engine = createEngine({ kind: 'postgres', pool }, 'work', log);
  const pings = runPings(engine, { db, log, isolation: ISOLATION, leaseMs: 10_000, render: async () => {} });
  async function close() {
    await engine.close();
    await pool.end();
  }
  return { work: workOn(db, pings), close };
}

function workOn(db: Db, pings: Pings): RecordWork {
  const deps = turnDepsOn(db, planner, createRegistry([planTool]), { budgets: BUDGETS });
  let last = '';
  const intake = intakeOn(db, (id) => {
    last = id;
  });
  const rendering = {
    db,
    clock: systemClock,
    log: createLogger('silent', (text) => text),
    outboundOf: () => takesAll,
    leaseMs: 10_000,
  };
  const sweeping = {
    db,
    isolation: ISOLATION,
    turns: { wake: async () => true, takeOver: async () => {} },
    renders: { request: async () => {}, progress: async () => {}, catchUp: async () => {} },
    pings,
    approvals: {
      remindAfterSeconds: 3_600,
      lapseAfterSeconds: 86_400,
      approversOf: () => ['requester'],
      mentionsOf: mentionsOn(PLATFORMS),
      secondApprovers: [],
      isolation: ISOLATION,
    },
  };
  const keeping = {
    ...rendering,
    isolation: ISOLATION,
    owner: 'bench',
    renders: sweeping.renders,
    retention: { idleDays: 10_000, fileDays: 10_000 },
    sandboxes: undefined,
    ...{ firstLookMs: 0, everyMs: 1e9 },
  };
  const following = { owner: 'bench', leaseMs: 10_000, limit: 200 };
  let followed: string[] = [];

  return {
    async turn() {
      const thread = randomIds.next('w');
      const address = { platform: 'slack' as const, workspace: 'T1', channel: 'C1', thread };
      await intake.message({ address, sourceId: thread, text: 'go', author: ADA, messageId: thread });
      await runTurn(deps, last, 'bench', new AbortController().signal);
    },
    render: async () => void (await renderThread(rendering, last)),
    async sweep() {
      await sweep(sweeping);
      followed = [...followed, ...(await claimWatches(db, following, ISOLATION)).map(({ id }) => id)];
      await keepWatches(db, following.owner, followed, following.leaseMs);
      await renewAll(db, [
        {
          db,
          sessionId: last,
          epoch: 0,
          leaseMs: 10_000,
          strikes: 0,
          heldUntil: 0,
          known: undefined,
          isFresh: false,
        },
      ]);
      await askedToStop(db, [last]);
      await questionsOf(db, ['c1']);
    },
    async housekeeping() {
      for (const { work, batch } of KINDS) while ((await work(keeping, batch)) >= batch);
    },
    async budget() {
      const session = await readSession(db, last);
      if (session === undefined) throw new Error('there is no session yet');
      await passedBudgets(db, BUDGETS, session);
      await db.transaction('an approval', (tx) => budgetsPassedBy(tx, BUDGETS, session, 1));
    },
    async digest() {
      const at = new Date();
      const week = { since: new Date(at.getTime() - 7 * 86_400_000), at };
      const channelOf = { platform: 'slack', workspace: 'T0', channel: 'C0', thread: 'h50' };
      for (const whose of [{ sessionId: last }, { channelOf }]) {
        await db.transaction('a note', (tx) => readDigest(tx, ISOLATION, whose, week));
      }
    },
  };
}

/** A model that plans, and then answers. */
const planner: ModelClient = {
  async complete({ messages, model }) {
    const isAnswered = messages.at(-1)?.role === 'tool';
    const todos = [{ id: '1', content: 'answer', status: 'completed' }];
    return {
      text: isAnswered ? 'Here it is.' : '',
      reasoning: '',
      calls: isAnswered
        ? []
        : [{ providerId: 'p1', name: 'plan_tool', arguments: JSON.stringify({ todos }) }],
      isTruncated: false,
      usage: { inputTokens: 1_000, cachedTokens: 0, outputTokens: 10 },
      model,
      firstTokenMs: 1,
      totalMs: 2,
    };
  },
};

const RATE = { perMinute: 1e6, burst: 1e6, per: 'thread' as const };

let delivered = 0;
const takes = async () => ({ ok: true as const, platformId: `${delivered++}` });

/** A platform that takes everything at once. */
export const takesAll: Outbound = {
  rates: { post: RATE, edit: RATE, reaction: RATE, streamEnd: RATE, stream: RATE },
  editIntervalMs: 0,
  translate: (message) => [{ kind: 'message', body: { message } }],
  plainer: () => [],
  post: takes,
  edit: takes,
  remove: takes,
  find: async () => undefined,
};
