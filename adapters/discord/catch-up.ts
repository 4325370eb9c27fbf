import { type Client, type Message, SnowflakeUtil } from 'discord.js';
import type { Logger } from '../../src/ops/log.ts';
import type { Presence } from '../../src/session/presence.ts';

export type CatchUpDeps = {
  client: Client<true>;
  presence: Presence;
  log: Logger;
  /** Takes a message as if it had just been delivered; one that was handled before changes nothing. */
  take(message: Message): Promise<void>;
};

/** How much is read at most after a time without listening: the threads and channels that were active last. */
const THREADS = 50;
const CHANNELS = 20;
const PAGE = 100;
const PAGES = 5;

/** Deliveries overlap with the end of the last presence, and handling them twice is harmless. */
const OVERLAP_MS = 120_000;

/**
 * Reads what was written while nobody listened, or since this process could not take it (`behindSince`), in the threads
 * and channels that are known, oldest first. Throws where the record or Discord can't be reached.
 */
export async function catchUp(
  { client, presence, log, take }: CatchUpDeps,
  workspace: string,
  signal: AbortSignal,
  behindSince: Date,
): Promise<void> {
  const place = { platform: 'discord' as const, workspace };
  const lastSeen = await presence.lastSeen(place);
  if (lastSeen === undefined) return; // the first start has missed nothing
  const since = Math.min(lastSeen.getTime(), behindSince.getTime()) - OVERLAP_MS;
  const after = SnowflakeUtil.generate({ timestamp: since }).toString();
  const threads = await presence.threads(place, THREADS);
  const channels = [...new Set(threads.map((thread) => thread.channel))].slice(0, CHANNELS);
  const all = [...new Set([...threads.map(({ thread }) => thread), ...channels])];
  let taken = 0;
  for (const id of all) {
    if (signal.aborted) return;
    for (const message of await missed(client, id, after)) {
      await take(message);
      taken++;
    }
  }
  log.info({ workspace, places: all.length, messages: taken }, 'caught up with Discord');
}

/** Messages of a thread or channel after one id, oldest first; none where it is gone or may not be read. */
async function missed(client: Client<true>, id: string, after: string): Promise<Message[]> {
  const channel = await client.channels.fetch(id).catch(() => null);
  if (!channel?.isTextBased()) return [];
  const found: Message[] = [];
  let from = after;
  for (let page = 0; page < PAGES; page++) {
    const read = [...(await channel.messages.fetch({ after: from, limit: PAGE })).values()].sort(
      (a, b) => a.createdTimestamp - b.createdTimestamp,
    );
    found.push(...read);
    from = read.at(-1)?.id ?? from;
    if (read.length < PAGE) break;
  }
  return found;
}
