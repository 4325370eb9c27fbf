import type { App } from '@slack/bolt';
import type { Gate } from '../../src/controller/gate.ts';
import { isCommand } from '../../src/intake/commands.ts';
import type { Intake } from '../../src/intake/intake.ts';
import { wordsOf } from '../../src/intake/received.ts';
import { createKeyedQueue } from '../../src/lib/keyed-queue.ts';
import type { Person, ThreadAddress } from '../../src/session/address.ts';
import type { Background } from '../../src/session/background.ts';
import type { Change } from '../../src/session/store/deliveries.ts';
import type { IncomingMessage } from '../../src/session/store/incoming.ts';
import { calledBy, editOf } from './edits.ts';
import type { fileReader, wholeFiles } from './files.ts';
import {
  ChangedMessage,
  DeletedMessage,
  type SharedFile,
  SharedFiles,
  Tombstone,
  WrittenMessage,
} from './payloads.ts';
import type { People } from './people.ts';
import type { TellInThread } from './private-answers.ts';
import { sharedIn } from './reading.ts';
import { sourceOf } from './source.ts';
import { readable } from './text.ts';
import type { Rest, ThreadReader } from './thread-reader.ts';
import { whoIs } from './who.ts';
import type { In } from './workspaces.ts';
import { writtenAt } from './written-at.ts';

export type ListenDeps = {
  intake: Intake;
  people: People;
  /** The bot itself, and where it is. */
  bot: { userId: string; teamId: string };
  gate: Gate;
  /** Tells somebody, in private, in the thread where they wrote. */
  tell: TellInThread;
  thread: ThreadReader;
  /** Has a session told what could not be read of its thread, once it can be. */
  follows(address: ThreadAddress, sourceId: string, rest: Rest): void;
  /** Takes a shared file as the new script of an open call; false where it is not meant as one. */
  replaceScript(file: SharedFile, address: ThreadAddress, by: Person): Promise<boolean>;
  /** Asks for what Slack does not tell of files. */
  wholeFiles: ReturnType<typeof wholeFiles>;
  filesOf: ReturnType<typeof fileReader>;
};

/**
 * Registers what the bot listens to. Every listener returns once what it was told is in the record. Returns
 * what takes a message that was read back from history.
 */
export function listen(
  app: App,
  depsIn: In<ListenDeps>,
): (event: { channel: string }, teamId: string) => Promise<void> {
  const inOrder = createKeyedQueue();
  app.event('app_mention', ({ event, context }) =>
    inOrder(event.channel, async () => onMessage(event, await depsIn(context.teamId))),
  );
  app.event('message', ({ event, context }) =>
    inOrder(event.channel, async () => onMessageEvent(event, await depsIn(context.teamId))),
  );
  return (event, teamId) =>
    inOrder(event.channel, async () => {
      const deps = await depsIn(teamId);
      const gone = Tombstone.safeParse(event).data;
      await (gone ? onDeletion(gone, deps) : onMessage(event, deps));
    });
}

async function onMessageEvent(event: unknown, deps: ListenDeps): Promise<void> {
  const changed = ChangedMessage.safeParse(event).data;
  if (changed !== undefined && !changed.isTombstone) return onChange(changed, deps);
  const gone = changed ?? DeletedMessage.safeParse(event).data;
  if (gone === undefined) return onMessage(event, deps);
  await onDeletion(gone, deps);
}

async function onDeletion(
  { channel, ts, before }: { channel: string; ts?: string | undefined; before?: unknown },
  deps: ListenDeps,
): Promise<void> {
  if (ts === undefined) return;
  const message = writtenBy(before, deps);
  await deps.intake.deleted({
    sourceId: sourceOf(deps.bot.teamId, { channel, ts }),
    // Where Slack does not tell what it was, it may have been for the bot.
    isForBot: async () => before === undefined || (message !== undefined && isForBot(message, deps)),
  });
}

/**
 * Not everything that changes a message is an edit: Slack shows previews of links the same way. One by which
 * a message is for the bot for the first time is that message.
 */
async function onChange(changed: ChangedMessage, deps: ListenDeps): Promise<void> {
  const message = writtenBy(changed.now, deps);
  if (message === undefined) return;
  const before = writtenBy(changed.before, deps);
  const isEdit = message.edited !== undefined && before !== undefined && before.text !== message.text;
  if (isEdit && !(await isForBot(before, deps)) && (await isForBot(message, deps))) {
    await takeIn(message, deps);
  }
  await correct({ message, before, at: changed.at }, deps);
}

/** An edit: `at` is when, in a form that sorts as text. */
type Edited = { message: WrittenMessage; before?: WrittenMessage | undefined; at: string };

/** Makes a message what it is by now, where it was taken in and nobody has read it yet. */
async function correct({ message, before, at }: Edited, deps: ListenDeps): Promise<void> {
  const address = addressOf(deps.bot, message);
  const mayUse = async () =>
    (await deps.gate.refusal(address, whoIs(deps.people, message.user))) === undefined;
  await deps.intake.edited({
    sourceId: sourceOf(deps.bot.teamId, message),
    address,
    messageId: message.ts,
    writtenAt: writtenAt(message.ts),
    change: { at, text: message.text, files: message.files ?? [] },
    isForBot: async () => (await isForBot(message, deps)) && mayUse(),
    apply: async (pending) =>
      (await mayUse()) ? editOf({ now: message, before, address }, pending, deps) : undefined,
  });
}

