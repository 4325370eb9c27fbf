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
import type { Decisions } from '../../src/approvals/decisions.ts';
import { replaceScript } from '../../src/approvals/script-files.ts';
import type { Gate } from '../../src/controller/gate.ts';
import type { Who } from '../../src/controller/people.ts';
import { isCommand } from '../../src/intake/commands.ts';
import type { Intake } from '../../src/intake/intake.ts';
import { attachmentId, type FileRules, receiveFiles, wordsOf } from '../../src/intake/received.ts';
import { cut } from '../../src/lib/cut.ts';
import { createKeyedQueue } from '../../src/lib/keyed-queue.ts';
import type { Logger } from '../../src/lib/log.ts';
import type { Person, ThreadAddress } from '../../src/session/address.ts';
import type { EditedMessage, IncomingMessage, PendingMessage } from '../../src/session/store/incoming.ts';
import { offered } from './attachments.ts';
import { nonceOf, writtenAt } from './ids.ts';
import { whoIs } from './interaction-context.ts';
import { DISCORD_LIMITS } from './limits.ts';
import { writerAsMember } from './members.ts';
import { DIRECT } from './outbound.ts';
import { missingIn } from './permissions.ts';
import { readable, sharedIn } from './reading.ts';
import { backgroundOf } from './thread-reader.ts';
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
  const take = (message: Message, isReadBack: boolean) =>
    inOrder(threadOf(message), () => onMessage(client, { message, isReadBack }, deps));
  client.on(Events.MessageCreate, (message) => {
    take(message, false).catch((error: unknown) => {
      deps.log.error({ err: error }, 'a Discord message could not be taken; it is read back');
      deps.behind();
    });
  });
  client.on(Events.MessageUpdate, (before, message) => {
    // Of a message that is not known Discord may tell a part: a preview, and not what it says.
    if (message.editedTimestamp === null) return;
    inOrder(threadOf(message), async () => {
      const now = message.partial ? await message.fetch() : message;
      await onEdit(client, before.partial ? undefined : before, now, deps);
    }).catch(logged(deps.log));
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
  return (message) => take(message, true);
}

/** A message, and whether it was read back from history. */
type Read = { message: Message; isReadBack: boolean };

/**
 * Previews, pins, and a thread that is begun from a message change it as well: only edits have a time. One by
 * which a message is for the bot for the first time is that message.
 */
async function onEdit(
  client: Client<true>,
  before: Message | undefined,
  message: Message,
  deps: InboundDeps,
): Promise<void> {
  const address = addressOf(message);
  if (!isWritten(message) || address === undefined || !isSeen(client, message)) return;
  const isNew =
    before === undefined
      ? isAddressed(client, message) // once, if it was before
      : (await isForBot(client, message, address, deps)) && !(await isForBot(client, before, address, deps));
  if (isNew) await takeIn(client, { message, isReadBack: false }, address, deps);
  await correct(client, { before, message, isReadBack: false }, address, deps);
}

/** Makes a message what it is by now, where it was taken in and nobody has read it yet. */
async function correct(
  client: Client<true>,
  { before, message, isReadBack }: Read & { before?: Message | undefined },
  address: ThreadAddress,
  deps: InboundDeps,
): Promise<void> {
  if (message.editedAt === null) return;
  await deps.intake.edited({
    sourceId: sourceOf(message.id),
    address,
    messageId: message.id,
    writtenAt: writtenAt(message.id),
    change: { at: message.editedAt.toISOString() },
    isForBot: async () => false, // whoever has not taken it in yet has the same message, and it says this by now
    apply: async (pending) => {
      const who = writerOf(message, await writerAsMember(message, isReadBack));
      const mayUse = (await deps.gate.refusal(address, who)) === undefined;
      return mayUse ? editOf(client, before, message, pending, deps) : undefined;
    },
  });
}

async function editOf(
  client: Client<true>,
  before: Message | undefined,
  message: Message,
  pending: PendingMessage,
  deps: InboundDeps,
): Promise<EditedMessage | undefined> {
  const files = [...message.attachments.values()].map((file) => offered(file, client));
  const idOf = ({ id }: { id: string }) => attachmentId(id);
  const present = new Set(files.map(idOf));
  const removed = (pending.files ?? []).filter((id) => !present.has(id));
  const old =
    before === undefined ? files : [...before.attachments.values()].map((file) => offered(file, client));
  const known = new Set([...(pending.files ?? []), ...old.map(idOf)]);
  const added = files.filter((file) => !known.has(idOf(file)));
  const { images, attachments, problems, missing } = await receiveFiles(added, deps.attachments);
  if (problems.length > 0) await reply(message, problems.join(' '), deps.log);
  const kept = (pending.files ?? files.map(idOf)).filter((id) => present.has(id));
  const shown = sharedIn(client, message, idsOf(missing));
  const text = wordsOf(readable(client, message), kept.length + attachments.length > 0 || shown !== '');
  if (text === pending.text && removed.length + attachments.length === 0) return undefined;
  const found =
    pending.text === undefined ? await backgroundOf(client, message, pending.isFirst) : pending.background;
  const background = { ...found, shown: shown || undefined };
  return { text, background, images, attachments, removed };
}

/** Of files as they are kept, those that Discord knows them by. */
const idsOf = (kept: readonly string[]): ReadonlySet<string> =>
  new Set(kept.map((id) => id.replace(/^f_/, '')));

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

/** Whether a person has written it: no bot, no join or pin, nothing that Discord itself says. */
const isWritten = ({ type, author, webhookId }: Message): boolean =>
  (type === MessageType.Default || type === MessageType.Reply) && !author.bot && webhookId === null;

async function onMessage(client: Client<true>, read: Read, deps: InboundDeps): Promise<void> {
  const { message } = read;
  const address = addressOf(message);
  if (!isWritten(message) || address === undefined) return;
  if (!(await isForBot(client, message, address, deps))) return;
  await takeIn(client, read, address, deps);
  if (read.isReadBack) await correct(client, read, address, deps);
}

async function takeIn(
  client: Client<true>,
  read: Read,
  address: ThreadAddress,
  deps: InboundDeps,
): Promise<void> {
  const sourceId = sourceOf(read.message.id);
  await deps.intake.once({ sourceId, address }, (take) =>
    receive(client, read, { sourceId, address }, take, deps),
  );
}

async function receive(
  client: Client<true>,
  { message, isReadBack }: Read,
  { sourceId, address }: Pick<IncomingMessage, 'sourceId' | 'address'>,
  take: Intake['message'],
  deps: InboundDeps,
): Promise<void> {
  const member = await writerAsMember(message, isReadBack);
  const author = personOf(message, member);
  const who = writerOf(message, member);
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
  const { images, attachments, missing } = received;
  const shown = sharedIn(client, message, idsOf(missing));
  if (isAside && said === '' && attachments.length === 0) return tell();
  const text = wordsOf(said, attachments.length > 0 || shown !== '');
  const isFirst = !(await deps.intake.hasSession(address));
  const found = isCommand(text, author) ? {} : await backgroundOf(client, message, isFirst);
  const background = { ...found, ...(shown ? { shown } : {}) };
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
