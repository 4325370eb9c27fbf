import { wholeBeginning } from '../../lib/cut.ts';
import { readFile } from '../../sandbox/files.ts';
import type { Sandboxes } from '../../sandbox/sandbox.ts';
import type { Fetcher } from '../../web/fetcher.ts';
import type { ToolContext } from '../tool.ts';
import { type Arguments, isCommandLine, isPath, isUrl, typeOf } from './arguments.ts';
import type { ScriptType } from './script-command.ts';

const MAX_BYTES = 200_000;

/** Where scripts are read that are named by a path or an address. */
export type ScriptSources = { sandboxes: Sandboxes | undefined; fetcher: Fetcher };

/** A script as it runs, what it is, and what it was called where it was read from somewhere. */
type Read = { script: string | undefined; type: ScriptType; from: string | undefined };

/**
 * The script itself, where the arguments name it by a path in the sandbox or by an address. That is read
 * once, for people to see, and what was read is what runs. Jobs never see files of the bot's own machine: a
 * path is looked up inside of the sandbox only. Throws an Error that says what to do.
 */
export async function readScript(
  sources: ScriptSources,
  { script, script_type }: Arguments,
  context: ToolContext,
): Promise<Read> {
  const name = script?.trim();
  const isOf = (text: string, path?: string) => script_type ?? typeOf(path, text);
  if (name !== undefined && isUrl(name)) {
    const text = await fetched(sources.fetcher, name, context);
    return { script: text, type: isOf(text, new URL(name).pathname), from: name };
  }
  if (name !== undefined && isPath(name)) {
    const text = await readIn(sources.sandboxes, name, context);
    return { script: text, type: isOf(text, name), from: `${name}${IN_SANDBOX}` };
  }
  if (name !== undefined && script_type !== 'shell' && isCommandLine(name)) {
    throw new Error(
      `script is a line for a shell, not source: give the source itself, or the path of its file alone, or pass it as command, or with script_type "shell"`,
    );
  }
  return { script, type: isOf(script ?? ''), from: undefined };
}

/** What a card calls where a script was read. */
export const SCRIPT_FROM = 'Script from';

/** Said of a script that was read in the sandbox. */
export const IN_SANDBOX = ' in the sandbox';

async function fetched(fetcher: Fetcher, url: string, { signal }: ToolContext): Promise<string> {
  if (!url.startsWith('https://')) {
    throw new Error(
      `script is an address that is not https: (${wholeBeginning(url, 200)}): put the source itself into script`,
    );
  }
  if (url.includes('#')) {
    throw new Error('script is an address with a #, which ends it: write %23 where it is part of a name');
  }
  const answer = await fetcher.text({ url, signal, types: SCRIPT_TYPES });
  if (!answer.ok) throw new Error(`script is an address, but it could not be read there: ${answer.reason}`);
  const { text, contentType } = answer;
  if (contentType.startsWith('text/html')) {
    throw new Error('script is the address of a web page: give the address of the file itself');
  }
  if (text.trim() === '' || Buffer.byteLength(text) > MAX_BYTES) {
    throw new Error(`what is at ${url} is no script of at most ${MAX_BYTES / 1000} kB`);
  }
  return text;
}

const SCRIPT_TYPES = ['text/', 'application/'];

async function readIn(
  sandboxes: Sandboxes | undefined,
  path: string,
  { sessionId, signal }: ToolContext,
): Promise<string> {
  if (sandboxes === undefined) {
    throw new Error('script is a file path, but there is no sandbox: put the source itself into script');
  }
  const content = await readFile(await sandboxes.open(sessionId, signal), path, MAX_BYTES, signal);
  if (content.kind === 'file' && content.bytes.length > 0) {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content.bytes);
  }
  throw new Error(
    `script is a file path, but ${path} is no file of the sandbox that could be run: write it there first, or put the source itself into script`,
  );
}

/**
 * Whether a call may run: everything that its arguments named was read when people were asked. What an older
 * version has asked for was not, and nothing is read now that nobody has seen.
 */
export const isAsShown = ({ script }: Arguments, { approved }: Pick<ToolContext, 'approved'>): boolean =>
  approved?.inlined !== undefined || script === undefined || !(isUrl(script) || isPath(script));

export const NOT_AS_SHOWN =
  'Nothing was submitted: what the script names was not read when people were asked. Propose the call again.';
