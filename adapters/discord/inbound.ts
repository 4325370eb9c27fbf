import {
  ChannelType,
  type Client,
  cleanContent,
  Events,
  type Message,
  MessageType,
  ThreadAutoArchiveDuration,
} from 'discord.js';
import { createInOrder } from '../../src/ops/in-order.ts';
import type { Logger } from '../../src/ops/log.ts';
import type { Person, ThreadAddress } from '../../src/session/address.ts';
import { commandOf } from '../../src/session/commands.ts';
import type { Decisions } from '../../src/session/decisions.ts';
import type { Intake } from '../../src/session/intake.ts';
import { type FileRules, receiveFiles } from '../../src/session/received.ts';
import { replaceScript } from '../../src/session/script-files.ts';
import { newestLines } from '../../src/thread/newest-lines.ts';
import { cut } from '../../src/thread/words.ts';
import { offered } from './attachments.ts';
import type { Gate } from './gate.ts';
import { nonceOf } from './ids.ts';
import { DISCORD_LIMITS } from './limits.ts';
import { DIRECT } from './outbound.ts';
import { missingIn } from './permissions.ts';

export type InboundDeps = {
  intake: Intake;
  decisions: Decisions;
  gate: Gate;
  attachments: FileRules;
  /** Forum and media channels where every new post begins a session. */
  forums: readonly string[];
  log: Logger;
  /** A message could not be taken: it has to be read back. */
  behind(): void;
};

/** Registers what the bot listens to. Returns what takes a message that was read back from history. */
export function listen(client: Client<true>, deps: InboundDeps): (message: Message) => Promise<void> {
  const inOrder = createInOrder();
  const take = (message: Message) => inOrder(threadOf(message), () => onMessage(client, message, deps));
  client.on(Events.MessageCreate, (message) => {
    take(message).catch((error: unknown) => {
      deps.log.error({ err: error }, 'a Discord message could not be taken; it is read back');
      deps.behind();
    });
  });
  client.on(Events.MessageUpdate, (_before, message) => {
    if (message.author.bot) return;
    const text = readable(client, message);
    inOrder(threadOf(message), () => deps.intake.edited(sourceOf(message.id), text)).catch(logged(deps.log));
  });
  client.on(Events.MessageDelete, (message) => {
    inOrder(threadOf(message), () => deps.intake.deleted(sourceOf(message.id))).catch(logged(deps.log));
  });
  return take;
}

const logged = (log: Logger) => (error: unknown) =>
  log.warn({ err: error }, 'an edited or deleted message could not be looked at');

/** A thread's first message and what is said in it are taken one after the other: the first begins its session. */
const threadOf = ({ channel, channelId, id }: Pick<Message, 'channel' | 'channelId' | 'id'>): string =>
  channel.isDMBased() || channel.isThread() ? channelId : id;

/** One message is one source, however often it is delivered or read back. */
const sourceOf = (messageId: string): string => `discord:${messageId}`;

async function onMessage(client: Client<true>, message: Message, deps: InboundDeps): Promise<void> {
  const isWritten = message.type === MessageType.Default || message.type === MessageType.Reply;
  if (message.author.bot || message.webhookId !== null || !isWritten) return;
  const address = addressOf(message);
  if (address === undefined || !(await isForBot(client, message, address, deps))) return;
  const refusal = await deps.gate.refusal(address, askerOf(message));
  if (refusal !== undefined) {
    // Whoever only writes in a thread has not asked for anything.
    if (isAddressed(client, message)) await reply(message, refusal);
    return;
  }
  if (!(await hasThread(message, address))) return;
  const author = personOf(message);
  const said = readable(client, message);
  const files = [...message.attachments.values()].map(offered);
  const replaced = await Promise.all(
    files.map((file) => replaceScript(deps.decisions, file, address, author)),
  );
  const isAside = replaced.some(({ isMeant }) => isMeant);
  const others = files.filter((_file, i) => !replaced[i]?.isMeant);
  const received = await receiveFiles(others, deps.attachments);
  const problems = [...replaced.flatMap(({ problem }) => problem ?? []), ...received.problems];
  if (problems.length > 0) await reply(message, problems.join(' '));
  const { images, attachments } = received;
  if (isAside && said === '' && attachments.length === 0) return;
  const words = said === '' && attachments.length > 0 ? 'Look at this.' : said;
  const text = commandOf(words, author) ? words : await withBackground(client, words, message, address, deps);
  const messageId = message.id;
  await deps.intake.message({
    address,
    sourceId: sourceOf(messageId),
    text,
    author,
    messageId,
    isAside,
    images,
    attachments,
  });
}

