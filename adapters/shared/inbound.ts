import type { Card } from '../../src/controller/cards.ts';
import type { Controller, ReplaceScript } from '../../src/controller/controller.ts';
import type { Gate } from '../../src/controller/gate.ts';
import type { Who } from '../../src/controller/people.ts';
import { isCatchUp, isCommand } from '../../src/intake/commands.ts';
import type { Intake } from '../../src/intake/intake.ts';
import { attachmentId, type FileRules, receiveFiles, wordsOf } from '../../src/intake/received.ts';
import type { ThreadAddress } from '../../src/session/address.ts';
import type { Background } from '../../src/session/background.ts';
import type { Change } from '../../src/session/store/deliveries.ts';
import type { EditedMessage, OfferedFile, PendingMessage } from '../../src/session/store/incoming.ts';
import type { WrittenAt } from '../../src/session/written-at.ts';

/*
 * From what people wrote to what intake is given, the same on every platform: whether a message is for the
 * bot, who wrote it and whether they may, its words, files and what is shown with it, and what becomes of all
 * that by an edit.
 */

/** A message that a person wrote, as its platform knows it. What has to be looked up is when it is asked. */
export type Written = {
  address: ThreadAddress;
  /** The platform's identity of the message: however often it is delivered, it has the same. */
  sourceId: string;
  messageId: string;
  writtenAt: WrittenAt | undefined;
  /** Whether fewer people read its thread than its channel. */
  isPrivate?: boolean;
  /** Whether somebody means the bot: by name, or by writing to it alone. */
  isAddressed: boolean;
  /** Whether it begins a session although it addresses nobody, as posts of some forums do. */
  isRequest?: boolean;
  /** Whether it stands in a thread and is to nobody else: for the bot where the thread has a session. */
  isReply: boolean;
  /** Who wrote it. Throws where that can't be found out now. */
  who(): Promise<Who>;
  /** Their words as text for a model, without the mention of the bot. */
  words(): Promise<string>;
  fileIds: readonly string[];
  files(): Promise<readonly OfferedFile[]>;
  /** What is shown with the words and is not theirs, and files that could not be had (`missing`, by ids). */
  shown(missing: ReadonlySet<string>): Promise<string>;
  /**
   * What a model has to know besides. `known` is what was found for it before an edit, undefined where nobody
   * has looked yet; `isFirst` says whether nothing was asked in the thread before.
   */
  background(isFirst: boolean, known: Background | undefined): Promise<Found>;
  /** Tells who wrote it something; nobody else is notified. Never rejects. */
  tell(text: string): Promise<void>;
  /** Shows who wrote it a card that nobody else sees. Never rejects. Left out where there is no way to. */
  show?(card: Card): Promise<void>;
  /** Makes sure of the thread that an answer goes to. False where there can be none, which has been told. */
  hasThread?(): Promise<boolean>;
};

/** What was found for a model; `follow` has the rest told once it can be read. */
export type Found = { background: Background; follow?: (() => void) | undefined };

export type InboundParts = {
  intake: Intake;
  replaceScript: ReplaceScript;
  catchUp: Controller['catchUp'];
  gate: Gate;
  attachments: FileRules;
};

/** An edit of a message: how it was changed, and what the message was before where that is known. */
export type Edit = {
  before: Written | undefined;
  change: Change;
  /** Whether who takes the message in later may still be given what it said before the edit. */
  isNewsLater: boolean;
};

/** What makes of a message, as it was delivered, what it is after a change that came before it. */
export type Changing = (change: Change | undefined) => Written;

/**
 * Takes in a message that is for the bot. One that is told as it is after an edit is corrected too, where it
 * had been taken in before.
 */
export async function onMessage(
  parts: InboundParts,
  message: Written,
  changed: Changing = () => message,
  edit?: Edit,
): Promise<void> {
  if (!(await isForBot(parts, message))) return;
  await takeIn(parts, message, changed);
  if (edit !== undefined) await correct(parts, message, edit);
}

/**
 * Takes up an edit; `before` is the message itself where nothing that a person wrote was changed. One by
 * which a message is for the bot for the first time is that message. Where it is not known what it said
 * before, one that addresses the bot is taken in, which has an effect once.
 */
export async function onEdit(
  parts: InboundParts,
  message: Written,
  edit: Edit,
  changed: Changing = () => message,
): Promise<void> {
  const { before } = edit;
  const isNew =
    before === undefined
      ? message.isAddressed
      : before !== message && (await isForBot(parts, message)) && !(await isForBot(parts, before));
  if (isNew) await takeIn(parts, message, changed);
  await correct(parts, message, edit);
}

/**
 * A message is for the bot when it addresses it, or when it stands in a thread that has a session and is not
 * addressed to somebody else. A thread's first message answers nobody, and what was said before the bot was
 * called asks it for nothing: read back, both are what they were.
 */
