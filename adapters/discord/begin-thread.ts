import { ChannelType, type REST, Routes, ThreadAutoArchiveDuration } from 'discord.js';
import { z } from 'zod';
import type { ThreadAddress } from '../../src/session/address.ts';
import type { Threads } from '../../src/thread/delivery/outbound.ts';
import type { Payload } from '../../src/thread/delivery/outgoing.ts';
import { numbered } from './components.ts';
import { REST_API } from './delivery.ts';
import { markOf, nonceOf } from './ids.ts';
import { threadName } from './threads.ts';
import { TRAITS } from './traits.ts';

type Way = { rest: REST; botId(): string };

/** Messages of a channel that are read to find one again: the newest. */
const LOOKED_AT = 100;

/**
 * Begins a thread with a message of the bot's own: in a text channel from that message, whose id it then has,
 * in a forum as a post, whose first message has the thread's id.
 */
export const threadsWith = (way: Way): Threads => ({
  url: async (address) => TRAITS.messageUrl(address, address.thread),
  begin: (address, key, body, { title, isOutcomeOpen }) =>
    REST_API.delivered(async () => {
      const { type } = Channel.parse(await way.rest.get(Routes.channel(address.channel)));
      const isForum = type === ChannelType.GuildForum || type === ChannelType.GuildMedia;
      const asked = { address, key, body: numbered(body, key), name: threadName(title) };
      return isForum ? beginPost(way, asked, isOutcomeOpen) : beginFromMessage(way, asked, isOutcomeOpen);
    }),
});

type Asked = { address: ThreadAddress; key: string; body: Payload; name: string };

async function beginFromMessage(way: Way, { address, key, body, name }: Asked, isOutcomeOpen: boolean) {
  const { channel } = address;
  const once = { ...body, nonce: nonceOf(channel, key), enforce_nonce: true };
  const there = isOutcomeOpen ? await ownMessage(way, channel, key) : undefined;
  const id = there ?? Sent.parse(await way.rest.post(Routes.channelMessages(channel), { body: once })).id;
  const archived = { auto_archive_duration: ThreadAutoArchiveDuration.OneWeek };
  try {
    await way.rest.post(Routes.threads(channel, id), { body: { name, ...archived } });
  } catch (error) {
    if (REST_API.meansOf(error) === 'done') return id;
    const { reason } = REST_API.failureOf(error);
    const isTriedAgain = reason === 'rate_limited' || reason === 'unavailable' || reason === 'unclear';
    // A message that no thread can be begun from leads nowhere.
    if (!isTriedAgain) await way.rest.delete(Routes.channelMessage(channel, id)).catch(() => {});
    throw error;
  }
  return id;
}

/** https://docs.discord.com/developers/resources/channel#start-thread-in-forum-or-media-channel */
async function beginPost(way: Way, { address, key, body, name }: Asked, isOutcomeOpen: boolean) {
  const { workspace, channel } = address;
  if (isOutcomeOpen) {
    const { threads } = Active.parse(await way.rest.get(Routes.guildActiveThreads(workspace)));
    const own = threads.filter((one) => one.parent_id === channel && one.owner_id === way.botId());
    for (const { id } of own.slice(0, POSTS)) {
      if ((await ownMessage(way, id, key)) !== undefined) return id;
    }
  }
  const archived = { auto_archive_duration: ThreadAutoArchiveDuration.OneWeek };
  const post = { name, message: body, ...archived };
  return Sent.parse(await way.rest.post(Routes.threads(channel), { body: post })).id;
}

/** Posts of the bot's own that are looked through, the newest first. */
const POSTS = 20;

/** The bot's message with this key; its plainest form has nothing that could be numbered. */
async function ownMessage({ rest, botId }: Way, channel: string, key: string): Promise<string | undefined> {
  const query = new URLSearchParams({ limit: String(LOOKED_AT) });
  const read = Messages.parse(await rest.get(Routes.channelMessages(channel), { query }));
  const number = markOf(key);
  return read.find(
    ({ author, components }) => author.id === botId() && components.some(({ id }) => id === number),
  )?.id;
}

const Channel = z.object({ type: z.number() });
const Sent = z.object({ id: z.string() });
const Active = z.object({
  threads: z.array(
    z.object({ id: z.string(), parent_id: z.string().nullish(), owner_id: z.string().nullish() }),
  ),
});
const Messages = z.array(
  z.object({
    id: z.string(),
    author: z.object({ id: z.string() }),
    components: z.array(z.object({ id: z.number().optional() })).default([]),
  }),
);
