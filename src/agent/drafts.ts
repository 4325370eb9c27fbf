import type { Db } from '../db/database.ts';
import { eachInTurn } from '../lib/breath.ts';
import type { Clock } from '../lib/clock.ts';
import type { Redacted } from '../lib/redaction.ts';
import { saveDrafts } from '../session/store/drafts.ts';
import type { Claim } from '../session/store/lease.ts';

/** What one model is writing. */
type DraftWriter = {
  /** Gives the whole text so far; the newest one is saved soon. */
  write(text: string): void;
  /** Once this resolves, nothing more is written. */
  stop(): Promise<void>;
};

/** The growing answers of all sessions of a process, which are saved together for their threads. */
export type Drafts = { begin(held: Claim): DraftWriter };

type DraftDeps = {
  db: Db;
  clock: Clock;
  /** Asks for renders of sessions whose threads had shown all that there was before. */
  show(sessionIds: readonly string[]): Promise<void>;
};

/** How often growing answers are saved. Platforms show edits about once a second. */
const EVERY_MS = 400;

/** An answer that is whole so soon is not shown in parts. */
const FIRST_MS = 100;

/** Saving takes at most one part of so many of the time: where there is much, it is done less often. */
const SHARE = 5;

/**
 * Of a longer draft, the rest is shown once the answer is complete: nobody reads that much while it grows.
 */
const CHARACTERS = 40_000;

/** `since`: when it was begun to be written, by the process's clock. */
type Growing = { held: Claim; latest: string | undefined; since: number };

/**
 * Saves the newest text of each session at most every 400 ms, those of all sessions with one statement. What
 * can't be saved is tried again with what it has become: the commit that follows an answer reports what is
 * wrong.
 */
export const createDrafts = (deps: DraftDeps): Drafts => new Saver(deps);

class Saver implements Drafts {
  readonly #deps: DraftDeps;
  readonly #open = new Set<Growing>();
  #writing: Promise<unknown> = Promise.resolve();
  #isRunning = false;
  #nextAt = Number.NEGATIVE_INFINITY;

  constructor(deps: DraftDeps) {
    this.#deps = deps;
  }

  begin(held: Claim): DraftWriter {
    const { clock } = this.#deps;
    const growing: Growing = { held, latest: undefined, since: Number.POSITIVE_INFINITY };
    this.#open.add(growing);
    return {
      write: (text) => {
        growing.latest = text;
        growing.since = Math.min(growing.since, clock.monotonic());
        if (!this.#isRunning) void this.#run();
      },
      stop: async () => {
        this.#open.delete(growing);
        await this.#writing;
      },
    };
  }

  #waiting(): Growing[] {
    return [...this.#open].filter(({ latest }) => latest !== undefined);
  }

  async #run(): Promise<void> {
    const { clock } = this.#deps;
    this.#isRunning = true;
    try {
      while (this.#waiting().length > 0) {
        await clock.sleep(Math.max(FIRST_MS, this.#nextAt - clock.monotonic()));
        const began = clock.monotonic();
        const isSaved = await this.#saveAll().catch(() => true); // the record is away: later, with what comes
        if (isSaved) this.#nextAt = began + Math.max(EVERY_MS, (clock.monotonic() - began) * SHARE);
      }
    } finally {
      this.#isRunning = false;
    }
  }

  /** Whether there was something to save. */
  async #saveAll(): Promise<boolean> {
    const { db, clock, show } = this.#deps;
    const isDue = ({ since }: Growing) => clock.monotonic() - since >= FIRST_MS;
    const made = await eachInTurn(this.#waiting().filter(isDue), (growing) => {
      const { latest: from = '' } = growing;
      return { growing, from, text: shownOf(db, from) };
    });
    const drafts = made.filter(({ growing }) => this.#open.has(growing));
    if (drafts.length === 0) return false;
    const saving = saveDrafts(
      db,
      drafts.map(({ growing: { held }, text }) => ({ held, text })),
    );
    this.#writing = saving.catch(() => {}); // who stops only waits; who saves is told
    const saved = await saving;
    const done = new Set(saved.map(({ held }) => held));
    for (const { growing, from } of drafts) {
      if (done.has(growing.held) && growing.latest === from) growing.latest = undefined;
    }
    const news = saved.flatMap(({ held, isNews }) => (isNews ? [held.sessionId] : []));
    if (news.length > 0) await show(news);
    return true;
  }
}

const shownOf = ({ redaction }: Db, text: string): Redacted =>
  text.length > CHARACTERS ? redaction.head(text, CHARACTERS) : redaction.growing(text);