export async function isForBot(
  {
    intake,
    gate,
  }: {
    intake: Pick<Intake, 'hasSession' | 'isBeforeSession'>;
    gate: Pick<Gate, 'answersReplies'>;
  },
  message: Pick<Written, 'address' | 'messageId' | 'writtenAt' | 'isAddressed' | 'isRequest' | 'isReply'>,
): Promise<boolean> {
  const { isAddressed, isRequest = false, isReply, address, messageId } = message;
  if (isAddressed || isRequest) return true;
  if (!isReply || messageId === address.thread) return false;
  if (!(await intake.hasSession(address)) || !(await gate.answersReplies(address))) return false;
  return !(await intake.isBeforeSession(address, message));
}

async function takeIn(parts: InboundParts, { address, sourceId }: Written, changed: Changing): Promise<void> {
  await parts.intake.once({ sourceId, address }, (take, change) => receive(parts, changed(change), take));
}

async function receive(parts: InboundParts, message: Written, take: Intake['message']): Promise<void> {
  const { address, sourceId, messageId, writtenAt } = message;
  const who = await message.who();
  const refusal = await parts.gate.refusal(address, who);
  if (refusal !== undefined) {
    // Whoever only writes in a thread has not asked for anything.
    if (message.isAddressed && (await parts.gate.tells(address, who))) await message.tell(refusal);
    return;
  }
  const author = await who.person();
  const timeZone = await who.timeZone?.();
  const said = await message.words();
  if (message.show !== undefined && isCatchUp(said, author)) {
    return message.show(await parts.catchUp(address));
  }
  if (message.hasThread !== undefined && !(await message.hasThread())) return;
  const files = await message.files();
  const replaced = await Promise.all(files.map((file) => parts.replaceScript(file, address, author)));
  const isAside = replaced.some(({ isMeant }) => isMeant);
  const others = files.filter((_file, i) => !replaced[i]?.isMeant);
  const { images, attachments, missing, ...received } = await receiveFiles(others, parts.attachments);
  const problems = [...replaced.flatMap(({ problem }) => problem ?? []), ...received.problems];
  // Told once the message is taken in: what fails until then is done again, and would be told again.
  const tell = async () => {
    if (problems.length > 0) await message.tell(problems.join(' '));
  };
  const shown = await message.shown(new Set(missing));
  if (isAside && said === '' && attachments.length === 0) return tell();
  const text = wordsOf(said, attachments.length > 0 || shown !== '');
  const { background, follow }: Found = isCommand(text, author)
    ? { background: {} }
    : await message.background(!(await parts.intake.hasSession(address)), undefined);
  await take({
    ...{ address, sourceId, messageId, writtenAt, text, author, timeZone, isAside, images, attachments },
    ...(message.isPrivate ? { isPrivate: true } : {}),
    background: { ...background, ...(shown ? { shown } : {}) },
  });
  follow?.();
  await tell();
}

/** Makes a message what it is by now, where it was taken in and nobody has read it yet. */
async function correct(
  parts: InboundParts,
  message: Written,
  { before, change, isNewsLater }: Edit,
): Promise<void> {
  const { address, sourceId, messageId, writtenAt } = message;
  const mayUse = async () => (await parts.gate.refusal(address, await message.who())) === undefined;
  await parts.intake.edited({
    ...{ sourceId, address, messageId, writtenAt, change },
    isForBot: async () => isNewsLater && (await isForBot(parts, message)) && mayUse(),
    apply: async (pending) => ((await mayUse()) ? edited(parts, { message, before }, pending) : undefined),
  });
}

/**
 * What an edit makes of a message that waits: the words as they are now, what these link to, and the files
 * that are still there. What was said before the mention stays. Undefined where the person has changed
 * nothing.
 */
async function edited(
  { attachments: rules }: InboundParts,
  { message, before }: { message: Written; before: Written | undefined },
  pending: PendingMessage,
): Promise<EditedMessage | undefined> {
  const said = await message.words();
  const ids = message.fileIds.map(attachmentId);
  const present = new Set(ids);
  const removed = (pending.files ?? []).filter((id) => !present.has(id));
  const known = new Set([...(pending.files ?? []), ...(before ?? message).fileIds.map(attachmentId)]);
  const files = await message.files();
  const added = files.filter(({ id }) => !known.has(attachmentId(id)));
  const { images, attachments, problems, missing } = await receiveFiles(added, rules);
  if (problems.length > 0) await message.tell(problems.join(' '));
  const kept = (pending.files ?? ids).filter((id) => present.has(id));
  const shown = await message.shown(new Set(missing));
  const text = wordsOf(said, kept.length + attachments.length > 0 || shown !== '');
  if (text === pending.text && removed.length + attachments.length === 0) return undefined;
  // Where it was a command that began the session, nobody has looked at what was said before.
  const found =
    pending.text === undefined
      ? await message.background(pending.isFirst, undefined)
      : await message.background(false, pending.background);
  found.follow?.();
  return {
    text,
    background: { ...found.background, shown: shown || undefined },
    images,
    attachments,
    removed,
  };
}
