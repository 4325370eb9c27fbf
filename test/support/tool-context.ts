import type { ToolContext } from '../../src/tools/tool.ts';

/** What a tool is run with outside of a session: nothing is stopped, lost or shown. */
export const toolContext: ToolContext = {
  sessionId: 's1',
  callId: 'c1',
  watches: [],
  signal: new AbortController().signal,
  assertHeld: () => {},
  show: () => {},
};
