import { type Backoff, createBackoff } from '../lib/backoff.ts';
import { type Clock, systemClock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import type { ThreadAddress } from '../session/address.ts';
import type { LastSeen } from '../session/store/last-seen.ts';

/** How it stands with a platform's connection, for who has to know what was missed. */
export type Link = {
  isUp(): boolean;
  onUp(listener: () => void): void;
  /** Why it is down, where that is known. */
  trouble?(): string | undefined;
};

export type LastSeenLoop = {
  link: Link;
  clock: Pick<Clock, 'now'>;
  log: Logger;
  lastSeen: Pick<LastSeen, 'note'>;
  platform: ThreadAddress['platform'];
  /** The workspaces that are listened to. */
  workspaces(): Promise<readonly string[]>;
  /** Reads what was missed in one of them. Throws where that has to be done again. */
  catchUp(workspace: string, missed: Missed): Promise<void>;
};

/** What is read back: since when, how often that has failed before, and until when it may go on. */
export type Missed = { since: Date; failures: number; signal: AbortSignal };

/** How often it is noted that somebody listens. */
const NOTED_MS = 20_000;

/**
 * This long without a look nobody has listened, whatever the connection says of itself: the machine slept, or
 * the process stood still, and what was sent meanwhile went to nobody.
 */
const STILL_MS = 60_000;

/** Before a workspace that failed to be caught up with is tried again. */
const WAITS = { firstMs: 4_000, longestMs: 30_000 };

/** How soon it is seen that one of them is due. */
const LOOK_MS = 1_500;

/**
 * Since when a workspace is not caught up with, how often trying failed, and when (by the monotonic clock) it
 * is tried again.
 */
type Behind = Map<string, { since: Date; backoff: Backoff; tryAt: number }>;

/**
 * Reads what was missed, at the start and whenever a broken connection is back; in between it notes every now
 * and then that somebody listens. Workspaces are caught up with each by itself: one that fails is tried again
 * later, and keeps no other one waiting.
 */
export async function followLastSeen(loop: LastSeenLoop, signal: AbortSignal): Promise<void> {
  const behind: Behind = new Map();
  const unknown = createBackoff(WAITS);
  let lostAt: Date | undefined = loop.clock.now();
  let lookedAt = lostAt;
  let pause = new AbortController();
  loop.link.onUp(() => {
    lostAt ??= loop.clock.now();
    pause.abort();
  });
  while (!signal.aborted) {
    pause = new AbortController();
    if (loop.clock.now().getTime() - lookedAt.getTime() > STILL_MS) lostAt = lookedAt;
    const workspaces = await loop.workspaces().catch((error: unknown) => {
      loop.log.error({ err: error }, 'which workspaces there are can’t be found out; it is tried again');
      return undefined;
    });
    if (workspaces !== undefined && lostAt !== undefined) {
      for (const workspace of workspaces) {
        behind.set(
          workspace,
          behind.get(workspace) ?? { since: lostAt, backoff: createBackoff(WAITS), tryAt: 0 },
        );
      }
      lostAt = undefined;
    }
    if (workspaces !== undefined) {
      await catchUp(loop, behind, workspaces, signal);
      const caughtUp = workspaces.filter((workspace) => !behind.has(workspace));
      if (loop.link.isUp() && !signal.aborted) await note(loop, caughtUp);
    }
    lookedAt = loop.clock.now();
    const isWell = workspaces !== undefined && behind.size === 0;
    if (workspaces !== undefined) unknown.reset();
    if (isWell && lostAt !== undefined) continue;
    const woken = isWell ? AbortSignal.any([signal, pause.signal]) : signal; // not sooner, whatever else fails
    const waitMs = isWell ? NOTED_MS : workspaces === undefined ? unknown.next() : LOOK_MS;
    await systemClock.sleep(waitMs, woken).catch(() => {}); // woken
  }
}

async function catchUp(
  loop: LastSeenLoop,
  behind: Behind,
  workspaces: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  for (const [workspace, { since, backoff, tryAt }] of [...behind]) {
    if (signal.aborted) return;
    if (!workspaces.includes(workspace)) behind.delete(workspace);
    else if (tryAt <= systemClock.monotonic()) {
      const { failures } = backoff;
      await loop.catchUp(workspace, { since, failures, signal }).then(
        () => {
          if (!signal.aborted) behind.delete(workspace); // a reading that was cut short is none
        },
        (error: unknown) => {
          behind.set(workspace, { since, backoff, tryAt: systemClock.monotonic() + backoff.next() });
          loop.log.error({ err: error, workspace, failures }, 'catching up failed; it is tried again');
        },
      );
    }
  }
}

/** Nobody has listened to what is not caught up with: what was seen last moves on only after it. */
async function note({ lastSeen, platform, log }: LastSeenLoop, workspaces: readonly string[]): Promise<void> {
  try {
    await lastSeen.note(platform, workspaces);
  } catch (error) {
    log.warn({ err: error }, 'until when was listened could not be noted');
  }
}

/** What fails so often, while the rest of its workspace can be read, is given up. */
const LAST_FAILURES = 10;

/**
 * Does something for each of many places or messages that are read back, and goes on where one fails: then it
 * is thrown at the end, so that all is done again later, which harms nobody. What fails each time does not
 * keep a workspace behind for ever.
 */
export async function eachMissed<T>(
  items: readonly T[],
  { failures, signal }: Missed,
  log: Logger,
  nameOf: (item: T) => string,
  take: (item: T) => Promise<unknown>,
): Promise<void> {
  const errors: unknown[] = [];
  for (const item of items) {
    if (signal.aborted) return;
    await take(item).catch((error: unknown) => {
      errors.push(error);
      log.warn({ err: error, place: nameOf(item), failures }, 'something that was missed can’t be taken');
    });
  }
  const isGivenUp = failures >= LAST_FAILURES && errors.length < items.length;
  if (errors.length > 0 && !isGivenUp)
    throw new AggregateError(errors, `${errors.length} of ${items.length} failed`);
}

/** A link that also counts as back up when a message could not be taken: it has to be read again. */
export function withFailures(link: Link): Link & { fail(): void } {
  const listeners: (() => void)[] = [];
  return {
    ...link,
    onUp(listener) {
      listeners.push(listener);
      link.onUp(listener);
    },
    fail: () => {
      for (const listener of listeners) listener();
    },
  };
}
