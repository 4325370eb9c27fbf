import { execFile } from 'node:child_process';
import { readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { wholeBeginning } from '../lib/cut.ts';

/** A workspace of some hundred thousand files takes less; what is left then is gone on with the next time. */
const REMOVING_MS = 5 * 60_000;

/**
 * Removes a session's folder with its workspace, whatever is in it: folders that nobody may enter, and ones
 * that lie deeper than any path is long. The workspace is emptied by processes of their own, with no more
 * rights than its owner's. Throws an Error with what `rm` said where something can't be removed.
 */
export async function removeFolders(own: string, uid: number | undefined): Promise<void> {
  const workspace = join(own, 'work');
  let trouble = '';
  // Its owner first: root follows no link that a command makes meanwhile.
  for (const owner of uid === undefined ? [undefined] : [uid, undefined]) {
    if (await isEmpty(workspace)) break;
    trouble = await emptied(workspace, owner);
  }
  if (!(await isEmpty(workspace))) throw new Error(`${workspace} can't be removed: ${trouble}`);
  await rmdir(workspace).catch(unlessMissing);
  await rm(own, { recursive: true, force: true, maxRetries: 3 });
}

const exec = promisify(execFile);

/** `rm` goes down from folder to folder, so no path becomes too long; names of files never reach a shell. */
const EMPTY = 'chmod -R u+rwX "$1" 2>/dev/null; exec find "$1" -mindepth 1 -delete';

/** Gives what it said that could not be removed. */
async function emptied(workspace: string, uid: number | undefined): Promise<string> {
  const who = uid === undefined ? {} : { uid, gid: uid };
  const options = { ...who, cwd: '/', timeout: REMOVING_MS, killSignal: 'SIGKILL', maxBuffer: 1e6 } as const;
  return exec('sh', ['-c', EMPTY, 'sh', workspace], options).then(
    () => '',
    (error: { stderr?: string; message: string }) =>
      wholeBeginning((error.stderr || error.message).split('\n', 1).join(''), 500),
  );
}

async function isEmpty(folder: string): Promise<boolean> {
  try {
    return (await readdir(folder)).length === 0;
  } catch (error) {
    return codeOf(error) === 'ENOENT'; // one that can't be looked into is not empty
  }
}

function unlessMissing(error: unknown): void {
  if (codeOf(error) !== 'ENOENT') throw error;
}

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;
