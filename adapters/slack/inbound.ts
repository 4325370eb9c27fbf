import type { App } from '@slack/bolt';
import type { Card } from '../../src/controller/cards.ts';
import type { Controller } from '../../src/controller/controller.ts';
import type { Change, Found, Written } from '../../src/controller/written.ts';
import { createKeyedQueue } from '../../src/lib/keyed-queue.ts';
import type { Background } from '../../src/session/background.ts';
import { keptId, offeredIn, type wholeFiles } from './files.ts';
import { beginsWithMention } from './mentions.ts';
import {
  ChangedMessage,
  DeletedMessage,
  NotedFile,
  SharedFiles,
  Tombstone,
  WrittenMessage,
} from './payloads.ts';
import type { People } from './people.ts';
import type { TellInThread, Whom } from './private-answers.ts';
import { nameInProfile, namesOf, slackReader } from './reading.ts';
import { sharedFiles } from './seen-files.ts';
import { messageSource } from './source.ts';
import { readable } from './text.ts';
import type { Rest, ThreadReader } from './thread-reader.ts';
import { whoIs } from './who.ts';
import type { Download, In } from './workspaces.ts';
import { writtenAt } from './written-at.ts';

/** What is shared with a message. */
export type Shared = Pick<WrittenMessage, 'attachments'>;

export type ListenDeps = {
  controller: Pick<Controller, 'message' | 'edited' | 'deleted'>;
  people: People;
  /** The bot itself, and where it is. */
  bot: { userId: string; teamId: string };
  /** Tells somebody, in private, in the thread where they wrote. */
  tell: TellInThread;
  /** Shows somebody a card, in private, where they wrote. */
  show(whom: Whom, card: Card): Promise<void>;
  thread: ThreadReader;
  /** Has a session told what could not be read of its thread, once it can be. */
  follows(address: Written['address'], sourceId: string, rest: Rest): void;
  /** Asks for what Slack does not tell of files. */
  wholeFiles: ReturnType<typeof wholeFiles>;
  /** The same of those that are shared with a message. */
  withWholeFiles(shared: Shared): Promise<Shared>;
  download: Download;
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
    inOrder(event.channel, async () => onWritten(event, await depsIn(context.teamId))),
  );
  app.event('message', ({ event, context }) =>
    inOrder(event.channel, async () => onMessageEvent(event, await depsIn(context.teamId))),
  );
  return (event, teamId) =>
    inOrder(event.channel, async () => {
      const deps = await depsIn(teamId);
      const gone = Tombstone.safeParse(event).data;
      await (gone ? onDeletion(gone, deps) : onWritten(event, deps));
    });
}

async function onMessageEvent(event: unknown, deps: ListenDeps): Promise<void> {
  const changed = ChangedMessage.safeParse(event).data;
  if (changed !== undefined && !changed.isTombstone) return onChange(changed, deps);
  const gone = changed ?? DeletedMessage.safeParse(event).data;
  if (gone === undefined) return onWritten(event, deps);
  await onDeletion(gone, deps);
}

async function onDeletion(
  { channel, ts, before }: { channel: string; ts?: string | undefined; before?: unknown },
  deps: ListenDeps,
): Promise<void> {
  if (ts === undefined) return;
  const message = writtenBy(before, deps);
  const known = message === undefined ? 'nothing' : written(message, deps);
  await deps.controller.deleted({
    sourceId: messageSource(deps.bot.teamId, { channel, ts }),
    // Where Slack does not tell what it was, it may have been for the bot.
    was: before === undefined ? 'unknown' : known,
  });
}

/**
 * Not everything that changes a message is an edit: Slack shows previews of links the same way, and those
 * make no message one for the bot.
 */
async function onChange(changed: ChangedMessage, deps: ListenDeps): Promise<void> {
  const message = writtenBy(changed.now, deps);
  if (message === undefined) return;
  const old = writtenBy(changed.before, deps);
  const isPreview = old === undefined ? !isEditedAt(message, changed.at) : !isEdited(message, old);
  const now = written(message, deps);
  // Where Slack does not tell of the files before the edit, they were those that there are now.
  const before = old && written({ ...old, files: old.files ?? message.files }, deps);
  const edit = { before: isPreview ? now : before, ...changeOf(message, changed.at) };
  await deps.controller.edited(now, edit, changing(message, deps));
}

const isEdited = ({ edited, text }: WrittenMessage, old: WrittenMessage): boolean =>
  edited !== undefined && text !== old.text;

/**
 * Whether a message says that it was edited when it was changed, where Slack does not tell what it was
 * before: an edit of long ago is none that is told of now.
 */
