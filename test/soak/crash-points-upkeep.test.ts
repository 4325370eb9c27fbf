import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { runTurn } from '../../src/agent/turn.ts';
import { mentionsOn } from '../../src/app/mentions.ts';
import { PLATFORMS } from '../../src/app/platforms.ts';
import { lapseApprovals, type OpenApprovals, remindOfApprovals } from '../../src/approvals/reminders.ts';
import type { Db } from '../../src/db/database.ts';
import { sessions } from '../../src/db/schema/sessions.ts';
import { ping } from '../../src/jobs/pings.ts';
import type { ModelClient } from '../../src/llm/client.ts';
import type { Snapshot } from '../../src/session/snapshot.ts';
import { readSnapshot } from '../../src/session/store/read-snapshot.ts';
import { createRegistry } from '../../src/tools/registry.ts';
import { defineTool } from '../../src/tools/tool.ts';
import { type MovableClock, movable } from '../support/clocks.ts';
import { Crash, dyingAt, type Moment } from '../support/dying-record.ts';
import { intakeOn } from '../support/intake.ts';
import { ISOLATION } from '../support/isolation.ts';
import { MortalRecord } from '../support/mortal-record.ts';
import { ADA } from '../support/snapshots.ts';
import { turnDepsOn } from '../support/turn-deps.ts';

/* What happens to a session besides its work: settings, pings, reminders, lapses, compaction, undo. */

const HOUR_MS = 3_600_000;

const APPROVALS: OpenApprovals = {
  remindAfterSeconds: 3_600,
  lapseAfterSeconds: 86_400,
  approversOf: () => ['requester'],
  mentionsOf: mentionsOn(PLATFORMS),
  secondApprovers: [],
  isolation: ISOLATION,
};

const spend = defineTool({
  name: 'spend',
  description: 'spends',
  schema: z.object({}),
  isReadOnly: false,
  summary: () => 'spends',
  approval: async () => ({ title: 'Spend', facts: [], warnings: [], estimate: { usd: 1 } }),
  run: async () => ({ kind: 'done', output: 'spent' }),
});

/** Proposes to spend once, and else says what it has heard. */
const model: ModelClient = {
  async complete({ messages, model: name }) {
    const last = messages.at(-1);
    const heard = typeof last?.content === 'string' ? last.content : JSON.stringify(last?.content);
    const isFirst = messages.every(({ role }) => role !== 'assistant');
    return {
      text: isFirst ? '' : `heard ${heard.slice(0, 60)}`,
      reasoning: '',
      calls: isFirst ? [{ providerId: 'p1', name: 'spend', arguments: '{}' }] : [],
      isTruncated: false,
      usage: { inputTokens: 10, cachedTokens: 0, outputTokens: 5 },
      model: name,
      firstTokenMs: 1,
      totalMs: 2,
    };
  },
};

const registry = createRegistry([spend]);

let record: MortalRecord;
let clocks: MovableClock[] = [];
/** How far the record's clock is ahead: a restart does not take it back. */
let ahead = 0;
let threads = 0;

beforeAll(async () => {
  record = await MortalRecord.create((clock) => {
    const moved = movable(clock);
    moved.advance(ahead);
    clocks.push(moved);
    return moved;
  });
});
afterAll(() => record.remove());

function passes(ms: number): void {
  ahead += ms;
  for (const clock of clocks) clock.advance(ms);
}

/** What is done by whoever is there, and done again by whoever comes after one that died. */
type Doing = (db: Db) => Promise<unknown>;

/** By a process that does not die: what is known from the main story, and only makes the thread longer. */
const unharmed =
  (doing: Doing): Doing =>
  () =>
    doing(record.storage.db);

