import { type Known, knowingGroups } from '../approvals/approvers.ts';
import type { Tx } from '../db/database.ts';
import { keepFile } from '../session/store/files.ts';
import { changePending, lockPending, type Pending, pendingFrom } from '../session/store/inbox.ts';
import type { Edit, EditedMessage } from '../session/store/incoming.ts';
import { touch } from '../session/store/lease.ts';
import { isBetweenPeople } from './asides.ts';
import { type Asked, askedBy } from './asked.ts';
import { attachmentsIn, placed, placedIn } from './attachments.ts';
import {
  checked,
  cleaned,
  follow,
  type IntakeParts,
  removeFiles,
  say,
  withCleanName,
  withFiles,
} from './parts.ts';
import { pictureId } from './received.ts';

/**
 * Changes a message that no turn has read yet; later edits change nothing, nor do older ones that come after
 * newer.
 */
export async function edited(parts: IntakeParts, edit: Edit): Promise<void> {
  for (let isNoted = false; ; ) {
    const pending = await pendingFrom(parts.db, edit.sourceId);
    if (pending === 'read') return;
    if (pending !== undefined) {
      if (await rewrite(parts, pending, edit)) return;
    } else {
      if (isNoted || !(await edit.isForBot())) return;
      isNoted = true;
      const { text, ...change } = edit.change;
      const noted = { ...change, ...(text === undefined ? {} : { text: parts.db.redaction.text(text) }) };
      if (await parts.deliveries.note(edit.sourceId, noted)) return;
    }
  }
}

/** Makes a message that waits what it is after an edit. False where it was changed or read meanwhile. */
async function rewrite(parts: IntakeParts, pending: Pending, edit: Edit): Promise<boolean> {
  const { author } = pending;
  const { at } = edit.change;
  if (pending.editedAt !== undefined && pending.editedAt >= at) return true;
  const made = await edit.apply(pending.message);
  const isAside = pending.operation.kind === 'user_input' && pending.operation.isAside;
  const words = made && cleaned(parts, { ...edit, ...made, author, isAside });
  const isForAgent = words !== undefined && words.text !== '' && !isBetweenPeople(words.text);
  const asked = isForAgent ? await askedBy(parts, words) : undefined;
  const isWritten = await knowingGroups(parts.policy, author, (known) =>
    parts.db.transaction('taking in an edit', async (tx) => {
      if (!(await lockPending(tx, pending))) return false;
      await rewriteIn(tx, parts, pending, at, made, asked, known);
      return true;
    }),
  );
  if (isWritten && asked) await follow(parts, edit.address, pending.sessionId, asked);
  else if (isWritten) await parts.render(pending.sessionId); // it is not waited for any more
  return isWritten;
}

async function rewriteIn(
  tx: Tx,
  parts: IntakeParts,
  { id, sessionId, operation }: Pending,
  editedAt: string,
  made: EditedMessage | undefined,
  asked: Asked | undefined,
  known: Known,
): Promise<void> {
  if (made === undefined) return changePending(tx, id, { editedAt });
  const { images = [], attachments = [], removed } = made;
  await removeFiles(tx, removed);
  if (asked?.kind !== 'queued') {
    // It asks for nothing any more, or for what is answered at once.
    await changePending(tx, id, { editedAt, appliedAt: parts.clock.now() });
    await touch(tx, sessionId); // that it waits is not shown any more
    const told = await asked?.answer(tx, sessionId, known);
    if (told !== undefined) await say(tx, sessionId, told);
    return;
  }
  const there = await attachmentsIn(tx, sessionId);
  const attached = placed(
    attachments.map((file) => withCleanName(parts, file)),
    new Set(there.map(({ path }) => path)),
  );
  for (const file of [...images, ...attached]) await keepFile(tx, sessionId, file);
  const before = operation.kind === 'user_input' ? operation : undefined;
  const isGone = new Set([...removed, ...removed.map(pictureId)]);
  const kept = (ids: readonly string[] = []) => ids.filter((file) => !isGone.has(file));
  const all = [...kept(before?.files), ...attached.map((file) => file.id)];
  const changed = withFiles(asked.operation, {
    images: [...kept(before?.images), ...images.map((image) => image.id)],
    files: all,
    attached: await placedIn(tx, all),
  });
  await changePending(tx, id, { editedAt, operation: await checked(parts, tx, sessionId, changed, known) });
  if (asked.told !== undefined) await say(tx, sessionId, asked.told);
}
