import { eq, sql } from 'drizzle-orm';
import { expect } from 'vitest';
import type { Db, Tx } from '../../../src/db/database.ts';
import { sessions } from '../../../src/db/schema/sessions.ts';
import { posts } from '../../../src/db/schema/threads.ts';
import { type Clock, randomIds, systemClock } from '../../../src/lib/clock.ts';
import { createLogger, type Logger } from '../../../src/lib/log.ts';
import type { ThreadAddress } from '../../../src/session/address.ts';
import { addFile } from '../../../src/session/store/files.ts';
import * as record from '../../../src/session/store/record.ts';
import { ThreadRefused } from '../../../src/thread/delivery/claim.ts';
import type { Outbound } from '../../../src/thread/delivery/outbound.ts';
import { Refused } from '../../../src/thread/delivery/posts.ts';
import { renderThread } from '../../../src/thread/delivery/render.ts';
import { reopenThreads } from '../../../src/thread/delivery/reopen-threads.ts';
import type { RenderDeps } from '../../../src/thread/delivery/send.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

const ANSWER = 'The answer is forty-two, as was to be expected.';

type Parts = {
  db: Db;
  outbound: Outbound;
  address: Omit<ThreadAddress, 'workspace'>;
  messageId: string;
  requester: { id: string; name: string };
};

/**
 * A thread whose session has asked and got an answer, delivered by a platform's real adapter. Its time is the
 * test's: what would be waited for is skipped.
 */
export abstract class RefusedThread<Message> {
  readonly id = randomIds.next('s');
  readonly place: ThreadAddress;
  readonly outbound: Outbound;
  /** What the agent answers in the end. */
  readonly answer = ANSWER;
  /** Errors in the log. */
  readonly logged: Record<string, unknown>[] = [];
  readonly #parts: Parts;
  readonly #deps: RenderDeps;
  #now = Date.now();

  constructor(parts: Parts) {
    const { db, outbound, address } = parts;
    const clock: Clock = { ...systemClock, now: () => new Date(this.#now), sleep: async () => {} };
    this.#parts = parts;
    this.outbound = outbound;
    // A workspace of its own: the pace of one is nobody else's.
    this.place = { ...address, workspace: randomIds.next('T') };
    this.#deps = {
      db,
      clock,
      log: listening(this.logged),
      outboundOf: () => ({ ...outbound, editIntervalMs: 0 }),
      leaseMs: 10_000,
    };
  }

  /** The bot's messages of the thread, in order. */
  abstract replies(): Message[];

  /** All that a message shows, as text. */
  abstract textOf(message: Message): string;

  /** What the requester was told in private since the thread was begun. */
  abstract told(): string[];

  /** How many messages show a text. */
  shows(text: string): number {
    return this.replies().filter((message) => this.textOf(message).includes(text)).length;
  }

  /** Somebody has asked, and the agent is at work. */
  async begin(): Promise<this> {
    const { db, requester } = this.#parts;
    await db.insert(sessions).values({
      id: this.id,
      ...this.place,
      requester,
      state: { kind: 'running' },
      exchange: 1,
    });
    await db.transaction('what a thread shows', (tx) => this.#ask(tx, 1, 'what is it?'));
    return this;
  }

  /** Renders, and skips what is waited for, until nothing is left to do or so much time has gone by. */
  async settle(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (let calls = 0; this.#now <= end; calls++) {
      if (calls > 500) throw new Error('it never comes to rest');
      const rendered = await renderThread(this.#deps, this.id);
      if (rendered.kind === 'done') return;
      const { renderBlockedUntil, renderDue } = await this.#row();
      const due = (renderBlockedUntil ?? renderDue)?.getTime() ?? this.#now;
      const next = Math.max(this.#now, rendered.kind === 'later' ? this.#now + rendered.inMs : due);
      this.#now = Math.min(next, end);
      if (next > end) return;
    }
  }

  /** The answer has come, and the request is done. */
  async ends(text = ANSWER): Promise<void> {
    await this.#write(async (tx) => {
      await record.addMessage(tx, this.id, 1, { role: 'assistant', text });
      await record.closeExchange(tx, this.id, 1, { kind: 'idle' });
      await record.setState(tx, this.id, { kind: 'idle' });
    });
  }

  /** The agent writes one plan after the other, which its status shows. */
  async progresses(steps: number): Promise<void> {
    for (let step = 0; step < steps; step++) {
      const content = `Step ${step}`;
      await this.#write((tx) =>
        record.setPlan(tx, this.id, 1, [{ id: content, content, status: 'in_progress' }]),
      );
      await this.settle(10_000);
    }
  }

  /** Somebody asks for something else. */
  async asksAgain(): Promise<void> {
    await this.#parts.db.update(sessions).set({ exchange: 2 }).where(eq(sessions.id, this.id));
    await this.#write((tx) => this.#ask(tx, 2, 'and now?'));
  }

  async addsFile(name: string): Promise<void> {
    const file = { id: randomIds.next('f'), name, bytes: Buffer.from('line 1\n') };
    await this.#write((tx) => addFile(tx, this.id, 1, file, 'The log of the job'));
  }

  /** The platform says that the place takes messages again. */
  async reopen(): Promise<void> {
    await reopenThreads(this.#parts.db, this.place);
  }

  /** What the record knows of what is refused. */
  async refused() {
    const { renderRefused, renderBlockedUntil } = await this.#row();
    const rows = await this.#parts.db.select().from(posts).where(eq(posts.sessionId, this.id));
    return {
      thread: renderBlockedUntil === null ? undefined : ThreadRefused.nullish().parse(renderRefused),
      posts: rows.flatMap(({ key, refused }) => (refused ? [{ key, ...Refused.parse(refused) }] : [])),
    };
  }

  async #ask(tx: Tx, exchange: number, text: string): Promise<void> {
    const { requester: author, messageId } = this.#parts;
    await record.openExchange(tx, this.id, exchange, []);
    await record.addMessage(tx, this.id, exchange, { role: 'user', text, author, messageId });
  }

  async #write(work: (tx: Tx) => Promise<unknown>): Promise<void> {
    const { db } = this.#parts;
    await db.transaction('what a thread shows', work);
    const changed = { rev: sql`${sessions.rev} + 1`, settledExchange: -1 };
    await db.update(sessions).set(changed).where(eq(sessions.id, this.id));
  }

  async #row() {
    const [found] = await this.#parts.db.select().from(sessions).where(eq(sessions.id, this.id));
    if (found === undefined) throw new Error('the session is gone');
    return found;
  }
}

/** More than a week goes by in which a post of a thread is refused: nobody tries it by itself any more. */
export async function expectGivenUp(
  thread: Pick<RefusedThread<unknown>, 'settle' | 'refused'>,
  key: RegExp,
): Promise<void> {
  for (let day = 0; day < 10; day++) await thread.settle(24 * HOUR);
  const { posts: refused } = await thread.refused();
  expect(refused.filter((post) => key.test(post.key))).toMatchObject([{ kind: 'final', isGivenUp: true }]);
}

/** A log that keeps its errors. */
function listening(logged: Record<string, unknown>[]): Logger {
  const log = createLogger('silent', (text) => text);
  log.error = (...parts: unknown[]) => void logged.push(Object(parts[0]));
  return log;
}
