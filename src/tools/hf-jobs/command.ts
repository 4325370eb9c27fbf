import { FOLDER_PREFIX, type JobFile, jobsBucket } from '../../hub/job-artifacts.ts';
import type { JobSpec } from '../../hub/jobs.ts';
import { CALL_LABEL, NAME_LABEL, SESSION_LABEL, slugOf } from '../../jobs/labels.ts';
import type { Arguments } from './arguments.ts';
import { parseDuration } from './duration.ts';
import { SCRIPT_MOUNT, scriptCommand } from './script-command.ts';

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

/** Whose job it is, and for which call. */
type For = { namespace: string; callId: string; sessionId: string };

/** What the Hub is sent, and the file that the job is given with it. */
export function jobSpec(
  args: Arguments,
  secrets: Readonly<Record<string, string>>,
  { namespace, callId, sessionId }: For,
): { spec: JobSpec; file: JobFile | undefined } {
  const { script, script_type = 'python', dependencies = [], python, script_args: words = [] } = args;
  const { command, file } =
    script === undefined
      ? { command: args.command ?? [], file: undefined }
      : scriptCommand(script, script_type, { dependencies, python, words });
  const folder = `${FOLDER_PREFIX}${sessionId}-${callId}`.replaceAll(/[^\w.-]/g, '_');
  const mounted = { source: jobsBucket(namespace), mountPath: SCRIPT_MOUNT, path: folder };
  const spec = {
    image: args.image ?? (script === undefined ? DOCKER_IMAGE : UV_IMAGE),
    command,
    environment: { ...QUIET, ...trackio(args), ...args.env },
    secrets: { ...secrets },
    flavor: args.hardware_flavor,
    timeoutSeconds: parseDuration(args.timeout) ?? 1800,
    labels: { [CALL_LABEL]: callId, [SESSION_LABEL]: sessionId, ...nameLabel(args.name) },
    ...(file && { volumes: [{ type: 'bucket' as const, ...mounted, readOnly: true }] }),
  };
  return { spec, file: file && { folder, name: file.name, bytes: file.bytes } };
}

/** A name of other letters alone has no slug. */
function nameLabel(name = ''): Record<string, string> {
  const slug = slugOf(name);
  return slug === '' ? {} : { [NAME_LABEL]: slug };
}

/** trackio.init() takes its Space and project from here where the script names none. */
const trackio = ({ trackio_space_id, trackio_project }: Arguments): Record<string, string> => ({
  ...(trackio_space_id ? { TRACKIO_SPACE_ID: trackio_space_id } : {}),
  ...(trackio_project ? { TRACKIO_PROJECT: trackio_project } : {}),
});
