import { NAME_BYTES, tooLongName } from '../lib/file-name.ts';
import type { RunOptions, Sandbox } from './sandbox.ts';

/*
 * Files are read and written by commands inside of the sandbox, never from outside: whatever links and names
 * the agent has made there, they lead to nothing that its own commands could not reach.
 */

export type FileContent =
  | { kind: 'file'; bytes: Buffer }
  | { kind: 'missing' }
  | { kind: 'directory'; entries: string[] }
  /** A pipe, a device: reading it might never end. */
  | { kind: 'special' }
  | { kind: 'too_large'; bytes: number };

const TIMEOUT_MS = 30_000;
/** More than the names in a folder, or the words of a program, come to. */
const LIST_BYTES = 1_000_000;

const CODES = { missing: 44, directory: 45, special: 46, too_large: 47, denied: 48 } as const;

/** $1 is the path, $2 the limit in bytes. */
const READ = `
[ -e "$1" ] || exit ${CODES.missing}
[ -d "$1" ] && { ls -1Ap -- "$1" | head -n 500; exit ${CODES.directory}; }
[ -f "$1" ] || exit ${CODES.special}
size=$(stat -Lc %s -- "$1") || exit ${CODES.denied}
[ "$size" -gt "$2" ] && { echo "$size"; exit ${CODES.too_large}; }
exec head -c "$2" -- "$1"`; // it may grow meanwhile

/** What stands at a path, up to `maxBytes`. Throws an Error in words where it can't be read. */
export async function readFile(
  sandbox: Sandbox,
  path: string,
  maxBytes: number,
  signal: AbortSignal,
): Promise<FileContent> {
  const options = { signal, maxBytes: maxBytes + LIST_BYTES, isReading: true };
  const { code, bytes } = await script(sandbox, READ, [path, String(maxBytes)], options);
  switch (code) {
    case 0:
      return { kind: 'file', bytes };
    case CODES.missing:
      return { kind: 'missing' };
    case CODES.directory:
      return { kind: 'directory', entries: bytes.toString().split('\n').filter(Boolean) };
    case CODES.special:
      return { kind: 'special' };
    case CODES.too_large:
      return { kind: 'too_large', bytes: Number(bytes.toString()) };
    default:
      throw new Error(`${path} can't be read (permissions?)`);
  }
}

/** $1 is the path. */
const SIZE = `[ -f "$1" ] && exec stat -Lc %s -- "$1" || exit ${CODES.missing}`;

/** A file's size in bytes; undefined where there is no file at the path. */
export async function sizeOf(
  sandbox: Sandbox,
  path: string,
  signal: AbortSignal,
): Promise<number | undefined> {
  const { code, bytes } = await script(sandbox, SIZE, [path], { signal, isReading: true });
  return code === 0 ? Number(bytes.toString()) : undefined;
}

/** $1 is the path. */
const FINGERPRINT = `
[ -e "$1" ] || exit ${CODES.missing}
[ -f "$1" ] || exit ${CODES.special}
[ -s "$1" ] || exit ${CODES.missing}
exec sha256sum < "$1"`;

/** What is in a file, by its SHA-256; `none` where there is no file, or an empty one. */
export async function fingerprint(
  sandbox: Sandbox,
  path: string,
  signal: AbortSignal,
): Promise<{ kind: 'file'; sha256: string } | { kind: 'none' }> {
  const { code, bytes } = await script(sandbox, FINGERPRINT, [path], { signal, isReading: true });
  const [, sha256] = /^([0-9a-f]{64})\b/.exec(bytes.toString()) ?? [];
  if (code === 0 && sha256 !== undefined) return { kind: 'file', sha256 };
  if (code === CODES.missing || code === CODES.special) return { kind: 'none' };
  throw new Error(`${path} can't be looked at (permissions?)`);
}

/** $1 is the path, $2 the first byte, counted from one, $3 how many. */
const RANGE = 'tail -c "+$2" -- "$1" | head -c "$3"';

/** Some bytes of a file; fewer where it ends before, none where it can't be read. */
export async function readRange(
  sandbox: Sandbox,
  path: string,
  from: number,
  count: number,
  signal: AbortSignal,
): Promise<Buffer> {
  const args = [path, String(from + 1), String(count)];
  return (await script(sandbox, RANGE, args, { signal, maxBytes: count, isReading: true })).bytes;
}

/** $1 is the path. What was a directory or a device stays one. */
const WRITE = `
[ -d "$1" ] && exit ${CODES.directory}
[ -e "$1" ] && [ ! -f "$1" ] && exit ${CODES.special}
mkdir -p -- "$(dirname -- "$1")" && cat > "$1" || exit ${CODES.denied}`;

/** Writes a file, with the folders above it. Throws an Error in words where that can't be done. */
export async function writeFile(
  sandbox: Sandbox,
  path: string,
  content: Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  const name = tooLongName(path);
  if (name !== undefined) {
    const bytes = Buffer.byteLength(name);
    throw new Error(`${path} can't be written: a name has ${bytes} bytes, and ${NAME_BYTES} at most`);
  }
  const { code } = await script(sandbox, WRITE, [path], { signal, stdin: content });
  if (code === 0) return;
  if (code === CODES.directory) throw new Error(`${path} is a directory`);
  throw new Error(`${path} can't be written: only the working directory and /tmp can, up to the limits`);
}

async function script(
  sandbox: Sandbox,
  source: string,
  args: readonly string[],
  {
    maxBytes = LIST_BYTES,
    ...options
  }: Pick<RunOptions, 'signal' | 'stdin' | 'isReading'> & {
    maxBytes?: number;
  },
): Promise<{ code: number; bytes: Buffer }> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const tooMuch = new AbortController();
  const end = await sandbox.run(['sh', '-c', source, 'sh', ...args], {
    ...options,
    signal: AbortSignal.any([options.signal, tooMuch.signal]),
    timeoutMs: TIMEOUT_MS,
    isOnlyStdout: true,
    onOutput(chunk) {
      size += chunk.byteLength;
      if (size <= maxBytes) chunks.push(chunk);
      else tooMuch.abort(new Error(`the sandbox sent more than the ${maxBytes} bytes that it was asked for`));
    },
  });
  tooMuch.signal.throwIfAborted();
  if (end.kind === 'timed_out') throw new Error('the sandbox did not answer in time');
  if (end.kind === 'killed') throw new Error(`the sandbox ended it: ${end.reason}`);
  return { code: end.code, bytes: Buffer.concat(chunks) };
}