const isEditedAt = ({ edited }: WrittenMessage, at: string): boolean =>
  edited !== undefined && Number(at) - Number(edited.ts) < NEWS_SECONDS;

/** The time of an edit is in whole seconds, and its event may come some seconds later. */
const NEWS_SECONDS = 60;

/** An edit as Slack tells it: the words and files as they are by now. `at` sorts as text. */
export const changeOf = ({ text, files = [] }: Pick<WrittenMessage, 'text' | 'files'>, at: string) => ({
  change: { at, text, files: files.map((file) => NotedFile.parse(file)) },
  isNewsLater: true,
});

/** A message that a person wrote; undefined for others: joins, topics, and what bots write. */
function writtenBy(event: unknown, { bot }: Pick<ListenDeps, 'bot'>): WrittenMessage | undefined {
  const message = WrittenMessage.safeParse(event).data;
  if (message === undefined || message.bot_id !== undefined || message.user === bot.userId) return undefined;
  return message;
}

/**
 * A mention arrives as two events, which are one message; Slack tells it anew as a mention whenever it is
 * edited, and history has it as it is by now.
 */
async function onWritten(event: unknown, deps: ListenDeps): Promise<void> {
  const message = writtenBy(event, deps);
  if (message === undefined) return;
  const edit = message.edited && { before: undefined, ...changeOf(message, message.edited.ts) };
  await deps.controller.message(written(message, deps), changing(message, deps), edit);
}

/** A message as it was edited before anybody took it in. */
const changing =
  (message: WrittenMessage, deps: ListenDeps) =>
  (change: Change | undefined): Written =>
    written(
      {
        ...message,
        ...(change?.text === undefined ? {} : { text: change.text }),
        ...(change?.files === undefined ? {} : { files: SharedFiles.parse(change.files) }),
      },
      deps,
    );

/** A message of Slack's as every platform hands it on. */
function written(message: WrittenMessage, deps: ListenDeps): Written {
  const { people, bot } = deps;
  const { channel, user, ts, thread_ts, text } = message;
  const address = {
    platform: 'slack' as const,
    workspace: bot.teamId,
    channel,
    thread: thread_ts ?? ts,
  };
  const files = deps.wholeFiles(message.files ?? []);
  return {
    address,
    sourceId: messageSource(bot.teamId, message),
    messageId: ts,
    writtenAt: writtenAt(ts),
    isAddressed:
      message.type === 'app_mention' || text.includes(`<@${bot.userId}`) || message.channel_type === 'im',
    isReply: thread_ts !== undefined && !beginsWithMention(text),
    who: async () => whoIs(people, user, nameInProfile(message.user_profile)),
    words: () => readable(text, bot.userId, namesOf(people)),
    fileIds: (message.files ?? []).map(({ id }) => keptId(id, ts)),
    files: async () => (await files()).map((file) => offeredIn(ts, file, deps.download)),
    async shown(missing) {
      const unread = (await files()).filter(({ id }) => missing.has(keptId(id, ts)));
      const { attachments } = await deps.withWholeFiles({ attachments: message.attachments });
      return slackReader({ people, botUserId: bot.userId }).shared({ attachments }, sharedFiles(unread));
    },
    background: (isFirst, known) => backgroundFor(message, address, { isFirst, known }, deps),
    tell: (said) => deps.tell(channel, user, said, thread_ts),
    show: (card) => deps.show({ channel, user, thread: thread_ts }, card),
  };
}

/** The message that calls the bot, and when: one that was edited calls it once it is what it is by now. */
function calledBy({ ts, edited }: Pick<WrittenMessage, 'ts' | 'edited'>): { ts: string; at: string } {
  const wholeSecond = edited && String(Math.floor(Number(edited.ts)) + 1);
  return { ts, at: wholeSecond !== undefined && Number(wholeSecond) > Number(ts) ? wholeSecond : ts };
}

/** What was said in the thread before the bot was called, and the messages that somebody links to. */
async function backgroundFor(
  message: WrittenMessage,
  address: Written['address'],
  { isFirst, known }: { isFirst: boolean; known: Background | undefined },
  { thread, follows }: ListenDeps,
): Promise<Found> {
  const isCalled = isFirst && message.thread_ts !== undefined;
  const before = isCalled ? await thread.before(address, calledBy(message)) : undefined;
  const linked = await thread.linked(address.channel, message.text, known?.linked);
  const said = before?.text ?? known?.before;
  const { rest } = before ?? {};
  return {
    background: {
      ...known,
      ...(said ? { before: said } : {}),
      linked: linked.length > 0 ? linked : undefined,
    },
    follow: rest && (() => follows(address, messageSource(address.workspace, message), rest)),
  };
}
