import { type Client, type Message, MessageReferenceType, SnowflakeUtil } from 'discord.js';
import type { Background } from '../../src/session/background.ts';
import { newestLines } from '../../src/thread/view/newest-lines.ts';
import { EARLIER_LEFT_OUT, TOLD, WAS_DELETED } from '../shared/reading.ts';
import { REST_API } from './delivery.ts';
import { discordReader, standsFor } from './reading.ts';

/** What Discord gives at once, the newest first: https://docs.discord.com/developers/resources/message. */
const PAGE = 100;

/**
 * What a model has to know besides: what was said in the thread before it was called, and what is replied to.
 */
export async function backgroundOf(
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
    return isGone ? WAS_DELETED : '> [It can’t be read.]';
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
