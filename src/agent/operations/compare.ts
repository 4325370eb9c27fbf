import { addFile, uniqueName } from '../../session/store/files.ts';
import * as record from '../../session/store/record.ts';
import { TOO_FEW_RUNS } from '../../thread/words/comparison.ts';
import { type Asked, type Change, notice, type OperationOf } from './scope.ts';

/** Shows runs of the channel side by side: in tables, and their losses in a picture. */
export async function compareRuns(
  { watchIds }: OperationOf<'compare_jobs'>,
  { snapshot: { session }, outside }: Asked,
): Promise<Change> {
  const made = await outside.compareRuns(session, watchIds);
  if (made === undefined) return (scope) => notice(scope, TOO_FEW_RUNS);
  const { text, tables, picture } = made;
  return async ({ tx, sessionId, snapshot }) => {
    const { exchange } = snapshot.session;
    await record.addMessage(tx, sessionId, exchange, { role: 'notice', text, tables });
    if (picture === undefined) return;
    const id = outside.nextId('f');
    const file = { id, name: uniqueName('losses.png', id), bytes: picture.bytes, alt: picture.alt };
    await addFile(tx, sessionId, exchange, file, picture.title);
  };
}
