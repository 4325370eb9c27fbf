import type { App } from '@slack/bolt';
import { createInOrder } from '../../src/ops/in-order.ts';
import type { Person, ThreadAddress } from '../../src/session/address.ts';
import { commandOf } from '../../src/session/commands.ts';
import type { Intake } from '../../src/session/intake.ts';
import type { fileReader } from './files.ts';
import type { Gate } from './gate.ts';
import { ChangedMessage, DeletedMessage, type SharedFile, WrittenMessage } from './payloads.ts';
import type { People } from './people.ts';
import { readable } from './text.ts';
import type { ThreadReader } from './thread-reader.ts';
import type { In } from './workspaces.ts';

export type ListenDeps = {
  intake: Intake;
  people: People;
  /** The bot itself, and where it is. */
  bot: { userId: string; teamId: string };
  gate: Gate;
  thread: ThreadReader;
  /** Takes a shared file as the new script of an open call; false where it is not meant as one. */
  replaceScript(file: SharedFile, address: ThreadAddress, by: Person): Promise<boolean>;
  filesOf: ReturnType<typeof fileReader>;
};

/**
 * Registers what the bot listens to. Every listener returns once what it was told is in the record. Returns what takes
 * a message that was read back from history.
 */
export function listen(
  app: App,
  depsIn: In<ListenDeps>,
): (message: WrittenMessage, teamId: string) => Promise<void> {
  const inOrder = createInOrder();
  app.event('app_mention', ({ event, context }) =>
    inOrder(event.channel, async () => onMessage(event, await depsIn(context.teamId))),
  );
  app.event('message', ({ event, context }) =>
    inOrder(event.channel, async () => onMessageEvent(event, await depsIn(context.teamId))),
  );
  return (message, teamId) => inOrder(message.channel, async () => onMessage(message, await depsIn(teamId)));
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
  if (!(await isForBot(message, address, deps))) return;
  const refusal = await deps.gate.refusal(message.channel, message.user);
  if (refusal !== undefined) {
    // Whoever only writes in a thread has not asked for anything.
    if (isAddressed(message, bot)) {
      await deps.gate.tell(message.channel, message.user, refusal, message.thread_ts);
    }
    return;
  }
  const author = await people.person(message.user);
  const said = await readable(message.text, bot.userId, { person: people.name });
  const files = message.files ?? [];
  const replaced = await Promise.all(files.map((file) => deps.replaceScript(file, address, author)));
  const isAside = replaced.includes(true);
  const others = files.filter((_file, i) => !replaced[i]);
  const { images, attachments, problems } = await deps.filesOf(others, message.ts);
  if (problems.length > 0) {
    await deps.gate.tell(message.channel, message.user, problems.join(' '), message.thread_ts);
  }
  if (isAside && said === '' && attachments.length === 0) return;
  const words = said === '' && attachments.length > 0 ? 'Look at this.' : said;
  const text = commandOf(words, author) ? words : await withBackground(words, message, address, deps);
  const sourceId = sourceOf(bot, message.channel, message.ts);
  const messageId = message.ts;
  await intake.message({ address, sourceId, text, author, messageId, isAside, images, attachments });
}

/** Whether somebody means the bot: by name, or by writing to it alone. */
const isAddressed = (message: WrittenMessage, bot: ListenDeps['bot']): boolean =>
  message.type === 'app_mention' || message.text.includes(`<@${bot.userId}`) || message.channel_type === 'im';

async function isForBot(
  message: WrittenMessage,
  address: ThreadAddress,
  { intake, bot, gate }: ListenDeps,
): Promise<boolean> {
  if (isAddressed(message, bot)) return true;
  const isToSomebodyElse = /^\s*<@[UW][A-Z0-9]+/.test(message.text);
  if (message.thread_ts === undefined || isToSomebodyElse) return false;
  return (await intake.hasSession(address)) && (await gate.answersReplies(message.channel));
}

/** What a model has to know besides: what was said before it was called, and what is linked to. */
async function withBackground(
  text: string,
  message: WrittenMessage,
  address: ThreadAddress,
  { intake, thread }: ListenDeps,
): Promise<string> {
  const isFirst = message.thread_ts !== undefined && !(await intake.hasSession(address));
  const before = isFirst ? await thread.before(address, message.ts) : undefined;
  const linked = await thread.linked(address.channel, message.text);
  return [text, ...(before ? [before] : []), ...linked].join('\n\n');
}

function addressOf(bot: ListenDeps['bot'], message: WrittenMessage): ThreadAddress {
  const thread = message.thread_ts ?? message.ts;
  return { platform: 'slack', workspace: bot.teamId, channel: message.channel, thread };
}

/** One message is one source, however many events tell of it. */
const sourceOf = (bot: ListenDeps['bot'], channel: string, ts: string) =>
  `slack:${bot.teamId}:${channel}:${ts}`;
