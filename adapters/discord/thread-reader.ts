import { ChannelType, type Client, type Message, MessageReferenceType, SnowflakeUtil } from 'discord.js';
import type { Background } from '../../src/session/background.ts';
import { newestLines } from '../../src/thread/view/newest-lines.ts';
import { EARLIER_LEFT_OUT, LINKED, linkedMessage, TOLD, WAS_DELETED } from '../shared/reading.ts';
import { REST_API } from './delivery.ts';
import { discordReader, standsFor } from './reading.ts';

/** What Discord gives at once, the newest first: https://docs.discord.com/developers/resources/message. */
const PAGE = 100;

/**
 * What a model has to know besides: what was said in the thread before it was called, what is replied to, and
 * the messages that the words link to. Of what is `known` already, links alone are looked at again: an edit
 * may add some.
 */
export async function backgroundOf(
  client: Client<true>,
  message: Message,
  { isFirst, known }: { isFirst: boolean; known: Background | undefined },
): Promise<Background> {
  const own = known ?? (await firstBackground(client, message, isFirst));
  const linked = await linkedFrom(client, message, known?.linked ?? []);
  return { ...own, ...(linked.length > 0 || own.linked ? { linked } : {}) };
}

async function firstBackground(
  client: Client<true>,
  message: Message,
  isFirst: boolean,
): Promise<Background> {
  const { channel } = message;
  const before = isFirst && channel.isThread() ? await earlier(client, message) : undefined;
  const answered = await repliedTo(client, message);
  const isNew = answered !== undefined && !before?.includes(answered);
  return { ...(before ? { before } : {}), ...(isNew ? { repliedTo: answered } : {}) };
}

type Linked = NonNullable<Background['linked']>;

/** An address of a message, on any of Discord's clients: guild (`@me` is none), channel and message. */
const MESSAGE_LINK =
  /https:\/\/(?:(?:canary|ptb)\.)?discord(?:app)?\.com\/channels\/(@me|\d{17,20})\/(\d{17,20})\/(\d{17,20})/g;

/**
 * The messages that somebody links to. Those of other channels are not read: who reads the answer may not see
 * them there; nor are those of other private threads.
 */
async function linkedFrom(client: Client<true>, message: Message, known: Linked): Promise<Linked> {
  const links = [...message.content.matchAll(MESSAGE_LINK)].slice(0, LINKED.messages);
  const found = await Promise.all(
    links.map(async ([, guild, channel = '', id = '']): Promise<Linked> => {
      const read = known.find(({ key }) => key === id);
      if (read !== undefined) return [read];
      if ((message.guildId ?? '@me') !== guild) return [];
      const there = await besideOf(client, message, channel);
      if (there === undefined) return [];
      return [linkedMessage(id, await quotedAt(client, there, id))];
    }),
  );
  return found.flat();
}

/** The channel of a link, where all who read a message read it, too. */
async function besideOf(
  client: Client<true>,
  { channel }: Message,
  id: string,
): Promise<Message['channel'] | undefined> {
  if (id === channel.id) return channel;
  const found = await client.channels.fetch(id).catch(() => undefined);
  if (!found?.isTextBased() || found.isDMBased() || channel.isDMBased()) return undefined;
  if (found.type === ChannelType.PrivateThread) return undefined;
  const placeOf = (one: typeof found | typeof channel) => (one.isThread() ? one.parentId : one.id);
  return placeOf(found) === placeOf(channel) ? found : undefined;
}

async function quotedAt(client: Client<true>, channel: Message['channel'], id: string): Promise<string> {
  try {
    const message = await standsFor(await channel.messages.fetch(id));
    return await discordReader(client).quoted(message);
  } catch (error) {
    return REST_API.meansOf(error) === 'gone' ? WAS_DELETED : UNREAD;
  }
}

const UNREAD = '> [It can’t be read.]';

/** The message that one answers; one that is forwarded is no such. */
async function repliedTo(client: Client<true>, message: Message): Promise<string | undefined> {
  const { reference } = message;
  const isReply = reference?.messageId !== undefined && reference.type !== MessageReferenceType.Forward;
  if (!isReply) return undefined;
  try {
    const answered = await standsFor(await message.fetchReference());
    return await discordReader(client).quoted(answered);
  } catch (error) {
    const isGone = REST_API.meansOf(error) === 'gone';
    return isGone ? WAS_DELETED : UNREAD;
  }
}

/** What was said before a message; before its last edit, where it calls the bot only since then. */
async function earlier(client: Client<true>, message: Message): Promise<string | undefined> {
  const { id, editedTimestamp, channel } = message;
  const end =
    editedTimestamp === null ? id : SnowflakeUtil.generate({ timestamp: editedTimestamp + 1 }).toString();
  try {
    const reader = discordReader(client);
    const found = await channel.messages.fetch({ before: end, limit: PAGE });
    const all = await Promise.all([...found.values()].filter((said) => said.id !== id).map(standsFor));
    const newestFirst = all
      .filter(reader.saysSomething)
      .sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? 1 : -1));
    const newest = newestFirst.slice(0, TOLD.messages);
    const lines = await newestLines(newest, reader.quoted, TOLD.characters);
    if (lines.length === 0) return undefined;
    const isAll = lines.length === newestFirst.length && found.size < PAGE;
    const left = isAll ? '' : EARLIER_LEFT_OUT;
    return `What was said in this thread before${left}:\n${lines.join('\n')}`;
  } catch (error) {
    const failed = REST_API.failureOf(error);
    const why = 'why' in failed ? failed.why : 'Discord does not answer';
    return `What was said in this thread before can’t be read: ${why}.`;
  }
}
