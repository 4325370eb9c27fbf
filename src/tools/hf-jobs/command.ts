import type { JobSpec } from '../../hub/jobs.ts';
import { CALL_LABEL, SESSION_LABEL } from '../../jobs/labels.ts';
import type { Arguments } from './arguments.ts';
import { parseDuration } from './duration.ts';

const UV_IMAGE = 'ghcr.io/astral-sh/uv:python3.12-bookworm';
const DOCKER_IMAGE = 'python:3.12';

/** Keeps a job's log readable: no progress bars. The same in every job, so no card names them. */
export const QUIET: Readonly<Record<string, string>> = {
  HF_HUB_DISABLE_PROGRESS_BARS: '1',
  TQDM_DISABLE: '1',
  TRANSFORMERS_VERBOSITY: 'warning',
  UV_NO_PROGRESS: '1',
  PYTHONUNBUFFERED: '1',
};

export function jobSpec(
  args: Arguments,
  secrets: Readonly<Record<string, string>>,
  callId: string,
  sessionId: string,
): JobSpec {
  return {
    image: args.image ?? (args.script === undefined ? DOCKER_IMAGE : UV_IMAGE),
    command:
      args.script === undefined ? (args.command ?? []) : scriptCommand(args.script, args.dependencies ?? []),
    environment: { ...QUIET, ...trackio(args), ...args.env },
    secrets: { ...secrets },
    flavor: args.hardware_flavor,
    timeoutSeconds: parseDuration(args.timeout) ?? 1800,
    labels: { [CALL_LABEL]: callId, [SESSION_LABEL]: sessionId },
  };
}

/** trackio.init() takes its Space and project from here where the script names none. */
const trackio = ({ trackio_space_id, trackio_project }: Arguments): Record<string, string> => ({
  ...(trackio_space_id ? { TRACKIO_SPACE_ID: trackio_space_id } : {}),
  ...(trackio_project ? { TRACKIO_PROJECT: trackio_project } : {}),
});

/** Linux takes at most so many bytes in one argument: MAX_ARG_STRLEN of execve(2), without its end. */
const LONGEST_ARGUMENT = 128 * 1024 - 1;

/** The script travels in the command, base64-encoded, and reaches uv on its standard input. */
function scriptCommand(script: string, dependencies: readonly string[]): string[] {
  const uv = ['uv', 'run', ...dependencies.flatMap((name) => ['--with', name])];
  const encoded = Buffer.from(script, 'utf8').toString('base64');
  const run = `base64 -d | ${[...uv, '-'].map(shellQuoted).join(' ')}`;
  const whole = `echo ${encoded} | ${run}`;
  if (whole.length <= LONGEST_ARGUMENT) return ['/bin/sh', '-lc', whole];
  // A long one travels in several arguments, which a command of the shell's own puts together.
  const parts = encoded.match(new RegExp(`.{1,${PART}}`, 'g')) ?? [];
  return ['/bin/sh', '-lc', `printf %s "$@" | ${run}`, 'sh', ...parts];
}

/** Characters in one part of a long script. */
const PART = 100_000;

/** A word as a shell reads it again: no two words are quoted alike. */
export const shellQuoted = (word: string) =>
  /^[\w./:=@-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
