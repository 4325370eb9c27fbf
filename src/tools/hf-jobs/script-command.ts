import { sha256Of } from '../../lib/hash.ts';
import type { Arguments } from './arguments.ts';

/** What a script is, by which it is decided how it is run. */
export type ScriptType = NonNullable<Arguments['script_type']>;

/** A script that is too long for a command: the job reads it from a file that it is given. */
export type ScriptFile = { name: string; bytes: Buffer; sha256: string };

/** Where a job finds the file of its script, which it can only read. */
export const SCRIPT_MOUNT = '/ml-intern-script';

/**
 * The command that runs a script. It travels in the command itself, base64-encoded, where that is not longer
 * than Linux takes; otherwise in a `file`, which the command copies, and runs only if its hash is the right
 * one.
 */
export function scriptCommand(
  script: string,
  type: ScriptType,
  dependencies: readonly string[],
): { command: string[]; file: ScriptFile | undefined } {
  const runner = RUNNERS[type](script, dependencies);
  const encoded = Buffer.from(script, 'utf8').toString('base64');
  const inline =
    type === 'python'
      ? `echo ${encoded} | base64 -d | ${runner} -` // as it always was
      : `d=$(mktemp -d) && echo ${encoded} | base64 -d > "$d/script" && exec ${runner} "$d/script"`;
  const bytes = Buffer.from(script, 'utf8');
  if (bytes.length <= MOST_INLINE && inline.length <= LONGEST_ARGUMENT) {
    return { command: shell(inline), file: undefined };
  }
  const sha256 = sha256Of(bytes);
  const file = { name: `${sha256}.${EXTENSIONS[type]}`, bytes, sha256 };
  const copy = `"$d/script.${EXTENSIONS[type]}"`;
  const lines = [
    `d=$(mktemp -d) && cp ${SCRIPT_MOUNT}/${file.name} ${copy} || exit 1`,
    `echo "${sha256}  $d/script.${EXTENSIONS[type]}" | sha256sum -c - >/dev/null || { echo '${CHANGED}' >&2; exit 1; }`,
    `exec ${runner} ${copy}`,
  ];
  return { command: shell(lines.join('\n')), file };
}

const shell = (text: string): string[] => ['/bin/sh', '-lc', text];

const CHANGED = 'The script is not the one that was approved: its hash is another. Nothing was run.';

/** Linux takes at most so many bytes in one argument: MAX_ARG_STRLEN of execve(2), without its end. */
const LONGEST_ARGUMENT = 128 * 1024 - 1;

/** Bytes of a script of which base64 makes little less than that. */
const MOST_INLINE = 98_000;

const EXTENSIONS = { python: 'py', shell: 'sh', notebook: 'ipynb' } as const;

/** What runs a file of each type, as a shell reads it; the file's name follows. */
const RUNNERS: Record<ScriptType, (script: string, dependencies: readonly string[]) => string> = {
  python: (_script, dependencies) => uvRun(dependencies),
  shell: (script, dependencies) =>
    dependencies.length === 0 ? interpreterOf(script) : `${uvRun(dependencies)} ${interpreterOf(script)}`,
  // What a notebook's own commands (`%pip`, `!pip`) install goes where its code looks for it.
  notebook: (_script, dependencies) =>
    `${uvRun(['ipython', 'nbformat', 'pip', ...dependencies])} python -c ${shellQuoted(RUN_NOTEBOOK)}`,
};

const uvRun = (dependencies: readonly string[]): string =>
  ['uv', 'run', ...dependencies.flatMap((name) => ['--with', name])].map(shellQuoted).join(' ');

/** Runs its cells in order, prints what they print, and fails where one fails. */
const RUN_NOTEBOOK = [
  'import sys; from IPython.core.interactiveshell import InteractiveShell as Shell',
  'Shell.instance(colors="nocolor").safe_execfile_ipy(sys.argv[1], raise_exceptions=True)',
].join('; ');

/** What a script names in its first line; otherwise bash, where the image has it. */
function interpreterOf(script: string): string {
  const [, named = ''] = /^#![ \t]*(\S[^\r\n]*)/.exec(script) ?? [];
  if (named === '') return '"$(command -v bash || echo sh)"';
  return named
    .trim()
    .split(/[ \t]+/)
    .map(shellQuoted)
    .join(' ');
}

/** A word as a shell reads it again: no two words are quoted alike. */
export const shellQuoted = (word: string) =>
  /^[\w./:=@-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
