import { posix } from 'node:path';

/** The script that a command runs, where it runs one and says so plainly. */
export function scriptOf(command: string): { program: string; path: string } | undefined {
  const [, folder = '.', program = '', file = ''] = RUN.exec(command) ?? [];
  return file === '' ? undefined : { program, path: posix.join(folder, file) };
}

const RUN =
  /^\s*(?:cd\s+([\w./-]+)\s*&&\s*)?(?:[A-Za-z_]\w*=[\w./:-]*\s+)*(python[\d.]*|torchrun|accelerate\s+launch|uv\s+run)\s+(?:-{1,2}[\w-]+(?:=\S*)?\s+)*([\w./-]+\.py)(?=$|[\s|>&;])/;

/**
 * The script that a command runs to its end and does nothing besides, so that it ended well where the command
 * did: what stands behind a pipe or a `;`, or in place of a failure, ends as it does itself.
 */
export function scriptRunBy(command: string): string | undefined {
  const [whole = '', folder = '.', , file = ''] = RUN.exec(command) ?? [];
  const rest = command.slice(whole.length).replaceAll(/\d?>&\d|&>>?/g, ' ');
  return file === '' || /[|;&\n]/.test(rest) ? undefined : inWork(posix.join(folder, file));
}

/** A path as a shell in the working directory of a sandbox takes it. */
export const inWork = (path: string): string => posix.resolve('/work', path);
