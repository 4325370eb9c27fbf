import { randomBytes } from 'node:crypto';
import { type FileHandle, lstat, open, readFile, realpath, rename, rm } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative } from 'node:path';
import { messageOf } from '../lib/errors.ts';
import { changedDotEnv } from './dotenv-change.ts';

/** A `.env` with other values, and what makes it what it was; or why it has not changed. */
export type Written = { ok: true; undo(): Promise<void> } | { ok: false; problem: string };

/** Secrets are for whoever runs the program alone. */
const MODE = 0o600;

/**
 * Sets names in the `.env` of a directory, which is made where there is none. The file is replaced as a
 * whole: whoever reads it meanwhile has the old or the new one, and so has who looks after a crash. A link is
 * followed within the directory and not out of it.
 */
export async function writeDotEnv(
  directory: string,
  values: Readonly<Record<string, string>>,
): Promise<Written> {
  try {
    const place = await placeOf(directory);
    if (typeof place !== 'string') return place;
    const before = await readIfThere(place);
    const changed = changedDotEnv(before ?? Buffer.alloc(0), join(directory, '.env'), values);
    if (!changed.ok) return changed;
    await replaceFile(place, changed.text);
    const undo = () => (before === undefined ? rm(place, { force: true }) : replaceFile(place, before));
    return { ok: true, undo };
  } catch (error) {
    const problem = `${join(directory, '.env')} can't be written (${codeOf(error)}).`;
    return { ok: false, problem };
  }
}

/** Where the file really is, if it may be written there. */
async function placeOf(directory: string): Promise<string | { ok: false; problem: string }> {
  const file = join(directory, '.env');
  const found = await lstat(file).catch(nothingIfAbsent);
  if (found === undefined) return file;
  if (found.isSymbolicLink()) {
    const [target, home] = await Promise.all([realpath(file), realpath(directory)]);
    const way = relative(home, target);
    if (way.startsWith('..') || isAbsolute(way)) {
      return { ok: false, problem: `${file} is a link out of its directory, which is not followed.` };
    }
    return (await lstat(target)).isFile() ? target : notAFile(file);
  }
  return found.isFile() ? file : notAFile(file);
}

const notAFile = (file: string) => ({ ok: false as const, problem: `${file} is no file.` });

const readIfThere = (file: string): Promise<Buffer | undefined> => readFile(file).catch(nothingIfAbsent);

function nothingIfAbsent(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
}

async function replaceFile(place: string, content: string | Uint8Array): Promise<void> {
  const beside = join(dirname(place), `${basename(place)}.${randomBytes(6).toString('hex')}.new`);
  const owner = await lstat(place).catch(nothingIfAbsent);
  let handle: FileHandle | undefined;
  try {
    handle = await open(beside, 'wx', MODE);
    // The system may have taken rights away, and never adds any.
    await handle.chmod(MODE);
    if (owner !== undefined && owner.uid !== process.getuid?.()) await handle.chown(owner.uid, owner.gid);
    await handle.writeFile(content);
    await handle.sync();
    await handle.close();
    await rename(beside, place);
  } catch (error) {
    await handle?.close().catch(() => {}); // it may be closed by now
    await rm(beside, { force: true });
    throw error;
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : messageOf(error);