/**
 * The thread that a message belongs to. In a guild's channel it is the one that is begun from the message: Discord gives it
 * the message's id. A direct message is one thread with all that is said in it.
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

async function isForBot(
  client: Client<true>,
  message: Message,
  address: ThreadAddress,
  { intake, gate, forums }: InboundDeps,
): Promise<boolean> {
  if (isAddressed(client, message)) return true;
  if (!message.channel.isThread()) return false;
  const isPost = message.id === address.thread && forums.includes(address.channel);
  if (isPost) return true;
  const isToSomebodyElse = /^\s*<@[!&]?\d+>/.test(message.content);
  return !isToSomebodyElse && (await intake.hasSession(address)) && (await gate.answersReplies(address));
}

const askerOf = ({ author, member }: Message) => ({
  id: author.id,
  roles: [...(member?.roles.cache.keys() ?? [])],
  permissions: member?.permissions.bitfield,
});

const personOf = ({ author, member }: Message): Person => ({
  id: author.id,
  name: member?.displayName ?? author.displayName,
});

/** Answers where somebody wrote, and notifies nobody besides them. */
async function reply(message: Message, text: string): Promise<void> {
  // Who can't be told is refused nevertheless.
  await message
    .reply({
      content: cut(text, DISCORD_LIMITS.content),
      allowedMentions: { parse: [], repliedUser: true },
      // Every process of the bot is told of every message: what they all answer is one answer.
      nonce: nonceOf(message.id, 'reply'),
      enforceNonce: true,
    })
    .catch(() => {});
}

/** Makes sure of the thread that the answer goes to. Says, in words, what keeps it from being begun. */
async function hasThread(message: Message, { thread }: ThreadAddress): Promise<boolean> {
  const { channel, guild } = message;
  if (channel.isDMBased() || channel.isThread() || message.hasThread) return true;
  const missing = 'permissionsFor' in channel ? missingIn(channel, guild?.members.me ?? null) : undefined;
  if (missing !== undefined) {
    await reply(message, missing);
    return false;
  }
  const isKind = channel.type === ChannelType.GuildText || channel.type === ChannelType.GuildAnnouncement;
  if (!isKind) {
    await reply(
      message,
      'There are no threads in this kind of channel. Ask me in a text channel or a forum.',
    );
    return false;
  }
  const [line = ''] = message.cleanContent.replace(/^\s*@\S+\s*/, '').split('\n');
  const name = cut(line.trim() || 'ML Intern', DISCORD_LIMITS.threadName);
  try {
    await message.startThread({ name, autoArchiveDuration: ThreadAutoArchiveDuration.OneWeek });
  } catch (error) {
    const there = await message.client.channels.fetch(thread).catch(() => null);
    if (there?.isThread() !== true) throw error; // a message that is delivered twice has its thread already
  }
  return true;
}

/** What a person wrote, as text for a model: people, roles and channels by name, without the mention of the bot itself. */
export function readable(
  client: Client<true>,
  message: Pick<Message, 'content' | 'channel' | 'guild'>,
): string {
  const ownRole = message.guild?.members.me?.roles.botRole?.id;
  const own = new RegExp(`<@!?${client.user.id}>${ownRole ? `|<@&${ownRole}>` : ''}`, 'g');
  return cleanContent(message.content.replace(own, ''), message.channel).trim();
}

const EARLIER = 30;
const EARLIER_CHARACTERS = 8_000;

/** What a model has to know besides: what was said in the thread before it was called, and what is replied to. */
async function withBackground(
  client: Client<true>,
  text: string,
  message: Message,
  address: ThreadAddress,
  { intake }: InboundDeps,
): Promise<string> {
  const { channel } = message;
  const isFirst = !(await intake.hasSession(address));
  const before = isFirst && channel.isThread() ? await earlier(client, message) : undefined;
  const repliedTo =
    message.reference?.messageId && !before
      ? await message.fetchReference().catch(() => undefined)
      : undefined;
  return [
    text,
    ...(before ? [before] : []),
    ...(repliedTo?.content ? [`The message that is replied to:\n${quoted(client, repliedTo)}`] : []),
  ].join('\n\n');
}

function quoted(client: Client<true>, message: Message): string {
  const who = message.member?.displayName ?? message.author.displayName;
  return `[${who}] ${readable(client, message)}`.replace(/^/gm, '> ');
}

async function earlier(client: Client<true>, message: Message): Promise<string | undefined> {
  // What can't be read is done without: the request itself is what counts.
  const found = await message.channel.messages
    .fetch({ before: message.id, limit: EARLIER })
    .catch(() => undefined);
  const newestFirst = [...(found?.values() ?? [])].filter(({ content }) => content !== '');
  const lines = await newestLines(newestFirst, (said) => quoted(client, said), EARLIER_CHARACTERS);
  return lines.length === 0 ? undefined : `What was said in this thread before:\n${lines.join('\n')}`;
}
