import { sha256Of } from '../../lib/hash.ts';
import { quotedWords, shellQuoted } from '../../lib/shell-words.ts';
import type { Arguments } from './arguments.ts';

/** What a script is, by which it is decided how it is run. */
export type ScriptType = NonNullable<Arguments['script_type']>;

/** How a script is run: with which packages, which Python if one is chosen, and what it is started with. */
type Run = { dependencies: readonly string[]; python: string | undefined; words: readonly string[] };

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
  run: Run,
): { command: string[]; file: ScriptFile | undefined } {
  const runner = RUNNERS[type](script, run);
  const words = run.words.length === 0 ? '' : ` ${quotedWords(run.words)}`;
  const encoded = Buffer.from(script, 'utf8').toString('base64');
  const inline =
    type === 'python'
      ? `echo ${encoded} | base64 -d | ${runner} -${words}` // as it always was
      : `d=$(mktemp -d) && echo ${encoded} | base64 -d > "$d/script" && exec ${runner} "$d/script"${words}`;
  const bytes = Buffer.from(script, 'utf8');
  if (bytes.length <= MOST_INLINE && Buffer.byteLength(inline) <= LONGEST_ARGUMENT) {
    return { command: shell(inline), file: undefined };
  }
  const sha256 = sha256Of(bytes);
  const file = { name: `${sha256}.${EXTENSIONS[type]}`, bytes, sha256 };
  const copy = `"$d/script.${EXTENSIONS[type]}"`;
  const lines = [
    `d=$(mktemp -d) && cp ${SCRIPT_MOUNT}/${file.name} ${copy} || exit 1`,
    `echo "${sha256}  $d/script.${EXTENSIONS[type]}" | sha256sum -c - >/dev/null || { echo '${CHANGED}' >&2; exit 1; }`,
    `exec ${runner} ${copy}${words}`,
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
const RUNNERS: Record<ScriptType, (script: string, run: Run) => string> = {
  python: (_script, run) => uvRun(run),
  shell: (script, run) =>
    run.dependencies.length === 0 && run.python === undefined
      ? interpreterOf(script)
      : `${uvRun(run)} ${interpreterOf(script)}`,
  // What a notebook's own commands (`%pip`, `!pip`) install goes where its code looks for it.
  notebook: (_script, { dependencies, ...run }) =>
    `${uvRun({ ...run, dependencies: ['ipython', 'nbformat', 'pip', ...dependencies] })} python -c ${shellQuoted(RUN_NOTEBOOK)}`,
};

/** https://docs.astral.sh/uv/reference/cli/#uv-run: what follows the script is for the script. */
const uvRun = ({ dependencies, python }: Run): string =>
  quotedWords([
    ...['uv', 'run', ...(python === undefined ? [] : ['--python', python])],
    ...dependencies.flatMap((name) => ['--with', name]),
  ]);

/** Runs its cells in order, prints what they print, fails where one fails; its file is no argument of it. */
const RUN_NOTEBOOK = [
  'import sys; from IPython.core.interactiveshell import InteractiveShell as Shell',
  'Shell.instance(colors="nocolor").safe_execfile_ipy(sys.argv.pop(1), raise_exceptions=True)',
].join('; ');

/** What a script names in its first line; otherwise bash, where the image has it. */
function interpreterOf(script: string): string {
  const [, named = ''] = /^#![ \t]*(\S[^\r\n]*)/.exec(script) ?? [];
  if (named === '') return '"$(command -v bash || echo sh)"';
  return quotedWords(named.trim().split(/[ \t]+/));
}
