import { messageOf } from '../../lib/errors.ts';
import { type Sandbox, type Sandboxes, SandboxUnavailable } from '../../sandbox/sandbox.ts';
import type { ToolContext, ToolResult } from '../tool.ts';

/** Does something in the session's sandbox; what goes wrong there is a result that the model can act on. */
export async function inSandbox(
  sandboxes: Sandboxes,
  { sessionId, signal, show }: ToolContext,
  act: (sandbox: Sandbox) => Promise<ToolResult>,
): Promise<ToolResult> {
  try {
    const sandbox = await sandboxes.open(sessionId, signal, show);
    const result = await act(sandbox);
    const hasOutput = result.kind === 'done' || result.kind === 'failed';
    return hasOutput && sandbox.notice
      ? { ...result, output: `${sandbox.notice}\n\n${result.output}` }
      : result;
  } catch (error) {
    signal.throwIfAborted();
    const advice =
      error instanceof SandboxUnavailable
        ? ' Tell people so, and go on without running code here: hf_jobs can run it on Hugging Face hardware.'
        : '';
    return { kind: 'failed', output: `${messageOf(error)}${advice}` };
  }
}
