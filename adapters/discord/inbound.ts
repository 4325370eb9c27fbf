import {
  ChannelType,
  type Client,
  Events,
  GatewayIntentBits,
  type GuildMember,
  type Message,
  MessageType,
  type PartialMessage,
} from 'discord.js';
import type { Card } from '../../src/controller/cards.ts';
import type { Controller } from '../../src/controller/controller.ts';
import type { Who } from '../../src/controller/people.ts';
import type { Edit, Written } from '../../src/controller/written.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { cut } from '../../src/lib/cut.ts';
import { createKeyedQueue } from '../../src/lib/keyed-queue.ts';
import type { Logger } from '../../src/lib/log.ts';
import type { Person, ThreadAddress } from '../../src/session/address.ts';
import { sourceOf } from '../shared/source.ts';
import { notTold } from '../shared/words.ts';
import { offered } from './attachments.ts';
import { plainMessagesOf } from './cards.ts';
import { nonceOf, writtenAt } from './ids.ts';
import { whoIs } from './interaction-context.ts';
import { DISCORD_LIMITS } from './limits.ts';
import { writerAsMember } from './members.ts';
import { DIRECT } from './outbound.ts';
import { missingIn } from './permissions.ts';
import { attachedFiles, discordReader, readable } from './reading.ts';
import { backgroundOf } from './thread-reader.ts';
import { beginThread } from './threads.ts';

export type ListenDeps = {
  controller: Pick<Controller, 'message' | 'edited' | 'deleted'>;
  /** Forum and media channels where every new post begins a session. */
  forums: readonly string[];
  clock: Pick<Clock, 'now'>;
  log: Logger;
  /** A message could not be taken: it has to be read back. */
  behind(): void;
};

/** Registers what the bot listens to. Returns what takes a message that was read back from history. */
export function listen(client: Client<true>, deps: ListenDeps): (message: Message) => Promise<void> {
  const inOrder = createKeyedQueue();
  const take = (message: Message, isReadBack: boolean) => {
    const found = written(client, { message, isReadBack }, deps);
    // What was read back is told as it is by now.
    const edit = isReadBack ? editOf(message, undefined) : undefined;
    return inOrder(threadOf(message), async () => {
      if (found !== undefined) await deps.controller.message(found, undefined, edit);
    });
  };
  client.on(Events.MessageCreate, (message) => {
    take(message, false).catch((error: unknown) => {
      deps.log.error({ err: error }, 'a Discord message could not be taken; it is read back');
      deps.behind();
    });
  });
  client.on(Events.MessageUpdate, (before, message) => {
    if (!isEdit(before, message, deps.clock)) return;
    inOrder(threadOf(message), async () => {
      // Of a message that is not known Discord may tell a part: a preview, and not what it says.
      const whole = message.partial ? await message.fetch() : message;
      const now = written(client, { message: whole, isReadBack: false }, deps);
      const old = before.partial ? undefined : written(client, { message: before, isReadBack: false }, deps);
      const edit = editOf(whole, old);
      if (now === undefined || edit === undefined || !isSeen(client, whole)) return;
      await deps.controller.edited(now, edit);
    }).catch(logged(deps.log));
  });
  const onDeleted = (message: Message | PartialMessage) => {
    // Who takes it in later reads it back from where it is not any more.
    const gone = { sourceId: sourceOf('discord', message.id), was: 'nothing' as const };
    const take = () => deps.controller.deleted(gone);
    inOrder(threadOf(message), take).catch(logged(deps.log));
  };
  client.on(Events.MessageDelete, onDeleted);
  client.on(Events.MessageBulkDelete, (messages) => {
    for (const message of messages.values()) onDeleted(message);
  });
  return (message) => take(message, true);
}

/**
 * Whether what changes a message is an edit. Previews, pins, and a thread that is begun from it change it as
 * well: only edits have a time, which is another one each time. Of a message that is not known an edit of
 * long ago is none that is told of now.
 */
function isEdit(
  before: Message | PartialMessage,
  { editedTimestamp: at }: Message | PartialMessage,
  clock: Pick<Clock, 'now'>,
): boolean {
  if (at === null) return false;
  return before.partial ? clock.now().getTime() - at < NEWS_MS : before.editedTimestamp !== at;
}

/** A connection that was lost is taken up again within minutes, with what happened meanwhile. */
const NEWS_MS = 60 * 60_000;

/** Whoever takes the message in later is told the same: it says by now what it said after the edit. */
const editOf = ({ editedAt }: Message, before: Written | undefined): Edit | undefined =>
  editedAt === null ? undefined : { before, change: { at: editedAt.toISOString() }, isNewsLater: false };

/** A message, and whether it was read back from history. */
type Read = { message: Message; isReadBack: boolean };

/**
 * A message of Discord's as every platform hands it on; undefined for what no person wrote. Its words are as
 * they are now: discord.js changes the message itself when it is edited, which is told of by itself.
 */
function written(client: Client<true>, { message, isReadBack }: Read, deps: ListenDeps): Written | undefined {
  const address = addressOf(message);
  if (!isWritten(message) || address === undefined) return undefined;
  const { channel, id, content } = message;
  const isInThread = channel.isThread();
  const isToSomebodyElse = /^\s*<@[!&]?\d+>/.test(content);
  const files = [...message.attachments.values()].map((file) => offered(file, client));
  const words = readable(client, message);
  return {
    address,
    sourceId: sourceOf('discord', id),
    messageId: id,
    writtenAt: writtenAt(id),
    isPrivate: channel.type === ChannelType.PrivateThread,
    isAddressed: isAddressed(client, message),
    isRequest: isInThread && id === address.thread && deps.forums.includes(address.channel),
    isReply: isInThread && isSeen(client, message) && !isToSomebodyElse,
    who: async () => writerOf(message, await writerAsMember(message, isReadBack)),
    words: async () => words,
    fileIds: files.map((file) => file.id),
    files: async () => files,
    shown(missing) {
      const ids = idsOf(missing);
      const unread = attachedFiles(message, (file) => ids.has(file.id));
      return discordReader(client).shared(message, unread);
    },
    background: async (isFirst, known) => ({
      background: await backgroundOf(client, message, { isFirst, known }),
    }),
    tell: (text) => reply(message, text, deps.log),
    show: (card) => showDirectly(message, card, deps.log),
    hasThread: () => hasThread(message, deps.log),
  };
}

