import { LAST } from '../session/store/deliveries.ts';
import { changePending, lockPending, type Pending, pendingFrom } from '../session/store/inbox.ts';
import type { Deletion } from '../session/store/incoming.ts';
import { type IntakeParts, removeFiles } from './parts.ts';

/** Takes back a message that no turn has read yet. */
export async function deleted(parts: IntakeParts, { sourceId, isForBot }: Deletion): Promise<void> {
  for (let isNoted = false; ; ) {
    const pending = await pendingFrom(parts.db, sourceId);
    if (pending === 'read') return;
    if (pending !== undefined) {
      if (await takeBack(parts, pending)) return;
    } else {
      if (isNoted || !(await isForBot())) return;
      isNoted = true;
      if (await parts.deliveries.note(sourceId, { at: LAST, isGone: true })) return;
    }
  }
}

const takeBack = ({ db, clock }: IntakeParts, pending: Pending): Promise<boolean> =>
  db.transaction('taking back a message', async (tx) => {
    if (!(await lockPending(tx, pending))) return false;
    await removeFiles(tx, pending.message.files ?? []);
    await changePending(tx, pending.id, { editedAt: LAST, appliedAt: clock.now() });
    return true;
  });
