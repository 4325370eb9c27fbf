import type { Tx } from '../db/database.ts';
import { isPosted } from '../session/store/posted.ts';
import type { ApprovalRequest, ToolCall } from '../session/tool-calls.ts';
import { isComplete, wholeFile } from '../session/what-runs.ts';
import { ASKED_BY_OLDER, NOT_SHOWN } from '../thread/words/approvals.ts';

/** Why nobody can have seen all of what they would approve; undefined where the thread shows it. */
export async function unseen(
  tx: Tx,
  sessionId: string,
  { id }: ToolCall,
  request: ApprovalRequest,
): Promise<string | undefined> {
  if (!isComplete(request)) return ASKED_BY_OLDER;
  const file = wholeFile(id, request);
  return file === undefined || (await isPosted(tx, sessionId, file.key)) ? undefined : NOT_SHOWN;
}
