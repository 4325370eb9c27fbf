import { replaceScript } from '../approvals/script-files.ts';
import { isCatchUp, isCommand } from '../intake/commands.ts';
import type { Intake } from '../intake/intake.ts';
import { attachmentId, receiveFiles, wordsOf } from '../intake/received.ts';
import type { EditedMessage, PendingMessage } from '../session/store/incoming.ts';
import { catchUpCard } from './catch-up.ts';
import type { ControllerDeps } from './clicks.ts';
import type { Gate } from './gate.ts';
import type { Who } from './people.ts';
import type { Changing, Deleted, Edit, Found, Written } from './written.ts';

/*
 * From what people wrote to what intake is given, the same on every platform: whether a message is for the
 * bot, who wrote it and whether they may, its words, files and what is shown with it, and what becomes of all
 * that by an edit.
 */

type MessageDeps = Pick<
  ControllerDeps,
  'intake' | 'decisions' | 'attachments' | 'sessions' | 'traits' | 'gate'
>;

/**
 * Takes in a message that is for the bot. One that is told as it is after an edit is corrected too, where it
 * had been taken in before.
 */
export async function onMessage(
  deps: MessageDeps,
  message: Written,
  changed: Changing = () => message,
  edit?: Edit,
): Promise<void> {
  if (!(await isForBot(deps, message))) return;
  await takeIn(deps, message, changed);
  if (edit !== undefined) await correct(deps, message, edit);
}

/**
 * Takes up an edit; `before` is the message itself where nothing that a person wrote was changed. One by
 * which a message is for the bot for the first time is that message. Where it is not known what it said
 * before, one that addresses the bot is taken in, which has an effect once.
 */
export async function onEdit(
  deps: MessageDeps,
  message: Written,
  edit: Edit,
  changed: Changing = () => message,
): Promise<void> {
  const { before } = edit;
  const isNew =
    before === undefined
      ? message.isAddressed
      : before !== message && (await isForBot(deps, message)) && !(await isForBot(deps, before));
  if (isNew) await takeIn(deps, message, changed);
  await correct(deps, message, edit);
}

/** Takes back a message that was deleted. */
export async function onDeleted(deps: MessageDeps, { sourceId, was }: Deleted): Promise<void> {
  await deps.intake.deleted({
    sourceId,
    isForBot: async () => was === 'unknown' || (was !== 'nothing' && (await isForBot(deps, was))),
  });
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

/** How a message is taken in, once it is known that who wrote it may use the bot there. */
type Taking = { deps: MessageDeps; message: Written; take: Intake['message'] };

async function takeIn(deps: MessageDeps, { address, sourceId }: Written, changed: Changing): Promise<void> {
  await deps.intake.once({ sourceId, address }, async (take, change) => {
    const message = changed(change);
    await admitted(
      deps,
      message,
      (who) => receive({ deps, message, take }, who),
      async (refusal, who) => {
        // Whoever only writes in a thread has not asked for anything.
        if (message.isAddressed && (await deps.gate.tells(message.address, who))) await message.tell(refusal);
      },
    );
  });
}

/**
 * Does `work` for who wrote a message, where they may use the bot there, else what `refused` says. The one
 * place where that is asked of messages: what is not for the bot looks nobody up.
 */
async function admitted<T>(
  { gate }: MessageDeps,
  { address, who: lookUp }: Written,
  work: (who: Who) => Promise<T>,
  refused: (refusal: string, who: Who) => Promise<T>,
): Promise<T> {
  const who = await lookUp();
  const refusal = await gate.refusal(address, who);
  return refusal === undefined ? work(who) : refused(refusal, who);
}

async function receive({ deps, message, take }: Taking, who: Who): Promise<void> {
  const { address, sourceId, messageId, writtenAt } = message;
  const author = await who.person();
  const timeZone = await who.timeZone?.();
  const said = await message.words();
  if (message.show !== undefined && isCatchUp(said, author)) {
    return message.show(await catchUpCard(deps, address));
  }
  if (message.hasThread !== undefined && !(await message.hasThread())) return;
  const files = await message.files();
  const replaced = await Promise.all(
    files.map((file) => replaceScript(deps.decisions, file, address, author)),
  );
  const isAside = replaced.some(({ isMeant }) => isMeant);
  const others = files.filter((_file, i) => !replaced[i]?.isMeant);
  const { images, attachments, missing, ...received } = await receiveFiles(others, deps.attachments);
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
    : await message.background(!(await deps.intake.hasSession(address)), undefined);
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
  deps: MessageDeps,
  message: Written,
  { before, change, isNewsLater }: Edit,
): Promise<void> {
  const { address, sourceId, messageId, writtenAt } = message;
  await deps.intake.edited({
    ...{ sourceId, address, messageId, writtenAt, change },
    isForBot: async () =>
      isNewsLater &&
      (await isForBot(deps, message)) &&
      admitted(
        deps,
        message,
        async () => true,
        async () => false,
      ),
    apply: (pending) =>
      admitted(
        deps,
        message,
        () => edited(deps, { message, before }, pending),
        async () => undefined,
      ),
  });
}

/**
 * What an edit makes of a message that waits: the words as they are now, what these link to, and the files
 * that are still there. What was said before the mention stays. Undefined where the person has changed
 * nothing.
 */
async function edited(
  { attachments: rules }: MessageDeps,
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
