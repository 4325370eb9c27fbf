import { type Client, DiscordAPIError, type Message, SnowflakeUtil } from 'discord.js';
import { eachMissed, type Missed } from '../../src/controller/last-seen-loop.ts';
import type { Logger } from '../../src/lib/log.ts';
import type { LastSeen } from '../../src/session/store/last-seen.ts';

export type CatchUpDeps = {
  client: Client<true>;
  lastSeen: LastSeen;
  log: Logger;
  /** Takes a message as if it had just been delivered; one that was handled before changes nothing. */
  take(message: Message): Promise<void>;
};

/** How much is read at most after a time without listening: the places where something was written last. */
const THREADS = 300;
const CHANNELS = 100;
/**
 * Threads with a session that Discord does not list as active: it archives those that are silent for long.
 */
const ARCHIVED = 50;
const PAGE = 100;
const PAGES = 5;

/** Deliveries overlap with the end of what was seen last, and handling them twice is harmless. */
const OVERLAP_MS = 120_000;

/**
 * Reads what was written while nobody listened, or since this process could not take it (`reading.since`):
 * the channels first, because what is said in a thread is for the bot only once it was called there. Throws
 * where the record or Discord can't be reached.
 */
export async function catchUp(deps: CatchUpDeps, workspace: string, reading: Missed): Promise<void> {
  const { client, lastSeen, log, take } = deps;
  const seenAt = await lastSeen.lastSeen({ platform: 'discord', workspace });
  if (seenAt === undefined) return; // the first start has missed nothing
  const since = Math.min(seenAt.getTime(), reading.since.getTime()) - OVERLAP_MS;
  const after = SnowflakeUtil.generate({ timestamp: since }).toString();
  let places = 0;
  let messages = 0;
  async function read(id: string): Promise<void> {
    const written = await missed(client, id, after);
    messages += written.length;
    await eachMissed(written, reading, log, (message) => `${id}/${message.id}`, take);
  }
  await eachMissed(
    [channelsOf, threadsOf],
    reading,
    log,
    (list) => list.name,
    async (list) => {
      const ids = await list(deps, workspace, after);
      places += ids.length;
      await eachMissed(ids, reading, log, (id) => id, read);
    },
  );
  log.info({ workspace, places, messages }, 'caught up with Discord');
}

type Place = { id: string; lastMessageId: string | null };

/** The channels of a guild where something was written after one id, the latest first. */
async function channelsOf({ client }: CatchUpDeps, workspace: string, after: string): Promise<string[]> {
  const channels = client.guilds.cache.get(workspace)?.channels.cache.values() ?? [];
  const own = [...channels].filter((channel) => channel.isTextBased() && !channel.isThread());
  return latest(own as Place[], after).slice(0, CHANNELS);
}

/**
 * The same for threads: those that Discord lists as active, and those with a session that it does not list.
 */
async function threadsOf(
  { client, lastSeen }: CatchUpDeps,
  workspace: string,
  after: string,
): Promise<string[]> {
  const guild = client.guilds.cache.get(workspace);
  const active = guild ? [...(await guild.channels.fetchActiveThreads()).threads.values()] : [];
  const listed = new Set(active.map(({ id }) => id));
  const known = await lastSeen.threads({ platform: 'discord', workspace }, THREADS);
  const unlisted = known.map(({ thread }) => thread).filter((id) => !listed.has(id));
  return [...latest(active, after).slice(0, THREADS), ...unlisted.slice(0, ARCHIVED)];
}

const latest = (places: readonly Place[], after: string): string[] =>
  places
    .filter(({ lastMessageId }) => lastMessageId !== null && BigInt(lastMessageId) > BigInt(after))
    .sort((a, b) => (BigInt(b.lastMessageId ?? 0) < BigInt(a.lastMessageId ?? 0) ? -1 : 1))
    .map(({ id }) => id);

/** Messages of a thread or channel after one id, oldest first; none where it is gone or may not be read. */
async function missed(client: Client<true>, id: string, after: string): Promise<Message[]> {
  const channel = await client.channels.fetch(id).catch(ifReadable);
  if (!channel?.isTextBased()) return [];
  const found: Message[] = [];
  let from = after;
  for (let page = 0; page < PAGES; page++) {
    const fetched = await channel.messages.fetch({ after: from, limit: PAGE }).catch(ifReadable);
    const read = [...(fetched?.values() ?? [])].sort((a, b) => a.createdTimestamp - b.createdTimestamp);
    found.push(...read);
    from = read.at(-1)?.id ?? from;
    if (read.length < PAGE) break;
  }
  return found;
}

/** Nothing where the bot may not look, or where nothing is any more; anything else is tried again. */
function ifReadable(error: unknown): undefined {
  if (error instanceof DiscordAPIError && (error.status === 403 || error.status === 404)) return undefined;
  throw error;
}
