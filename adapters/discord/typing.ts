import { type REST, Routes } from 'discord.js';
import type { PlatformPorts } from '../../src/controller/platform.ts';
import type { Clock } from '../../src/lib/clock.ts';
import type { Logger } from '../../src/lib/log.ts';
import type { ThreadAddress } from '../../src/session/address.ts';
import type { Standing } from '../../src/thread/view/view-message.ts';
import { REST_API } from './delivery.ts';

/*
 * While a session is at work, its thread shows that the bot is typing:
 * https://docs.discord.com/developers/resources/channel#trigger-typing-indicator. That is shown for ten
 * seconds and ends with the next message, so it is said again until the work has ended. Waiting for people is
 * no work.
 */

/** Shows in threads that the bot is typing. */
export type Typing = {
  /** How a thread stands by now. */
  show(address: ThreadAddress, standing: Standing): void;
  /** Resolves once nothing is shown any more. */
  stop(): Promise<void>;
};

export type TypingDeps = {
  rest: Pick<REST, 'post'>;
  clock: Pick<Clock, 'monotonic' | 'sleep'>;
  log: Logger;
  /** What the record says: another process may have shown since that the work has ended. */
  workIn: PlatformPorts['workIn'];
};

const AGAIN_MS = 9_000;
/** Of one piece of work: whoever looks at a thread for longer sees its status. */
const LONGEST_MS = 30 * 60_000;

export function createTyping(deps: TypingDeps): Typing {
  const shown = new Map<string, { ending: AbortController; done: Promise<void> }>();
  return {
    show(address, standing) {
      const { thread } = address;
      if (standing !== 'working') return shown.get(thread)?.ending.abort();
      if (shown.has(thread)) return;
      const ending = new AbortController();
      const done = typeIn(deps, address, ending.signal).finally(() => shown.delete(thread));
      shown.set(thread, { ending, done });
    },
    async stop() {
      for (const { ending } of shown.values()) ending.abort();
      await Promise.all([...shown.values()].map(({ done }) => done));
    },
  };
}

/** Never rejects: nobody misses anything by it. */
async function typeIn(deps: TypingDeps, address: ThreadAddress, signal: AbortSignal): Promise<void> {
  const { clock, log, workIn } = deps;
  const until = clock.monotonic() + LONGEST_MS;
  try {
    while (!signal.aborted && clock.monotonic() < until) {
      const work = await workIn(address);
      if (work === 'none') return;
      if (work === 'going_on' && !signal.aborted && !(await isTaken(deps, address, signal))) return;
      await clock.sleep(AGAIN_MS, signal);
    }
  } catch (error) {
    if (!signal.aborted)
      log.warn({ err: error, thread: address.thread }, 'it could not be shown that I am typing');
  }
}

/** Whether it is worth saying again: what has to wait, or did not arrive, is left out this once. */
async function isTaken(
  { rest }: TypingDeps,
  { thread }: ThreadAddress,
  signal: AbortSignal,
): Promise<boolean> {
  const sent = await REST_API.attempt(() => rest.post(Routes.channelTyping(thread), { signal }));
  return sent.ok || ['rate_limited', 'unavailable'].includes(sent.failure.reason);
}