/** A message that a person wrote; undefined for others: joins, topics, and what bots write. */
function writtenBy(event: unknown, { bot }: Pick<ListenDeps, 'bot'>): WrittenMessage | undefined {
  const message = WrittenMessage.safeParse(event).data;
  if (message === undefined || message.bot_id !== undefined || message.user === bot.userId) return undefined;
  return message;
}

/**
 * A message is for the bot when it mentions it, when it is a direct message, or when it stands in a thread
 * that has a session and is not addressed to somebody else. A mention arrives as two events, which are one
 * message; Slack tells it anew as a mention whenever it is edited, and history has it as it is by now.
 */
async function onMessage(event: unknown, deps: ListenDeps): Promise<void> {
  const message = writtenBy(event, deps);
  if (message === undefined || !(await isForBot(message, deps))) return;
  await takeIn(message, deps);
  if (message.edited !== undefined) await correct({ message, at: message.edited.ts }, deps);
}

async function takeIn(message: WrittenMessage, deps: ListenDeps): Promise<void> {
  const sourceId = sourceOf(deps.bot.teamId, message);
  const address = addressOf(deps.bot, message);
  await deps.intake.once({ sourceId, address }, (take, change) =>
    receive(asChanged(message, change), { sourceId, address }, take, deps),
  );
}

/** A message as it was edited before anybody took it in. */
const asChanged = (message: WrittenMessage, change: Change | undefined): WrittenMessage => ({
  ...message,
  ...(change?.text === undefined ? {} : { text: change.text }),
  ...(change?.files === undefined ? {} : { files: SharedFiles.parse(change.files) }),
});

async function receive(
  message: WrittenMessage,
  { sourceId, address }: Pick<IncomingMessage, 'sourceId' | 'address'>,
  take: Intake['message'],
  deps: ListenDeps,
): Promise<void> {
  const { people, bot, gate } = deps;
  const who = whoIs(people, message.user);
  const refusal = await gate.refusal(address, who);
  if (refusal !== undefined) {
    // Whoever only writes in a thread has not asked for anything.
    if (isAddressed(message, bot) && (await gate.tells(address, who))) {
      await deps.tell(message.channel, message.user, refusal, message.thread_ts);
    }
    return;
  }
  const author = await people.person(message.user);
  const said = await readable(message.text, bot.userId, { person: people.name });
  const files = await deps.wholeFiles(message.files ?? []);
  const replaced = await Promise.all(files.map((file) => deps.replaceScript(file, address, author)));
  const isAside = replaced.includes(true);
  const others = files.filter((_file, i) => !replaced[i]);
  const { images, attachments, problems, unread } = await deps.filesOf(others, message.ts);
  const shown = await sharedIn({ people, botUserId: bot.userId }, message, unread);
  // Told once the message is taken in: what fails until then is done again, and would be told again.
  const tell = async () => {
    if (problems.length > 0)
      await deps.tell(message.channel, message.user, problems.join(' '), message.thread_ts);
  };
  if (isAside && said === '' && attachments.length === 0) return tell();
  const text = wordsOf(said, attachments.length > 0 || shown !== '');
  const { background, rest } = isCommand(text, author) ? {} : await backgroundOf(message, address, deps);
  const id = { messageId: message.ts, writtenAt: writtenAt(message.ts) };
  await take({
    address,
    sourceId,
    text,
    author,
    ...id,
    ...(background ? { background: { ...background, ...(shown ? { shown } : {}) } } : {}),
    isAside,
    images,
    attachments,
  });
  if (rest !== undefined) deps.follows(address, sourceId, rest);
  await tell();
}

/** Whether somebody means the bot: by name, or by writing to it alone. */
const isAddressed = (message: WrittenMessage, bot: ListenDeps['bot']): boolean =>
  message.type === 'app_mention' || message.text.includes(`<@${bot.userId}`) || message.channel_type === 'im';

async function isForBot(message: WrittenMessage, { intake, bot, gate }: ListenDeps): Promise<boolean> {
  if (isAddressed(message, bot)) return true;
  const isToSomebodyElse = /^\s*<@[UW][A-Z0-9]+/.test(message.text);
  if (message.thread_ts === undefined || isToSomebodyElse) return false;
  return (
    (await intake.hasSession(addressOf(bot, message))) && (await gate.answersReplies(addressOf(bot, message)))
  );
}

/** What a model has to know besides: what was said before it was called, and what is linked to. */
async function backgroundOf(
  message: WrittenMessage,
  address: ThreadAddress,
  { intake, thread }: ListenDeps,
): Promise<{ background: Background; rest?: Rest | undefined }> {
  const isFirst = message.thread_ts !== undefined && !(await intake.hasSession(address));
  const before = isFirst ? await thread.before(address, calledBy(message)) : undefined;
  const linked = await thread.linked(address.channel, message.text);
  const background = { ...(before ? { before: before.text } : {}), ...(linked.length > 0 ? { linked } : {}) };
  return { background, rest: before?.rest };
}

function addressOf(bot: ListenDeps['bot'], message: WrittenMessage): ThreadAddress {
  const thread = message.thread_ts ?? message.ts;
  return { platform: 'slack', workspace: bot.teamId, channel: message.channel, thread };
}
