import { type Known, knowingGroups } from '../approvals/approvers.ts';
import type { ThreadAddress } from '../session/address.ts';
import type { Operation } from '../session/operations.ts';
import { type Change, createDeliveries } from '../session/store/deliveries.ts';
import { insertOperation } from '../session/store/inbox.ts';
import type { Deletion, Edit, IncomingMessage } from '../session/store/incoming.ts';
import { sessionAt } from '../session/store/session-at.ts';
import { edited } from './edit.ts';
import { checked, hasSession, type IntakeDeps, type IntakeParts, isBeforeSession } from './parts.ts';
import { take } from './take.ts';
import { deleted } from './take-back.ts';

/** Takes in one message; where it was changed before that, as it was changed. */
type Take = (incoming: IncomingMessage) => Promise<void>;

/**
 * Where everything that people do comes in, whatever the platform. Each call is committed before it returns.
 */
export type Intake = {
  message: Take;
  /**
   * Does `work` for a message, once however often it is delivered and to however many processes: whatever
   * comes before the message is handed to `take`, as looking up who wrote it, and telling them why something
   * could not be taken. `change` is what was done to the message before anybody had it. Not done at all for a
   * message that was deleted by then.
   */
  once(
    message: Pick<IncomingMessage, 'address' | 'sourceId'>,
    work: (take: Take, change: Change | undefined) => Promise<void>,
  ): Promise<void>;
  /**
   * Changes a message that no turn has read yet; later edits change nothing, nor do older ones that come
   * after newer.
   */
  edited(edit: Edit): Promise<void>;
  /** Takes back a message that no turn has read yet. */
  deleted(deletion: Deletion): Promise<void>;
  /** An operation from a button. False where the thread has no session. */
  operate(address: ThreadAddress, operation: Operation, sourceId: string): Promise<boolean>;
  hasSession(address: ThreadAddress): Promise<boolean>;
  /** Whether a message was written before the one with which its thread's session began. */
  isBeforeSession(
    address: ThreadAddress,
    message: Pick<IncomingMessage, 'messageId' | 'writtenAt'>,
  ): Promise<boolean>;
  /**
   * Whether nobody has asked this of a click or a command before: every process is told of it, and one does
   * it.
   */
  isFirst(sourceId: string): Promise<boolean>;
};

export function createIntake(deps: IntakeDeps): Intake {
  const deliveries = createDeliveries(deps.db, deps.clock, deps.ids);
  const parts: IntakeParts = { ...deps, deliveries, known: new Set(), zones: new Map() };
  return {
    message: (incoming) => once(parts, incoming, (taking) => taking(incoming)),
    once: (message, work) => once(parts, message, work),
    edited: (edit) => edited(parts, edit),
    deleted: (deletion) => deleted(parts, deletion),
    operate: (address, operation, sourceId) => operate(parts, address, operation, sourceId),
    hasSession: (address) => hasSession(parts, address),
    isBeforeSession: (address, message) => orTold(parts, address, isBeforeSession(parts, address, message)),
    isFirst: deliveries.isFirst,
  };
}

/** Tells a thread where what somebody wrote there can't be taken: who delivered it will do so again. */
async function orTold<T>(
  { delayed }: Pick<IntakeParts, 'delayed'>,
  address: ThreadAddress,
  work: Promise<T>,
): Promise<T> {
  try {
    return await work;
  } catch (error) {
    delayed(address);
    throw error;
  }
}

async function once(
  parts: IntakeParts,
  { address, sourceId }: Pick<IncomingMessage, 'address' | 'sourceId'>,
  work: Parameters<Intake['once']>[1],
): Promise<void> {
  const taken = parts.deliveries.once(sourceId, async (change) => {
    if (!change?.isGone) await work((incoming) => take(parts, incoming), change);
  });
  await orTold(parts, address, taken);
}

async function operate(
  parts: IntakeParts,
  address: ThreadAddress,
  operation: Operation,
  sourceId: string,
): Promise<boolean> {
  const id = await sessionAt(parts.db, address);
  if (id === undefined) return false;
  const insert = (known: Known) =>
    parts.db.transaction(`${operation.kind} in session ${id}`, async (tx) =>
      insertOperation(tx, id, sourceId, await checked(parts, tx, id, operation, known)),
    );
  await ('by' in operation ? knowingGroups(parts.policy, operation.by, insert) : insert(() => undefined));
  await parts.wake(id);
  await parts.render(id); // whoever waits for a worker is told so
  return true;
}
