import type { Snapshot } from '../../session/snapshot.ts';
import * as record from '../../session/store/record.ts';
import { isSettled, type ToolCall } from '../../session/tool-calls.ts';
import type { Scope } from './scope.ts';

/**
 * A message that comes while calls are open steers the work: open approvals are abandoned (unless it is an
 * aside), and calls whose job runs on get an interim result, so that the model can answer now and hears of
 * the job's end later.
 */
export async function letGo(
  scope: Scope,
  author: string,
  why: 'message' | 'replaced' | 'closed',
  isAside = false,
): Promise<void> {
  const { tx, sessionId, snapshot, outside } = scope;
  for (const call of open(snapshot)) {
    if (call.state.kind === 'awaiting_approval' && isAside) continue;
    if (call.state.kind === 'awaiting_approval') {
      await record.moveToolCall(tx, sessionId, call.id, ['awaiting_approval'], {
        kind: 'abandoned',
        why,
        request: call.state.request,
        at: outside.now(),
        output: LET_GO[why](author),
      });
    } else if (call.state.kind === 'waiting' && call.state.follows !== undefined) {
      if (why === 'message') continue; // what people approved begins once its test has passed
      await record.moveToolCall(tx, sessionId, call.id, ['waiting'], {
        kind: 'done',
        at: outside.now(),
        output: `${LET_GO[why](author)} Its smoke test may still be running, and the run does not begin after it.`,
      });
    } else if (call.state.kind === 'waiting') {
      const watch = snapshot.watches.find((item) => item.toolCallId === call.id);
      const status = watch ? outside.jobStatus(watch) : 'The job is still running.';
      await record.moveToolCall(tx, sessionId, call.id, ['waiting'], {
        kind: 'done',
        at: outside.now(),
        output: `${status}\nIt goes on running, and you will be told when it ends. ${author} has just written: answer that now, and do not poll the job.`,
      });
    }
  }
}

const LET_GO: Readonly<Record<'message' | 'replaced' | 'closed', (by: string) => string>> = {
  message: (by) =>
    `${by} wrote a message instead of approving, so this call was not run. Read the message first; propose the call again if it is still wanted.`,
  replaced: (by) => `${by} asked for something else instead of approving, so this call was not run.`,
  closed: (by) => `${by} ended what this call was for, so it was not run.`,
};

/** Cancels all open calls. One that was approved and is already running ends as `unknown`. */
export async function cancelOpen({ tx, sessionId, snapshot, outside }: Scope, by: string): Promise<void> {
  for (const call of open(snapshot)) {
    // What people have let begin may have had its effect, and cost what it may: that is not given back.
    const isBegun = call.state.kind === 'running' && call.approval !== undefined;
    await record.moveToolCall(tx, sessionId, call.id, [call.state.kind], {
      kind: isBegun ? 'unknown' : 'cancelled',
      at: outside.now(),
      output: isBegun
        ? `${by} stopped the work while this call was made: it is not known whether it had its effect. Look at what is there before you repeat it.`
        : `${by} stopped the work before this call was finished.`,
    });
  }
}

const open = (snapshot: Snapshot): ToolCall[] => snapshot.toolCalls.filter((call) => !isSettled(call.state));