/** Of files as they are kept, those that Discord knows them by. */
const idsOf = (kept: ReadonlySet<string>): ReadonlySet<string> =>
  new Set([...kept].map((id) => id.replace(/^f_/, '')));

const logged = (log: Logger) => (error: unknown) =>
  log.warn({ err: error }, 'an edited or deleted message could not be looked at');

/**
 * A thread's first message and what is said in it are taken one after the other: the first begins its
 * session.
 */
const threadOf = ({ channel, channelId, id }: Pick<Message, 'channel' | 'channelId' | 'id'>): string =>
  channel.isDMBased() || channel.isThread() ? channelId : id;

/** Whether a person has written it: no bot, no join or pin, nothing that Discord itself says. */
const isWritten = ({ type, author, webhookId }: Message): boolean =>
  (type === MessageType.Default || type === MessageType.Reply) && !author.bot && webhookId === null;

/**
 * The thread that a message belongs to. In a guild's channel it is the one that is begun from the message:
 * Discord gives it the message's id. A direct message is one thread with all that is said in it.
 */
function addressOf({ channel, guildId, id }: Message): ThreadAddress | undefined {
  if (channel.isDMBased()) {
    return { platform: 'discord', workspace: DIRECT, channel: channel.id, thread: channel.id };
  }
  if (guildId === null) return undefined;
  const place = { platform: 'discord' as const, workspace: guildId };
  if (channel.isThread()) return { ...place, channel: channel.parentId ?? channel.id, thread: channel.id };
  return { ...place, channel: channel.id, thread: id };
}

/** Whether somebody means the bot: by name, by its role, or by writing to it alone. */
function isAddressed(client: Client<true>, message: Message): boolean {
  const { mentions, channel, guild } = message;
  const ownRole = guild?.members.me?.roles.botRole;
  return (
    channel.isDMBased() ||
    mentions.users.has(client.user.id) ||
    (ownRole ? mentions.roles.has(ownRole.id) : false)
  );
}

/** Without the intent for it, Discord tells what a message says only where it is for the bot. */
const isSeen = (client: Client<true>, message: Message): boolean =>
  client.options.intents.has(GatewayIntentBits.MessageContent) || isAddressed(client, message);

const personOf = ({ author }: Message, member: GuildMember | undefined): Person => ({
  id: author.id,
  name: member?.displayName ?? author.displayName,
});

function writerOf(message: Message, member: GuildMember | undefined): Who {
  const roles = [...(member?.roles.cache.keys() ?? [])];
  return whoIs(message.client, personOf(message, member), roles, member?.permissions.bitfield);
}

/** Answers where somebody wrote, or else in a direct message, and notifies nobody besides them. */
async function reply(message: Message, text: string, log: Logger): Promise<void> {
  const answer = {
    content: cut(text, DISCORD_LIMITS.content),
    allowedMentions: { parse: [], repliedUser: true },
    // Every process of the bot is told of every message: what they all answer is one answer.
    nonce: nonceOf(message.id, 'reply'),
    enforceNonce: true,
  };
  await message
    .reply({ ...answer, failIfNotExists: false })
    .catch(() => message.author.send(answer))
    .catch(notTold(log, { user: message.author.id }, text));
}

/**
 * Shows who wrote something a card in a direct message: Discord has no private answers to messages. Where
 * they take no such messages, they are told which ways there are.
 */
async function showDirectly(message: Message, card: Card, log: Logger): Promise<void> {
  try {
    for (const [i, content] of plainMessagesOf(card).entries()) {
      const nonce = nonceOf(message.id, `card${i}`);
      await message.author.send({ content, allowedMentions: { parse: [] }, nonce, enforceNonce: true });
    }
  } catch (error) {
    log.info({ err: error, user: message.author.id }, 'somebody could not be written to directly');
    await reply(message, NO_DIRECT, log);
  }
}

const NO_DIRECT =
  'I can’t write to you directly: your settings don’t let me. Use `/ml-intern catchup` here, or the menu of the newest request: I answer you alone.';

/** Makes sure of the thread that the answer goes to. Says, in words, what keeps it from being begun. */
async function hasThread(message: Message, log: Logger): Promise<boolean> {
  const { channel, guild } = message;
  if (channel.isDMBased() || channel.isThread() || message.hasThread) return true;
  const missing = 'permissionsFor' in channel ? missingIn(channel, guild?.members.me ?? null) : undefined;
  if (missing !== undefined) {
    await reply(message, missing, log);
    return false;
  }
  const isKind = channel.type === ChannelType.GuildText || channel.type === ChannelType.GuildAnnouncement;
  if (!isKind) {
    await reply(
      message,
      'There are no threads in this kind of channel. Ask me in a text channel or a forum.',
      log,
    );
    return false;
  }
  const [line = ''] = message.cleanContent.replace(/^\s*@\S+\s*/, '').split('\n');
  const begun = await beginThread(message, line);
  if (!begun.ok) await reply(message, `I can’t begin a thread for this: ${begun.why}.`, log);
  return begun.ok;
}
