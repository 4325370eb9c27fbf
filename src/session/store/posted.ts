import { and, eq, isNotNull, isNull } from 'drizzle-orm';
import type { Queries, Tx } from '../../db/database.ts';
import { posts } from '../../db/schema/threads.ts';
import { wholeFile } from '../what-runs.ts';
import { findToolCall } from './read-snapshot.ts';

/** Whether the thread has the first message of a view's message with this key, as it should be. */
export async function isPosted(tx: Tx, sessionId: string, key: string): Promise<boolean> {
  const found = await tx
    .select({ key: posts.key })
    .from(posts)
    .where(
      and(
        eq(posts.sessionId, sessionId),
        eq(posts.key, `${key}#0`),
        isNotNull(posts.platformId),
        isNull(posts.refused),
      ),
    );
  return found.length > 0;
}

/**
 * What is in the file with all of a call's request; undefined where the call has been changed since, and
 * another file is about it.
 */
export async function wholeText(
  db: Queries,
  callId: string,
  fileId: string,
): Promise<Uint8Array | undefined> {
  const call = await findToolCall(db, callId);
  const request =
    call && (call.approval?.request ?? ('request' in call.state ? call.state.request : undefined));
  const file = request && wholeFile(callId, request);
  return file?.id === fileId ? Buffer.from(file.text) : undefined;
}
