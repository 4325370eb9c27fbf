import { readFile } from '../../sandbox/files.ts';
import type { Sandboxes } from '../../sandbox/sandbox.ts';
import type { ToolContext } from '../tool.ts';
import { type Arguments, isPath } from './arguments.ts';

const MAX_BYTES = 200_000;

/**
 * The arguments with the script itself in the place of its path in the sandbox. Jobs never see files of the bot's own
 * machine: a path is looked up inside of the sandbox only. Throws an Error that says what to do.
 */
export async function withScript(
  sandboxes: Sandboxes | undefined,
  args: Arguments,
  { sessionId, signal }: ToolContext,
): Promise<Arguments> {
  const path = args.script?.trim();
  if (path === undefined || !isPath(path)) return args;
  if (sandboxes === undefined) {
    throw new Error('script is a file path, but there is no sandbox: put the source itself into script');
  }
  const content = await readFile(await sandboxes.open(sessionId, signal), path, MAX_BYTES, signal);
  if (content.kind === 'file' && content.bytes.length > 0) {
    return { ...args, script: new TextDecoder('utf-8', { fatal: true }).decode(content.bytes) };
  }
  throw new Error(
    `script is a file path, but ${path} is no file of the sandbox that could be run: write it there first, or put the source itself into script`,
  );
}
