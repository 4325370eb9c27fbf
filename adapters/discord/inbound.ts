import {
  ChannelType,
  type Client,
  cleanContent,
  Events,
  GatewayIntentBits,
  type Message,
  MessageType,
  type PartialMessage,
} from 'discord.js';
import type { Decisions } from '../../src/approvals/decisions.ts';
import { replaceScript } from '../../src/approvals/script-files.ts';
import type { Gate } from '../../src/controller/gate.ts';
import type { Who } from '../../src/controller/people.ts';
import { commandOf } from '../../src/intake/commands.ts';
import type { Intake } from '../../src/intake/intake.ts';
import { attachmentId, type FileRules, receiveFiles, wordsOf } from '../../src/intake/received.ts';
import { createKeyedQueue } from '../../src/lib/keyed-queue.ts';
import type { Logger } from '../../src/lib/log.ts';
import { quotedWords } from '../../src/lib/speech.ts';
import type { Person, ThreadAddress } from '../../src/session/address.ts';
import type { Background } from '../../src/session/background.ts';
import type { EditedMessage, IncomingMessage, PendingMessage } from '../../src/session/store/incoming.ts';
import { newestLines } from '../../src/thread/view/newest-lines.ts';
import { cut } from '../../src/thread/view/words.ts';
import { offered } from './attachments.ts';
import { nonceOf, writtenAt } from './ids.ts';
import { whoIs } from './interaction-context.ts';
import { DISCORD_LIMITS } from './limits.ts';
import { DIRECT } from './outbound.ts';
import { missingIn } from './permissions.ts';
import { beginThread } from './threads.ts';

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
  const inOrder = createKeyedQueue();
  const take = (message: Message) => inOrder(threadOf(message), () => onMessage(client, message, deps));
  client.on(Events.MessageCreate, (message) => {
    take(message).catch((error: unknown) => {
      deps.log.error({ err: error }, 'a Discord message could not be taken; it is read back');
      deps.behind();
    });
  });
  client.on(Events.MessageUpdate, (before, message) => {
    // Of a message that is not known Discord may tell a part: a preview, and not what it says.
    if (message.partial || message.author.bot || message.webhookId !== null) return;
    inOrder(threadOf(message), () => onEdit(client, before, message, deps)).catch(logged(deps.log));
  });
  const onDeleted = (message: Message | PartialMessage) => {
    const isForBot = async () => false; // who takes it in later reads it back from where it is not any more
    const take = () => deps.intake.deleted({ sourceId: sourceOf(message.id), isForBot });
    inOrder(threadOf(message), take).catch(logged(deps.log));
  };
  client.on(Events.MessageDelete, onDeleted);
  client.on(Events.MessageBulkDelete, (messages) => {
    for (const message of messages.values()) onDeleted(message);
  });
  return take;
}

/** Previews, pins, and a thread that is begun from a message change it as well: only edits have a time. */
async function onEdit(
  client: Client<true>,
  before: Message | PartialMessage,
  message: Message,
  deps: InboundDeps,
): Promise<void> {
  const address = addressOf(message);
  if (message.editedAt === null || address === undefined || !isSeen(client, message)) return;
  await deps.intake.edited({
    sourceId: sourceOf(message.id),
    address,
    messageId: message.id,
    writtenAt: writtenAt(message.id),
    change: { at: message.editedAt.toISOString() },
    isForBot: async () => false, // whoever has not taken it in yet has the same message, and it says this by now
    apply: async (pending) => {
      const mayUse = (await deps.gate.refusal(address, writerOf(message))) === undefined;
      return mayUse ? editOf(client, before, message, pending, deps) : undefined;
    },
  });
}

async function editOf(
  client: Client<true>,
  before: Message | PartialMessage,
  message: Message,
  pending: PendingMessage,
  deps: InboundDeps,
): Promise<EditedMessage | undefined> {
  const files = [...message.attachments.values()].map((file) => offered(file, client));
  const idOf = ({ id }: { id: string }) => attachmentId(id);
  const present = new Set(files.map(idOf));
  const removed = (pending.files ?? []).filter((id) => !present.has(id));
  const old = before.partial ? files : [...before.attachments.values()].map((file) => offered(file, client));
  const known = new Set([...(pending.files ?? []), ...old.map(idOf)]);
  const added = files.filter((file) => !known.has(idOf(file)));
  const { images, attachments, problems } = await receiveFiles(added, deps.attachments);
  if (problems.length > 0) await reply(message, problems.join(' '), deps.log);
  const kept = (pending.files ?? files.map(idOf)).filter((id) => present.has(id));
  const text = wordsOf(readable(client, message), kept.length + attachments.length > 0);
  if (text === pending.text && removed.length + attachments.length === 0) return undefined;
  const background =
    pending.text === undefined ? await backgroundOf(client, message, pending.isFirst) : pending.background;
  return { text, background, images, attachments, removed };
}

