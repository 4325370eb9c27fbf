import { eq, inArray } from 'drizzle-orm';
import type { ApproverPolicy, Known } from '../approvals/approvers.ts';
import { isOneOf, sceneIn } from '../approvals/scene.ts';
import type { Tx } from '../db/database.ts';
import { sessions } from '../db/schema/sessions.ts';
import { files } from '../db/schema/transcript.ts';
import type { Person, ThreadAddress } from '../session/address.ts';
import { mapTexts } from '../session/background.ts';
import type { Operation } from '../session/operations.ts';
import type { Deliveries } from '../session/store/deliveries.ts';
import type { IncomingMessage } from '../session/store/incoming.ts';
import { addMessage } from '../session/store/record.ts';
import { firstMessage, sessionAt } from '../session/store/session-at.ts';
import { isWrittenBefore } from '../session/written-at.ts';
import { whoMayEndJobs } from '../thread/words/approvals.ts';
import type { Asked, AskedDeps, Told, Words } from './asked.ts';
import { attachedNote, type Placed } from './attachments.ts';
import { pictureId } from './received.ts';

export type IntakeDeps = AskedDeps & {
  /** Who may let models go on past a budget. */
  budgetApprovers: readonly string[];
  /** Notes who may decide in a channel, before somebody has to be called. */
  noteApprovers?(place: ThreadAddress): Promise<void>;
  /** Asks for a turn; says whether that could be done. */
  wake(sessionId: string): Promise<boolean>;
  /** Told of a thread whose message is kept, or could not be, while storage is away. */
  delayed(address: ThreadAddress, timeZone?: string): void;
  /** Told of a thread whose message is taken up: somebody waits there. */
  taken?(address: ThreadAddress, timeZone?: string): void;
  render(sessionId: string): Promise<void>;
};

/** What messages are taken in with. `known` are threads that are known to have a session. */
export type IntakeParts = IntakeDeps & {
  deliveries: Deliveries;
  known: Set<string>;
  /** The time zones of people that were written down already, as their platform knows them. */
  zones: Map<string, string>;
};

/** Words without secrets. */
export const cleaned = ({ db: { redaction } }: IntakeParts, words: Words): Words => ({
  ...words,
  text: redaction.text(words.text).trim(),
  background: words.background && mapTexts(words.background, redaction.text),
});

/** Its name is where the agent finds it, and a part of what a model is told. */
export const withCleanName = <File extends { name: string }>(
  { db: { redaction } }: IntakeParts,
  file: File,
): File => ({
  ...file,
  name: redaction.text(file.name),
});

/** Sessions are never deleted, so a thread that had one has one: known even while the record is away. */
export async function hasSession({ db, known }: IntakeParts, address: ThreadAddress): Promise<boolean> {
  const key = JSON.stringify(address);
  if (known.has(key)) return true;
  const isFound = (await sessionAt(db, address)) !== undefined;
  if (known.size >= KNOWN_THREADS) known.clear();
  if (isFound) known.add(key);
  return isFound;
}

/**
 * Whether a message was written before the one that began its thread's session, which was told of it as what
 * was said before: read back, it asks for nothing.
 */
export async function isBeforeSession(
  { db }: Pick<IntakeParts, 'db'>,
  address: ThreadAddress,
  message: Pick<IncomingMessage, 'messageId' | 'writtenAt'>,
): Promise<boolean> {
  const first = await firstMessage(db, address, message.writtenAt?.at);
  return first !== undefined && isWrittenBefore(message, first);
}

/** An operation with what only the server can say of it. */
export async function checked(
  { policy, budgetApprovers }: IntakeParts,
  tx: Tx,
  sessionId: string,
  operation: Operation,
  known: Known,
): Promise<Operation> {
  if (operation.kind === 'interrupt' || operation.kind === 'undo' || operation.kind === 'cancel_job') {
    return withRight(policy, tx, sessionId, operation, known);
  }
  if (operation.kind !== 'resume') return operation;
  const scene = await sceneIn(tx, sessionId, operation.by, known);
  const state = scene?.session.state;
  if (scene === undefined || state?.kind !== 'failed' || !state.failure.isOverBudget) return operation;
  return { ...operation, mayPassBudgets: isOneOf(scene, budgetApprovers) };
}

/** Anybody who may write stops the work; what is paid for is ended by those who may approve it. */
async function withRight<
  Ending extends Extract<Operation, { mayNotEndJobs?: string | undefined; by: Person }>,
>(policy: ApproverPolicy, tx: Tx, sessionId: string, operation: Ending, known: Known): Promise<Ending> {
  const scene = await sceneIn(tx, sessionId, operation.by, known);
  if (scene === undefined) return operation;
  const { address, rules, requester } = scene.session;
  const approvers = policy.approversOf(address, rules);
  if (isOneOf(scene, approvers)) return operation;
  const mayNotEndJobs = whoMayEndJobs(approvers, requester, policy.mentionsOf(address.platform));
  return { ...operation, mayNotEndJobs };
}

/** Has somebody go on with what was asked, or shows what it was answered. */
export async function follow(
  parts: IntakeParts,
  address: ThreadAddress,
  sessionId: string,
  asked: Asked,
  timeZone?: string,
): Promise<void> {
  if (asked.kind === 'answered') {
    if (asked.wakes && !(await parts.wake(sessionId))) parts.delayed(address, timeZone);
    for (const id of asked.changed?.() ?? []) await parts.render(id);
    return parts.render(sessionId);
  }
  parts.taken?.(address, timeZone);
  if (!(await parts.wake(sessionId))) parts.delayed(address, timeZone);
  await parts.render(sessionId); // that it was heard is shown at once, however long a step takes
}

/** Answers in the thread, besides the model. */
export async function say(tx: Tx, sessionId: string, told: Told): Promise<void> {
  const [row] = await tx
    .select({ exchange: sessions.exchange })
    .from(sessions)
    .where(eq(sessions.id, sessionId));
  await addMessage(tx, sessionId, row?.exchange ?? 0, {
    role: 'notice',
    ...(typeof told === 'string' ? { text: told } : told),
  });
}

type Files = {
  images: readonly string[];
  files: readonly string[];
  attached: readonly Placed[];
};

/** A message with its files; any other operation as it is. */
export function withFiles(operation: Operation, { images, files: all, attached }: Files): Operation {
  if (operation.kind !== 'user_input') return operation;
  const { images: _images, attached: _attached, ...rest } = operation;
  return {
    ...rest,
    files: [...all],
    ...(images.length > 0 ? { images: [...images] } : {}),
    ...(attached.length > 0 ? { attached: attachedNote(attached) } : {}),
  };
}

/** Lets go of attachments of a message that is not read with them, and of the pictures among them. */
export async function removeFiles(tx: Tx, attachments: readonly string[]): Promise<void> {
  if (attachments.length === 0) return;
  await tx.delete(files).where(
    inArray(
      files.id,
      attachments.flatMap((id) => [id, pictureId(id)]),
    ),
  );
}

const KNOWN_THREADS = 20_000;
