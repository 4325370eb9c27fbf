import { WebAPIPlatformError, WebAPIRateLimitedError, type WebClient } from '@slack/web-api';
import { z } from 'zod';
import { systemClock } from '../../src/ops/clock.ts';
import type { Logger } from '../../src/ops/log.ts';
import type { Presence } from '../../src/session/presence.ts';
import { WrittenMessage } from './payloads.ts';

export type CatchUpDeps = {
  client: WebClient;
  teamId: string;
  presence: Presence;
  log: Logger;
  /** Takes a message as if it had just been delivered; one that was handled before changes nothing. */
  take(message: WrittenMessage, teamId: string): Promise<void>;
};

/**
 * How much is read at most after a time without listening: the threads and channels that were active last. Apps that
 * are distributed outside the Marketplace may read one page of 15 messages a minute
 * (https://docs.slack.dev/changelog/2025/05/29/rate-limit-changes-for-non-marketplace-apps): the waits that Slack asks
 * for are kept, and what is read first is what matters most.
 */
const THREADS = 100;
const CHANNELS = 20;
const PAGE = 15;
const PAGES = 5;

/** Deliveries overlap with the end of the last presence, and handling them twice is harmless. */
const OVERLAP_SECONDS = 120;

const Page = z.object({
  messages: z.array(z.unknown()),
  response_metadata: z.object({ next_cursor: z.string().optional() }).optional(),
});

/**
 * Reads what was written while nobody listened, or since this process could not take it (`behindSince`), in the threads
 * and channels that are known, oldest first. Throws where the record or Slack can't be reached: then it has to be done
 * again.
 */
export async function catchUp(deps: CatchUpDeps, signal: AbortSignal, behindSince?: Date): Promise<void> {
  const place = { platform: 'slack' as const, workspace: deps.teamId };
  const lastSeen = await deps.presence.lastSeen(place);
  if (lastSeen === undefined) return; // the first start has missed nothing
  // Another process may have listened meanwhile; what this one could not take may be older than that.
  const since = Math.min(lastSeen.getTime(), behindSince?.getTime() ?? lastSeen.getTime());
  const oldest = String(since / 1000 - OVERLAP_SECONDS);
  const threads = await deps.presence.threads(place, THREADS);
  const channels = [...new Set(threads.map((thread) => thread.channel))].slice(0, CHANNELS);
  let taken = 0;
  for (const { channel, thread } of threads) {
    taken += await read(deps, signal, 'conversations.replies', { channel, ts: thread, oldest });
  }
  for (const channel of channels)
    taken += await read(deps, signal, 'conversations.history', { channel, oldest });
  deps.log.info(
    { threads: threads.length, channels: channels.length, messages: taken },
    'caught up with Slack',
  );
}

async function read(
  deps: CatchUpDeps,
  signal: AbortSignal,
  method: 'conversations.replies' | 'conversations.history',
  args: { channel: string; ts?: string; oldest: string },
): Promise<number> {
  const found: WrittenMessage[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < PAGES && !signal.aborted; page++) {
    const answer = await call(deps, signal, method, { ...args, limit: PAGE, ...(cursor ? { cursor } : {}) });
    if (answer === undefined) break;
    const kind = args.channel.startsWith('D') ? { channel_type: 'im' } : {};
    found.push(
      ...answer.messages.flatMap((message) => {
        const written = WrittenMessage.safeParse({ channel: args.channel, ...kind, ...Object(message) });
        return written.success ? [written.data] : [];
      }),
    );
    cursor = answer.response_metadata?.next_cursor || undefined;
    if (cursor === undefined) break;
  }
  found.sort((a, b) => (a.ts < b.ts ? -1 : 1));
  for (const message of found) await deps.take(message, deps.teamId);
  return found.length;
}

/** How often a page is asked for, where Slack fails to answer. */
const ATTEMPTS = 4;

/** Slack's own troubles, which pass; any other code is about the channel or the app. */
const PASSING: ReadonlySet<string> = new Set([
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
]);

/** One page, after as many waits as Slack asks for. A channel that the app may not read is left out. */
async function call(
  deps: CatchUpDeps,
  signal: AbortSignal,
  method: string,
  args: Record<string, unknown>,
): Promise<z.infer<typeof Page> | undefined> {
  for (let failures = 0; !signal.aborted; ) {
    try {
      return Page.parse(await deps.client.apiCall(method, args));
    } catch (error) {
      if (error instanceof WebAPIPlatformError && !PASSING.has(error.data.error)) {
        deps.log.warn({ err: error, method, channel: args.channel }, 'a channel can’t be caught up with');
        return undefined;
      }
      const isLimited = error instanceof WebAPIRateLimitedError;
      if (!isLimited && ++failures >= ATTEMPTS) throw error;
      await systemClock.sleep(isLimited ? error.retryAfter * 1000 : failures * 1_000, signal).catch(() => {}); // woken
    }
  }
  return undefined;
}
