import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { LastSeen } from '../../src/controller/platform.ts';
import { jittered } from '../../src/lib/backoff.ts';
import { systemClock } from '../../src/lib/clock.ts';
import type { Logger } from '../../src/lib/log.ts';
import type { History } from '../shared/catch-up.ts';
import { WEB_API } from './delivery.ts';
import { Tombstone, WrittenMessage } from './payloads.ts';

/** Somebody's message, or what is left of one that was deleted. */
type Missing = WrittenMessage | z.infer<typeof Tombstone>;

const Missing = z.union([WrittenMessage, Tombstone]);

export type HistoryDeps = {
  client: WebClient;
  teamId: string;
  lastSeen: Pick<LastSeen, 'threads'>;
  log: Logger;
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

const Page = z.object({
  messages: z.array(z.unknown()),
  response_metadata: z.object({ next_cursor: z.string().nullish() }).nullish(),
});

type Place = { channel: string; thread?: string };

/** The threads and channels of a workspace that are known, the threads first. */
export function workspaceHistory(deps: HistoryDeps): History<Place, Missing> {
  const of = { platform: 'slack' as const, workspace: deps.teamId };
  return {
    of,
    lists: [
      {
        name: 'threads and channels',
        async places() {
          const threads = await deps.lastSeen.threads(of, THREADS);
          const channels = [...new Set(threads.map(({ channel }) => channel))].slice(0, CHANNELS);
          return [...threads, ...channels.map((channel) => ({ channel }))];
        },
      },
    ],
    written: (place, since, signal) => writtenIn(deps, place, since, signal),
    take: (message) => deps.take(message, deps.teamId),
    placeName: ({ channel }) => channel,
    messageName: ({ channel, ts }) => `${channel}/${ts}`,
  };
}

/** What was written in a thread, or stands in a channel itself, oldest first. */
async function writtenIn(
  deps: HistoryDeps,
  { channel, thread }: Place,
  since: Date,
  signal: AbortSignal,
): Promise<Missing[]> {
  const method = thread === undefined ? 'conversations.history' : 'conversations.replies';
  const oldest = String(since.getTime() / 1000);
  const place = { channel, oldest, limit: PAGE, ...(thread === undefined ? {} : { ts: thread }) };
  const found: Missing[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < PAGES && !signal.aborted; page++) {
    const answer = await call(deps, signal, method, { ...place, ...(cursor ? { cursor } : {}) });
    if (answer === undefined) break;
    const kind = channel.startsWith('D') ? { channel_type: 'im' } : {};
    found.push(
      ...answer.messages.flatMap((message) => {
        const written = Missing.safeParse({ channel, ...kind, ...Object(message) });
        return written.success ? [written.data] : [];
      }),
    );
    cursor = answer.response_metadata?.next_cursor || undefined;
    if (cursor === undefined) break;
  }
  return found.sort((a, b) => (a.ts < b.ts ? -1 : 1));
}

/** How often a page is asked for, where Slack fails to answer. */
const ATTEMPTS = 4;

/** One page, after as many waits as Slack asks for. A channel that the app may not read is left out. */
async function call(
  deps: HistoryDeps,
  signal: AbortSignal,
  method: string,
  args: Record<string, unknown>,
): Promise<z.infer<typeof Page> | undefined> {
  for (let failures = 0; !signal.aborted; ) {
    try {
      return Page.parse(await deps.client.apiCall(method, args));
    } catch (error) {
      const failed = WEB_API.failureOf(error);
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
