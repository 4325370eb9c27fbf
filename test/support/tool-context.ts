import { createRedaction } from '../../src/lib/redaction.ts';
import type { ApprovalRequest } from '../../src/session/tool-calls.ts';
import type { PreparedCall, Tool, ToolContext, ToolResult } from '../../src/tools/tool.ts';

/** What a tool is run with outside of a session: nothing is stopped, lost or shown. */
export const toolContext: ToolContext = {
  sessionId: 's1',
  address: { platform: 'slack', workspace: 'T1', channel: 'C1', thread: '1.1' },
  callId: 'c1',
  approved: undefined,
  watches: [],
  signal: new AbortController().signal,
  assertHeld: () => {},
  redaction: createRedaction(),
  show: () => {},
  note: () => {},
  ask: async () => undefined,
  evidence: () => [],
  wasTold: () => false,
  journal: { entries: async () => [], append: async () => {} },
  announcements: { begin: async () => ({ kind: 'begun' }), look: async () => [], leave: async () => [] },
};

/** Runs a tool as a model would call it. Throws where its arguments are refused. */
export async function runTool(tools: readonly Tool[], name: string, args: object): Promise<ToolResult> {
  return prepared(tools, name, args).run(toolContext);
}

/** What people are asked before a tool is run; undefined where they are not. */
export async function askedBy(
  tools: readonly Tool[],
  name: string,
  args: object,
): Promise<ApprovalRequest | undefined> {
  return prepared(tools, name, args).approval(toolContext);
}

function prepared(tools: readonly Tool[], name: string, args: object): PreparedCall {
  const call = tools.find((tool) => tool.name === name)?.prepare(JSON.stringify(args));
  if (!call?.ok) throw new Error(call?.error ?? `there is no tool ${name}`);
  return call.call;
}
