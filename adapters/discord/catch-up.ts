import { type Client, DiscordAPIError, type Message, SnowflakeUtil } from 'discord.js';
import type { LastSeen } from '../../src/controller/platform.ts';
import type { History } from '../shared/catch-up.ts';

export type HistoryDeps = {
  client: Client<true>;
  lastSeen: Pick<LastSeen, 'threads'>;
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

/**
 * The channels of a guild and its threads. The channels come first: what is said in a thread is for the bot
 * only once it was called there.
 */
export const guildHistory = (
  { client, lastSeen, take }: HistoryDeps,
  workspace: string,
): History<string, Message> => ({
  of: { platform: 'discord', workspace },
  lists: [
    { name: 'channels', places: async (since) => channelsWritten(client, workspace, idAt(since)) },
    { name: 'threads', places: (since) => threadsWritten(client, lastSeen, workspace, idAt(since)) },
  ],
  written: (id, since) => writtenAfter(client, id, idAt(since)),
  take,
  placeName: (id) => id,
  messageName: ({ channelId, id }) => `${channelId}/${id}`,
});

/** Where messages of a time begin among ids: https://docs.discord.com/developers/reference#snowflakes. */
const idAt = (time: Date): string => SnowflakeUtil.generate({ timestamp: time.getTime() }).toString();

type Place = { id: string; lastMessageId: string | null };

/** The channels of a guild where something was written after one id, the latest first. */
function channelsWritten(client: Client<true>, workspace: string, after: string): string[] {
  const channels = client.guilds.cache.get(workspace)?.channels.cache.values() ?? [];
  const own = [...channels].filter((channel) => channel.isTextBased() && !channel.isThread());
  return latest(own as Place[], after).slice(0, CHANNELS);
}

/**
 * The same for threads: those that Discord lists as active, and those with a session that it does not list.
 */
async function threadsWritten(
  client: Client<true>,
  lastSeen: Pick<LastSeen, 'threads'>,
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
async function writtenAfter(client: Client<true>, id: string, after: string): Promise<Message[]> {
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
