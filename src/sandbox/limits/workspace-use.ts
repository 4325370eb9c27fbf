import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Limits, programFolders } from '../bubblewrap.ts';

/** What a workspace has: its files and folders, and the room that they take. */
export type Use = { bytes: number; files: number };

/**
 * Why a workspace has too much, in words; undefined where it has not. One that had as much before (`atLeast`)
 * has not become too large now.
 */
export function overLimit(
  { bytes, files }: Use,
  limits: Pick<Limits, 'diskMb' | 'files'>,
  atLeast: Use = { bytes: 0, files: 0 },
): string | undefined {
  if (bytes > limits.diskMb * 1024 * 1024 && bytes > atLeast.bytes) {
    return `the workspace grew beyond ${limits.diskMb} MB`;
  }
  return files > limits.files && files > atLeast.files
    ? `the workspace grew beyond ${limits.files} files and folders`
    : undefined;
}

const COUNTING_MS = 60_000;

/** One line each: room in KB, and how many files and folders. What vanishes meanwhile is said elsewhere. */
const COUNT = 'du -skx /work 2>/dev/null; du -sx --inodes /work 2>/dev/null; true';

/**
 * Counts a workspace, as whom its commands run. It is done in a user namespace in which folders that are
 * closed to their own owner can be looked into, and where names lead nowhere else. Throws where that can't be
 * done.
 */
export async function workspaceUse(workspace: string, uid: number | undefined): Promise<Use> {
  const settings = [
    ...['--unshare-user', '--die-with-parent', '--uid', '0', '--gid', '0'],
    ...['--cap-drop', 'ALL', '--cap-add', 'CAP_DAC_READ_SEARCH'],
    ...programFolders(),
    ...['--dev', '/dev', '--ro-bind', workspace, '/work', '--remount-ro', '/', '--chdir', '/'],
  ];
  const who = uid === undefined ? {} : { uid, gid: uid };
  const options = { ...who, cwd: '/', env: { PATH: process.env.PATH }, timeout: COUNTING_MS };
  const { stdout } = await exec('bwrap', [...settings, 'sh', '-c', COUNT], options);
  const [kb, files] = stdout.split('\n').map((line) => Number.parseInt(line, 10));
  if (!Number.isInteger(kb) || !Number.isInteger(files)) throw new Error(`nothing was counted: ${stdout}`);
  return { bytes: (kb ?? 0) * 1024, files: files ?? 0 };
}

const exec = promisify(execFile);
