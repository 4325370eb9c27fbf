import { sha256Of } from '../../lib/hash.ts';
import { fingerprint } from '../../sandbox/files.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import type { ReadFiles } from '../../session/store/read-files.ts';
import { inWork } from '../script-run.ts';
import type { ToolContext } from '../tool.ts';

/*
 * Nothing is replaced that the model has not seen: what it believes to stand in a file may be what people
 * attached, what a command wrote meanwhile, or what it knew before its conversation was made shorter.
 */

/** Notes what a session has seen of a file, or has just written there. */
export const noteSeen = (
  files: ReadFiles,
  { sessionId }: ToolContext,
  path: string,
  bytes: Uint8Array,
): Promise<void> => files.note(sessionId, inWork(path), sha256Of(Buffer.from(bytes)));

/** Whether a file is as the session has last seen it. */
export const isAsSeen = async (
  files: ReadFiles,
  { sessionId }: ToolContext,
  path: string,
  bytes: Uint8Array,
): Promise<boolean> => (await files.hashOf(sessionId, inWork(path))) === sha256Of(Buffer.from(bytes));

/**
 * Why a file may not be replaced as a whole; undefined where it may: it is not there, is empty, is what it is
 * to become, or is as the session has last seen it.
 */
export async function whyNotReplaced(
  sandbox: Sandbox,
  files: ReadFiles,
  path: string,
  content: Uint8Array,
  context: ToolContext,
): Promise<string | undefined> {
  const found = await fingerprint(sandbox, path, context.signal);
  if (found.kind !== 'file' || found.sha256 === sha256Of(Buffer.from(content))) return undefined;
  const { journal, sessionId } = context;
  // A process died while it wrote: what stands there is a part of what was let through.
  if ((await journal.entries()).length > 0) return undefined;
  const seen = await files.hashOf(sessionId, inWork(path));
  if (seen === found.sha256) {
    await journal.append({ kind: 'replaces', sha256: found.sha256 });
    return undefined;
  }
  const why =
    seen === undefined ? `is there already, and you have not read it` : 'has changed since you saw it';
  return `${path} ${why}, so nothing was written. Read it, then write it again; or change a part with edit, or take another path.`;
}
