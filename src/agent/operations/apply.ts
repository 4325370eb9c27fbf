import { messageOf } from '../../lib/errors.ts';
import type { Operation } from '../../session/operations.ts';
import type { Snapshot } from '../../session/snapshot.ts';
import { type PendingOperation, takeOperation } from '../../session/store/inbox.ts';
import { type Claim, fenced, LeaseLost } from '../../session/store/lease.ts';
import { compareRuns } from './compare.ts';
import { freshContext, interrupt, resume, retryAfterOutage, shutDown, undo } from './controls.ts';
import { decided } from './decided.ts';
import { cancelJob, jobAlarm, jobEnded, jobEndedUnseen, jobFile, runAgain, watchJob } from './jobs.ts';
import { type Asked, type Change, notice, type OperationOf, type Outside, shareFile } from './scope.ts';
import { changeModel, setEffort } from './settings.ts';
import { moreBackground, userInput } from './user-input.ts';

/**
 * Applies one operation in one commit, which holds its changes and marks it as done. `snapshot` is the
 * session just before. Applied again after a crash, it finds that mark and changes nothing.
 */
export async function applyOperation(
  held: Claim,
  snapshot: Snapshot,
  pending: PendingOperation,
  outside: Outside,
  signal: AbortSignal,
): Promise<void> {
  const { operation } = pending;
  const parts: Asked = { snapshot, outside };
  const change = await asked(operation, parts).catch((error: unknown) => {
    if (signal.aborted || error instanceof LeaseLost) throw error;
    return inVain(operation, parts, messageOf(error));
  });
  await fenced(held, async (tx) => {
    if (!(await takeOperation(tx, pending))) return;
    await change({ tx, snapshot, sessionId: held.sessionId, outside });
  });
}

/** Gets what an operation needs from outside the record, and returns the change that it then makes. */
async function asked(operation: Operation, parts: Asked): Promise<Change> {
  switch (operation.kind) {
    case 'user_input':
      return (scope) => userInput(scope, operation);
    case 'background':
      return (scope) => moreBackground(scope, operation.text);
    case 'exec_approval':
      return (scope) => decided(scope, operation.decisions);
    case 'compact':
      return async () => {}; // made void by what was asked after it; otherwise it is a step of its own
    case 'job_ended':
      return jobEnded(operation, parts);
    case 'job_alarm':
      return (scope) => jobAlarm(scope, operation);
    case 'watch_job':
      return watchJob(operation, parts);
    case 'cancel_job':
      return cancelJob(operation, parts);
    case 'compare_jobs':
      return compareRuns(operation, parts);
    case 'job_file':
      return jobFile(operation, parts);
    case 'rerun_job':
      return (scope) => runAgain(scope, operation);
    case 'interrupt':
      return interrupt(operation, parts);
    case 'undo':
      return undo(operation, parts);
    case 'new':
      return (scope) => freshContext(scope, operation.by.name);
    case 'resume':
      return (scope) => resume(scope, operation);
    case 'retry':
      return retryAfterOutage;
    case 'shutdown':
      return (scope) => shutDown(scope, operation.by.name);
    case 'model':
      return changeModel(operation, parts);
    case 'effort':
      return (scope) => setEffort(scope, operation.level);
    case 'export':
      return exportSession(operation, parts);
    case 'share':
      return share(parts);
    case 'unreadable':
      return (scope) => notice(scope, UNREADABLE);
    default:
      return operation satisfies never;
  }
}

async function exportSession(
  { format }: OperationOf<'export'>,
  { snapshot, outside }: Asked,
): Promise<Change> {
  const file = await outside.exportFile(await outside.whole(snapshot.session.id), format);
  return (scope) => shareFile(scope, file);
}

async function share({ snapshot, outside }: Asked): Promise<Change> {
  const text = await outside.share(await outside.whole(snapshot.session.id));
  return (scope) => notice(scope, text);
}

const UNREADABLE =
  'Something that was asked here can’t be read any more, so it was left out. Say it again if it still matters.';

/**
 * The change made by an operation that could not get what it needed from outside: it reports the problem, and
 * does not block the operations after it.
 */
function inVain(operation: Operation, parts: Asked, problem: string): Change {
  const unseen = operation.kind === 'job_ended' ? jobEndedUnseen(operation, parts, problem) : undefined;
  return unseen ?? ((scope) => notice(scope, `That did not work, so nothing was changed: ${problem}`));
}