/** One thread: what is done in it, step by step, and how it stands. */
function thread(): { steps: readonly (readonly Doing[])[]; read(): Promise<Snapshot> } {
  const thread = `${++threads}.1`;
  const sessionId = async (db: Db): Promise<string> => {
    const [found] = await db.select({ id: sessions.id }).from(sessions).where(eq(sessions.thread, thread));
    return found?.id ?? '';
  };
  const says =
    (n: number, text: string): Doing =>
    (db) =>
      intakeOn(db, () => {}).message({
        address: { platform: 'slack', workspace: 'T1', channel: 'C1', thread },
        sourceId: `${thread}:${n}`,
        messageId: `${thread}:${n}`,
        text,
        author: ADA,
      });
  const works: Doing = async (db) =>
    runTurn(
      turnDepsOn(db, model, registry, { clock: db.clock }),
      await sessionId(db),
      'worker',
      new AbortController().signal,
    );
  const later =
    (hours: number): Doing =>
    async () =>
      passes(hours * HOUR_MS);
  const asks = (n: number, text: string) => [says(n, text), works];
  const due = new Date(0);
  return {
    steps: [
      asks(1, 'go'),
      asks(2, 'effort high'),
      asks(3, 'pings 1h'),
      [later(2)],
      [(db) => remindOfApprovals(db, APPROVALS)],
      [async (db) => ping(db, ISOLATION, await sessionId(db), 'thread', due)],
      [later(30)],
      [(db) => lapseApprovals(db, APPROVALS), works],
      ...[4, 5, 6, 7, 8].map((n) => asks(n, `number ${n}`).map(unharmed)),
      asks(9, 'undo'),
      asks(10, 'compact'),
      asks(11, 'pings off'),
      asks(12, 'thanks'),
    ],
    async read() {
      const snapshot = await readSnapshot(record.storage.db, await sessionId(record.storage.db));
      if (snapshot === undefined) throw new Error('the session has vanished');
      return snapshot;
    },
  };
}

/** Does all of it. The process that does the first of it dies where told; whoever comes next does not. */
async function play(n: number, moment: Moment): Promise<{ snapshot: Snapshot; hasDied: boolean }> {
  const { steps, read } = thread();
  let left: string | undefined;
  let db = dyingAt(record.storage.db, n, moment, () => {
    left ??= record.copyAsKilled();
  });
  let hasDied = false;
  for (const step of steps) {
    for (let tries = 0; ; tries++) {
      if (tries > 1) throw new Error('it dies again and again');
      for (const doing of step) {
        await doing(db).catch((error: unknown) => {
          if (!(error instanceof Crash)) throw error;
        });
        if (left !== undefined && !hasDied) break; // a sweep goes on with others, whatever one of them throws
      }
      if (left === undefined || hasDied) break;
      hasDied = true;
      clocks = [];
      await record.startAgain(left);
      db = record.storage.db;
      await db.update(sessions).set({ leaseUntil: new Date(0) });
    }
  }
  return { snapshot: await read(), hasDied };
}

/** What people and the model see of a session, without ids and times. */
function outcome({ snapshot }: { snapshot: Snapshot }) {
  return {
    entries: snapshot.messages.map(({ entry }) => [entry.role, entry.text]),
    calls: snapshot.toolCalls.map(({ name, state }) => [
      name,
      state.kind,
      'why' in state ? state.why : undefined,
    ]),
    state: snapshot.session.state.kind,
    settings: snapshot.session.settings,
  };
}

describe.each(['before', 'after'] as const)('a process that is killed just %s a commit', (moment) => {
  test('loses, repeats and changes nothing of what is done besides, whichever commit it is', async () => {
    const expected = outcome(await play(10_000, moment));
    const told = expected.entries.map(([, text]) => text).join('\n');
    for (const part of ['high', 'still waits for a decision', '⏰', 'lapsed', 'Write a summary', 'thanks']) {
      expect(told).toContain(part);
    }
    expect(expected.calls).toEqual([['spend', 'abandoned', 'lapsed']]);
    let points = 0;
    for (let n = 1; ; n++) {
      const played = await play(n, moment);
      if (!played.hasDied) break;
      points++;
      expect(outcome(played), `died ${moment} commit ${n}`).toEqual(expected);
    }
    expect(points).toBeGreaterThan(25);
  }, 900_000);
});
