import type { Db } from '../db/database.ts';
import type { Clock } from '../lib/clock.ts';
import { SharedPoll } from '../lib/shared-poll.ts';
import { askedToStop } from '../session/store/inbox.ts';
import { type Claim, LeaseLost, renewAll } from '../session/store/lease.ts';
import { questionsOf } from '../session/store/read-snapshot.ts';
import type { Question } from '../session/tool-calls.ts';

/** A watch for one event: `signal` aborts when it happens, `stop` ends the watch. */
type Following = { signal: AbortSignal; stop(): void };

/**
 * Watches the record for all turns of a process while they run, with one statement for all of them each time.
 */
export type TurnKeeper = {
  /**
   * Renews a lease three times as often as it would run out; the signal aborts with LeaseLost as soon as it
   * is not kept.
   */
  hold(held: Claim): Following;
  /**
   * Whether a turn of this process certainly holds a session now, even if its lease seems to have run out by
   * the record's time because somebody has set the clock: a process does not take a session over from itself.
   */
  holds(sessionId: string): boolean;
  /** The signal aborts when somebody asks to stop what a session is doing. */
  stopRequests(sessionId: string): Following;
  /**
   * Calls `seen` again and again with what a call asks people, or with undefined once it asks nothing.
   * Returns a function that ends this.
   */
  question(callId: string, seen: (question: Question | undefined) => void): () => void;
};

/** Where the turns of a process are kept: `urgent` is the record where nothing waits behind other queries. */
export type KeeperDeps = { db: Db; urgent: Db; clock: Clock; leaseMs: number; lookMs: number };

/** A session that is being written to is free again in an instant, unless its writer hangs. */
const BUSY_MS = 50;
const TRIES = 8;

export function createTurnKeeper({ db, urgent, clock, leaseMs, lookMs }: KeeperDeps): TurnKeeper {
  const leases = new SharedPoll<Claim, 'lost'>(clock, leaseMs / 3, async (claims) => {
    const found = new Map<Claim, 'lost'>();
    let rest = claims;
    for (let tries = 0; rest.length > 0 && tries < TRIES; tries++) {
      if (tries > 0) await clock.sleep(BUSY_MS);
      const { kept, lost } = await renewAll(urgent, rest);
      for (const held of lost) found.set(held, 'lost');
      const settled = new Set([...kept, ...lost]);
      rest = rest.filter((held) => !settled.has(held));
    }
    return found;
  });
  const stops = new SharedPoll<string, true>(clock, lookMs, (ids) => askedToStop(db, ids), { mayWait: true });
  const questions = new SharedPoll<string, { question: Question | undefined }>(
    clock,
    lookMs,
    (ids) => questionsOf(db, ids),
    { mayWait: true },
  );

  const holding = new Map<string, AbortSignal>();

  function hold(held: Claim): Following {
    const lost = new AbortController();
    holding.set(held.sessionId, lost.signal);
    const lose = () => lost.abort(new LeaseLost(held.sessionId));
    const ended = new AbortController();
    async function watchOver() {
      for (let leftMs = 1; leftMs > 0; leftMs = held.heldUntil - clock.monotonic()) {
        await clock.sleep(leftMs, ended.signal);
      }
      lose();
    }
    watchOver().catch(() => {}); // ended
    const unfollow = leases.follow(held, lose);
    // It took long to be had: it would run out before the next round.
    if (held.heldUntil - clock.monotonic() < leaseMs / 2) leases.soon();
    function stop() {
      unfollow();
      ended.abort();
      if (holding.get(held.sessionId) === lost.signal) holding.delete(held.sessionId);
    }
    return { signal: lost.signal, stop };
  }

  function stopRequests(sessionId: string): Following {
    const asked = new AbortController();
    const stop = stops.follow(sessionId, () => asked.abort(new Error('stopped by a person')));
    return { signal: asked.signal, stop };
  }

  return {
    hold,
    holds: (sessionId) => holding.get(sessionId)?.aborted === false,
    stopRequests,
    question: (callId, seen) => questions.follow(callId, ({ question }) => seen(question)),
  };
}