const logged = (log: Logger) => (error: unknown) =>
  log.warn({ err: error }, 'an edited or deleted message could not be looked at');

/**
 * A thread's first message and what is said in it are taken one after the other: the first begins its
 * session.
 */
const threadOf = ({ channel, channelId, id }: Pick<Message, 'channel' | 'channelId' | 'id'>): string =>
  channel.isDMBased() || channel.isThread() ? channelId : id;

/** One message is one source, however often it is delivered or read back. */
const sourceOf = (messageId: string): string => `discord:${messageId}`;

async function onMessage(client: Client<true>, message: Message, deps: InboundDeps): Promise<void> {
  const isWritten = message.type === MessageType.Default || message.type === MessageType.Reply;
  if (message.author.bot || message.webhookId !== null || !isWritten) return;
  const address = addressOf(message);
  if (address === undefined || !(await isForBot(client, message, address, deps))) return;
  const sourceId = sourceOf(message.id);
  await deps.intake.once({ sourceId, address }, (take) =>
    receive(client, message, { sourceId, address }, take, deps),
  );
}

async function receive(
  client: Client<true>,
  message: Message,
  { sourceId, address }: Pick<IncomingMessage, 'sourceId' | 'address'>,
  take: Intake['message'],
  deps: InboundDeps,
): Promise<void> {
  const author = personOf(message);
  const who = writerOf(message);
  const refusal = await deps.gate.refusal(address, who);
  if (refusal !== undefined) {
    // Whoever only writes in a thread has not asked for anything.
    const isTold = isAddressed(client, message) && (await deps.gate.tells(address, who));
    if (isTold) await reply(message, refusal, deps.log);
    return;
  }
  if (!(await hasThread(message, deps))) return;
  const said = readable(client, message);
  const files = [...message.attachments.values()].map((file) => offered(file, client));
  const replaced = await Promise.all(
    files.map((file) => replaceScript(deps.decisions, file, address, author)),
  );
  const isAside = replaced.some(({ isMeant }) => isMeant);
  const others = files.filter((_file, i) => !replaced[i]?.isMeant);
  const received = await receiveFiles(others, deps.attachments);
  const problems = [...replaced.flatMap(({ problem }) => problem ?? []), ...received.problems];
  // Told once the message is taken in: what fails until then is done again, and would be told again.
  const tell = async () => {
    if (problems.length > 0) await reply(message, problems.join(' '), deps.log);
  };
  const { images, attachments } = received;
  if (isAside && said === '' && attachments.length === 0) return tell();
  const text = wordsOf(said, attachments.length > 0);
  const isFirst = !(await deps.intake.hasSession(address));
  const background = commandOf(text, author) ? {} : await backgroundOf(client, message, isFirst);
  const id = { messageId: message.id, writtenAt: writtenAt(message.id) };
  await take({ address, sourceId, text, author, ...id, background, isAside, images, attachments });
  await tell();
}

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
  if (!isSeen(client, message)) return false;
  const isToSomebodyElse = /^\s*<@[!&]?\d+>/.test(message.content);
  return !isToSomebodyElse && (await intake.hasSession(address)) && (await gate.answersReplies(address));
}

/** Without the intent for it, Discord tells what a message says only where it is for the bot. */
const isSeen = (client: Client<true>, message: Message): boolean =>
  client.options.intents.has(GatewayIntentBits.MessageContent) || isAddressed(client, message);

const personOf = ({ author, member }: Message): Person => ({
  id: author.id,
  name: member?.displayName ?? author.displayName,
});

function writerOf(message: Message): Who {
  const { client, member } = message;
  const roles = [...(member?.roles.cache.keys() ?? [])];
  return whoIs(client, personOf(message), roles, member?.permissions.bitfield);
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
    .catch((error: unknown) =>
      log.error({ err: error, user: message.author.id, text }, 'somebody could not be told something'),
    );
}

/** Makes sure of the thread that the answer goes to. Says, in words, what keeps it from being begun. */
async function hasThread(message: Message, { log }: InboundDeps): Promise<boolean> {
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

/**
 * What a person wrote, as text for a model: people, roles and channels by name, without the mention of the
 * bot itself.
 */
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

/**
 * What a model has to know besides: what was said in the thread before it was called, and what is replied to.
 */
async function backgroundOf(client: Client<true>, message: Message, isFirst: boolean): Promise<Background> {
  const { channel } = message;
  const before = isFirst && channel.isThread() ? await earlier(client, message) : undefined;
  const repliedTo =
    message.reference?.messageId && !before
      ? await message.fetchReference().catch(() => undefined)
      : undefined;
  return {
    ...(before ? { before } : {}),
    ...(repliedTo?.content ? { repliedTo: quoted(client, repliedTo) } : {}),
  };
}

function quoted(client: Client<true>, message: Message): string {
  const who = message.member?.displayName ?? message.author.displayName;
  return quotedWords(who, readable(client, message));
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
