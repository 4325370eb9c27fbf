import { attachmentId, wordsOf } from '../../src/intake/received.ts';
import type { ThreadAddress } from '../../src/session/address.ts';
import type { Background } from '../../src/session/background.ts';
import type { EditedMessage, PendingMessage } from '../../src/session/store/incoming.ts';
import { type fileReader, keptId, type wholeFiles } from './files.ts';
import type { WrittenMessage } from './payloads.ts';
import type { People } from './people.ts';
import type { TellInThread } from './private-answers.ts';
import { sharedIn } from './reading.ts';
import { sourceOf } from './source.ts';
import { readable } from './text.ts';
import type { Rest, ThreadReader } from './thread-reader.ts';

export type EditDeps = {
  people: Pick<People, 'name'>;
  bot: { userId: string };
  tell: TellInThread;
  thread: ThreadReader;
  /** Has a session told what could not be read of its thread, once it can be. */
  follows(address: ThreadAddress, sourceId: string, rest: Rest): void;
  wholeFiles: ReturnType<typeof wholeFiles>;
  filesOf: ReturnType<typeof fileReader>;
};

/** A message as an edit has left it, and as it was before, where Slack tells that. */
export type Changed = { now: WrittenMessage; before: WrittenMessage | undefined; address: ThreadAddress };

/**
 * What an edit makes of a message that waits: the words as they are now, the messages that these link to, and
 * the files that are still there. What was said before the mention stays. Undefined where the person has
 * changed nothing.
 */
export async function editOf(
  { now, before, address }: Changed,
  pending: PendingMessage,
  deps: EditDeps,
): Promise<EditedMessage | undefined> {
  const said = await readable(now.text, deps.bot.userId, { person: deps.people.name });
  const files = await deps.wholeFiles(now.files ?? []);
  const idOf = ({ id }: { id: string }) => attachmentId(keptId(id, now.ts));
  const present = new Set(files.map(idOf));
  const removed = (pending.files ?? []).filter((id) => !present.has(id));
  const known = new Set([...(pending.files ?? []), ...(before?.files ?? files).map(idOf)]);
  const { images, attachments, problems, unread } = await deps.filesOf(
    files.filter((file) => !known.has(idOf(file))),
    now.ts,
  );
  if (problems.length > 0) await deps.tell(now.channel, now.user, problems.join(' '), now.thread_ts);
  const kept = (pending.files ?? files.map(idOf)).filter((id) => present.has(id));
  const reader = { people: deps.people, botUserId: deps.bot.userId };
  const shown = await sharedIn(reader, now, unread);
  const text = wordsOf(said, kept.length + attachments.length > 0 || shown !== '');
  if (text === pending.text && removed.length + attachments.length === 0) return undefined;
  const background = await backgroundNow(now, address, pending, deps);
  return { text, background: { ...background, shown: shown || undefined }, images, attachments, removed };
}

/** The message that calls the bot, and when: one that was edited calls it once it is what it is by now. */
export function calledBy({ ts, edited }: Pick<WrittenMessage, 'ts' | 'edited'>): { ts: string; at: string } {
  const wholeSecond = edited && String(Math.floor(Number(edited.ts)) + 1);
  return { ts, at: wholeSecond !== undefined && Number(wholeSecond) > Number(ts) ? wholeSecond : ts };
}

async function backgroundNow(
  message: WrittenMessage,
  address: ThreadAddress,
  pending: PendingMessage,
  { thread, follows }: EditDeps,
): Promise<Background> {
  // Where it was a command that began the session, nobody has looked at what was said before.
  const isNew = pending.text === undefined && pending.isFirst && message.thread_ts !== undefined;
  const found = isNew ? await thread.before(address, calledBy(message)) : undefined;
  if (found?.rest) follows(address, sourceOf(address.workspace, message), found.rest);
  const before = isNew ? found?.text : pending.background.before;
  const linked = await thread.linked(address.channel, message.text, pending.background.linked);
  return { ...pending.background, before, linked: linked.length > 0 ? linked : undefined };
}
