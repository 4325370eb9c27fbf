import type { App } from '@slack/bolt';
import type { Person, ThreadAddress } from '../../src/session/address.ts';
import type { Intake } from '../../src/session/intake.ts';
import { createInOrder } from './in-order.ts';
import { ChangedMessage, DeletedMessage, type SharedFile, WrittenMessage } from './payloads.ts';
import type { People } from './people.ts';
import { readable } from './text.ts';

export type Bot = { userId: string; teamId: string };

export type ListenDeps = {
  intake: Intake;
  people: People;
  bot: Bot;
  /** Takes a shared file as the new script of an open call; false where it is not meant as one. */
  replaceScript(file: SharedFile, address: ThreadAddress, by: Person): Promise<boolean>;
};

/**
 * Registers what the bot listens to. Every listener returns once what it was told is in the record. Returns what takes
 * a message that was read back from history.
 */
export function listen(app: App, deps: ListenDeps): (message: WrittenMessage) => Promise<void> {
  const inOrder = createInOrder();
  app.event('app_mention', ({ event }) => inOrder(event.channel, () => onMessage(event, deps)));
  app.event('message', ({ event }) => inOrder(event.channel, () => onMessageEvent(event, deps)));
  return (message) => inOrder(message.channel, () => onMessage(message, deps));
}

async function onMessageEvent(event: unknown, deps: ListenDeps): Promise<void> {
  const { intake, people, bot } = deps;
  const changed = ChangedMessage.safeParse(event);
  if (changed.success) {
    const { channel, message } = changed.data;
    if (message.bot_id !== undefined) return;
    const text = await readable(message.text, bot.userId, { person: people.name });
    return intake.edited(sourceOf(bot, channel, message.ts), text);
  }
  const deleted = DeletedMessage.safeParse(event);
  if (deleted.success) return intake.deleted(sourceOf(bot, deleted.data.channel, deleted.data.deleted_ts));
  return onMessage(event, deps);
}

/**
 * A message is for the bot when it mentions it, when it is a direct message, or when it stands in a thread that has a
 * session and is not addressed to somebody else. A mention arrives as two events, which are one message.
 */
async function onMessage(event: unknown, deps: ListenDeps): Promise<void> {
  const { intake, people, bot } = deps;
  const parsed = WrittenMessage.safeParse(event);
  if (!parsed.success) return; // a subtype that nobody writes: joins, topics, bot messages
  const message = parsed.data;
  if (message.bot_id !== undefined || message.user === bot.userId) return;
  const address = addressOf(bot, message);
  if (!(await isForBot(message, address, intake, bot))) return;
  const author = await people.person(message.user);
  const text = await readable(message.text, bot.userId, { person: people.name });
  const replaced = await Promise.all(
    (message.files ?? []).map((file) => deps.replaceScript(file, address, author)),
  );
  const isAside = replaced.includes(true);
  if (isAside && text === '') return;
  const sourceId = sourceOf(bot, message.channel, message.ts);
  await intake.message({ address, sourceId, text, author, messageId: message.ts, isAside });
}

async function isForBot(
  message: WrittenMessage,
  address: ThreadAddress,
  intake: Intake,
  bot: Bot,
): Promise<boolean> {
  const isMention = message.type === 'app_mention' || message.text.includes(`<@${bot.userId}`);
  if (isMention || message.channel_type === 'im') return true;
  if (message.thread_ts === undefined) return false;
  const isToSomebodyElse = /^\s*<@[UW][A-Z0-9]+/.test(message.text);
  return !isToSomebodyElse && intake.hasSession(address);
}

function addressOf(bot: Bot, message: WrittenMessage): ThreadAddress {
  const thread = message.thread_ts ?? message.ts;
  return { platform: 'slack', workspace: bot.teamId, channel: message.channel, thread };
}

/** One message is one source, however many events tell of it. */
const sourceOf = (bot: Bot, channel: string, ts: string) => `slack:${bot.teamId}:${channel}:${ts}`;
