import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import { eachMissed, type Missed } from '../../src/controller/last-seen-loop.ts';
import { jittered } from '../../src/lib/backoff.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { Logger } from '../../src/lib/log.ts';
import type { LastSeen } from '../../src/session/store/last-seen.ts';
import { failureOf } from './delivery.ts';
import { Tombstone, WrittenMessage } from './payloads.ts';

/** Somebody's message, or what is left of one that was deleted. */
type Missing = WrittenMessage | z.infer<typeof Tombstone>;

const Missing = z.union([WrittenMessage, Tombstone]);

export type CatchUpDeps = {
  client: WebClient;
  teamId: string;
  lastSeen: LastSeen;
  log: Logger;
  /** Takes a message as if it had just been delivered; one that was handled before changes nothing. */
  take(message: Missing, teamId: string): Promise<void>;
};

/**
 * How much is read at most after a time without listening: the threads and channels that were active last.
 * Apps that are distributed outside the Marketplace may read one page of 15 messages a minute
 * (https://docs.slack.dev/changelog/2025/05/29/rate-limit-changes-for-non-marketplace-apps): the waits that
 * Slack asks for are kept, and what is read first is what matters most.
 */
const THREADS = 100;
const CHANNELS = 20;
const PAGE = 15;
const PAGES = 5;

/** Deliveries overlap with the end of what was seen last, and handling them twice is harmless. */
const OVERLAP_SECONDS = 120;

const Page = z.object({
  messages: z.array(z.unknown()),
  response_metadata: z.object({ next_cursor: z.string().nullish() }).nullish(),
});

/**
 * Reads what was written while nobody listened, or since this process could not take it (`missed.since`), in
 * the threads and channels that are known, oldest first. Throws where the record or Slack can't be reached:
 * then it has to be done again.
 */
export async function catchUp(deps: CatchUpDeps, missed: Missed): Promise<void> {
  const place = { platform: 'slack' as const, workspace: deps.teamId };
  const lastSeen = await deps.lastSeen.lastSeen(place);
  if (lastSeen === undefined) return; // the first start has missed nothing
  // Another process may have listened meanwhile; what this one could not take may be older than that.
  const since = Math.min(lastSeen.getTime(), missed.since.getTime());
  const oldest = String(since / 1000 - OVERLAP_SECONDS);
  const threads = await deps.lastSeen.threads(place, THREADS);
  const channels = [...new Set(threads.map((thread) => thread.channel))].slice(0, CHANNELS);
  const places = [
    ...threads.map(({ channel, thread }) => ({ channel, ts: thread, oldest })),
    ...channels.map((channel) => ({ channel, oldest })),
  ];
  let taken = 0;
  await eachMissed(
    places,
    missed,
    deps.log,
    ({ channel }) => channel,
    async (place) => {
      taken += await read(deps, missed, place);
    },
  );
  deps.log.info(
    { threads: threads.length, channels: channels.length, messages: taken },
    'caught up with Slack',
  );
}

/** Reads a thread, or what stands in a channel itself. */
async function read(
  deps: CatchUpDeps,
  missed: Missed,
  args: { channel: string; ts?: string; oldest: string },
): Promise<number> {
  const { signal } = missed;
  const method = args.ts === undefined ? 'conversations.history' : 'conversations.replies';
  const found: Missing[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < PAGES && !signal.aborted; page++) {
    const answer = await call(deps, signal, method, { ...args, limit: PAGE, ...(cursor ? { cursor } : {}) });
    if (answer === undefined) break;
    const kind = args.channel.startsWith('D') ? { channel_type: 'im' } : {};
    found.push(
      ...answer.messages.flatMap((message) => {
        const written = Missing.safeParse({ channel: args.channel, ...kind, ...Object(message) });
        return written.success ? [written.data] : [];
      }),
    );
    cursor = answer.response_metadata?.next_cursor || undefined;
    if (cursor === undefined) break;
  }
  found.sort((a, b) => (a.ts < b.ts ? -1 : 1));
  await eachMissed(
    found,
    missed,
    deps.log,
    ({ channel, ts }) => `${channel}/${ts}`,
    (message) => deps.take(message, deps.teamId),
  );
  return found.length;
}

/** How often a page is asked for, where Slack fails to answer. */
const ATTEMPTS = 4;

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
      const failed = failureOf(error);
      const isLimited = failed.reason === 'rate_limited';
      const isPassing = isLimited || failed.reason === 'unavailable';
      const isOver = !isLimited && ++failures >= ATTEMPTS;
      if (isPassing && isOver) throw error;
      // What is about the channel or the app does not pass, and what nobody knows is not waited for without
      // end.
      if (!isPassing && (failed.reason !== 'unclear' || isOver)) {
        deps.log.warn({ err: error, method, channel: args.channel }, 'a channel can’t be caught up with');
        return undefined;
      }
      const waitMs = isLimited ? failed.retryAfterMs : jittered(failures * 1_000);
      await systemClock.sleep(waitMs, signal).catch(() => {}); // woken
    }
  }
  return undefined;
}
