import {
  accessSync,
  constants,
  type Dirent,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { crc32 } from 'node:zlib';
import { systemClock } from '../lib/clock.ts';
import { ConfigError } from '../lib/config-error.ts';
import { wholeBeginning } from '../lib/cut.ts';
import { messageOf } from '../lib/errors.ts';

/** Where the database is in a data directory. PGlite follows no links, so they are followed here. */
export function databaseIn(directory: string): string {
  const path = join(directory, 'pg');
  return existsSync(path) ? realpathSync(path) : path;
}

/** The major version of Postgres that PGlite is made from. */
export const POSTGRES_VERSION = '18';

/** What a database that is being made needs: its files and the write-ahead log's first segments. */
const NEEDED_BYTES = 150_000_000;

/** What one that is there needs to go on. */
const RESERVE_BYTES = 30_000_000;

/** Makes the data directory where there is none. Throws ConfigError where it can't be used. */
export function prepareDirectory(directory: string): void {
  try {
    makeAll(directory);
    if (!statSync(directory).isDirectory()) throw new ConfigError(`${directory} ${NO_DIRECTORY}`);
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError(`${directory} ${reasonFor(error, directory)}`, { cause: error });
  }
}

/**
 * One after the other: where no directory can be made (/proc), Node's own recursive way tries for ever and
 * hears no signal.
 */
function makeAll(directory: string): void {
  const missing: string[] = [];
  for (let at = resolve(directory); !existsSync(at) && !isLink(at); at = dirname(at)) missing.unshift(at);
  for (const at of missing) {
    try {
      mkdirSync(at, { mode: 0o700 });
    } catch (error) {
      if (!statSync(at, { throwIfNoEntry: false })?.isDirectory()) throw error; // else another process was faster
    }
  }
}

const isLink = (path: string): boolean =>
  lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;

const NO_DIRECTORY =
  'is a file, but DATA_DIR has to be a directory. Move the file away, or set DATA_DIR to another one.';

function reasonFor(error: unknown, path: string): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EEXIST' || code === 'ENOTDIR') return NO_DIRECTORY;
  if (code === 'ENOENT' && !isLink(path)) return "can't be made there. Set DATA_DIR to another directory.";
  if (code === 'ENOENT') return 'is a link to what is not there. Is a disk not mounted? Set DATA_DIR.';
  if (code === 'EACCES' || code === 'EPERM')
    return "can't be read and written by this user. Give it to the user that the bot runs as (chown -R), or set DATA_DIR.";
  if (code === 'EROFS') return 'is on a file system that is mounted read-only. Set DATA_DIR to another one.';
  if (code === 'ENOSPC' || code === 'EDQUOT') return "can't be written: the disk is full. Make room on it.";
  return `can't be used (${messageOf(error)}). Set DATA_DIR to another directory.`;
}

/**
 * Whether there is a database at a path, or nothing yet. Throws ConfigError for everything else: what isn't
 * empty and no healthy database is never written over.
 */
export function inspectDatabase(path: string): 'database' | 'nothing' {
  const files = listed(path);
  if (files === undefined || files.length === 0) {
    requireSpace(dirname(path), NEEDED_BYTES);
    return 'nothing';
  }
  requireSpace(path, RESERVE_BYTES);
  const version = files.includes('PG_VERSION') ? readFileSync(join(path, 'PG_VERSION'), 'utf8').trim() : '';
  const missing = PARTS.filter((part) => !existsSync(join(path, part)));
  if (version === '' && missing.length > 3) throw damaged(path, 'holds files, but no database');
  if (version === '') throw damaged(path, 'holds a damaged database: PG_VERSION is missing or empty');
  if (version !== POSTGRES_VERSION) throw otherVersion(path, version);
  if (missing.length > 0) throw damaged(path, `holds a damaged database: ${missing[0]} is missing`);
  checkAccess(path);
  return 'database';
}

/** Whether there is anything that a new database would have to take the place of. */
export const hasDatabase = (path: string): boolean => (listed(path) ?? []).length > 0;

/** Of these every database has all. */
const PARTS = ['global/pg_control', 'base', 'pg_wal', 'pg_xact', 'pg_multixact', 'postgresql.conf'];

/** The names in a directory; undefined where it does not exist. */
function listed(path: string): string[] | undefined {
  if (!lstatSync(path, { throwIfNoEntry: false })) return undefined;
  try {
    return readdirSync(path);
  } catch (error) {
    throw new ConfigError(`${path} ${reasonFor(error, path)}`, { cause: error });
  }
}

function requireSpace(path: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(path);
  const free = bavail * bsize;
  if (free >= bytes) return;
  const mb = (n: number) => Math.floor(n / 1_000_000);
  throw new ConfigError(
    `${path} has ${mb(free)} MB left on its disk, and the embedded database needs ${mb(bytes)} MB. Make room, or set DATA_DIR to another disk.`,
  );
}

/** Files of another user are what a start with sudo leaves behind. */
function checkAccess(path: string): void {
  for (const file of ['.', ...filesIn(path)]) {
    try {
      accessSync(join(path, file), constants.R_OK | constants.W_OK);
    } catch (error) {
      throw new ConfigError(`${join(path, file)} ${reasonFor(error, join(path, file))}`, { cause: error });
    }
  }
}

/** The one message about a database that is there and can't be used: what is wrong, and the ways on. */
export function damaged(path: string, what: string, cause?: unknown): ConfigError {
  return new ConfigError(
    `${path} ${what}. It is left as it is. Restore a backup with: npm run restore -- FILE --replace. Or move it away to begin with an empty record (docs/OPERATIONS.md, "Backup and restore").`,
    { cause },
  );
}

function otherVersion(path: string, version: string): ConfigError {
  return new ConfigError(
    `${path} holds a database of Postgres ${wholeBeginning(version, 20)}; this version of the bot reads Postgres ${POSTGRES_VERSION}. Make a backup with the version that it was used with (npm run backup), then restore it with this one: npm run restore -- FILE --replace.`,
  );
}

/**
 * Makes a database where there is none: `make` fills a new directory beside it, which gets its name when it
 * is complete. So what has the name is complete, and what an interrupted start has left is known by its own
 * name, and made anew.
 */
export async function makeDatabase(path: string, make: (unfinished: string) => Promise<void>): Promise<void> {
  removeUnfinished(path);
  const unfinished = unfinishedOf(path);
  await make(unfinished);
  try {
    renameSync(unfinished, path);
    if (existsSync(noteOf(unfinished))) renameSync(noteOf(unfinished), noteOf(path));
  } catch (error) {
    throw new ConfigError(
      `${path} can't be replaced by a new database (${messageOf(error)}). Mount a volume at DATA_DIR itself, not in it.`,
      { cause: error },
    );
  }
}

const unfinishedOf = (path: string): string => `${path}.unfinished`;

/** Deletes what was being made for a path and never had its name. */
export function removeUnfinished(path: string): void {
  rmSync(unfinishedOf(path), { recursive: true, force: true });
  rmSync(noteOf(unfinishedOf(path)), { force: true });
}

/** Gives what is at a path a name of its own beside it, and returns that. Nothing is deleted. */
export function moveAside(path: string): string {
  const aside = `${path}.before-${systemClock.now().toISOString().replaceAll(/[:.]/g, '-')}`;
  renameSync(path, aside);
  if (existsSync(noteOf(path))) renameSync(noteOf(path), noteOf(aside));
  return aside;
}

/** What the files of a database were when it was closed. `control` says which close that was. */
type Noted = { control: number; files: Record<string, readonly [size: number, crc: number]> };

/**
 * Sums are made of so much of a database: reading more would hold up every start. Of the rest sizes are
 * compared.
 */
const SUMMED_BYTES = 512_000_000;

const noteOf = (path: string) => `${path}.files.json`;

/**
 * Notes what the files of a database are, once it is closed, so that the next start knows whether they still
 * are. Where that can't be noted, the next start goes without.
 */
export function noteFiles(path: string): void {
  try {
    writeNote(path);
  } catch {
    forgetFiles(path);
  }
}

function writeNote(path: string): void {
  const noted: Noted = { control: controlOf(path), files: {} };
  let left = SUMMED_BYTES;
  for (const file of relationsIn(path)) {
    const { size } = statSync(join(path, file));
    left -= size;
    noted.files[file] = [size, left < 0 ? 0 : crc32(readFileSync(join(path, file)))];
  }
  writeFileSync(`${noteOf(path)}.new`, JSON.stringify(noted), { mode: 0o600 });
  renameSync(`${noteOf(path)}.new`, noteOf(path));
}

/**
 * Throws ConfigError where a file of a database is gone, shorter, or changed since it was closed: Postgres
 * would take a table that lost its end for a small one. After a crash nothing is noted, and its own checks
 * have to do.
 */
export function checkFiles(path: string): void {
  const noted = readNote(path);
  if (noted === undefined || noted.control !== controlOf(path)) return;
  for (const [file, [size, crc]] of Object.entries(noted.files)) {
    const found = statSync(join(path, file), { throwIfNoEntry: false });
    if (found === undefined) throw damaged(path, `holds a damaged database: ${file} is missing`);
    if (found.size !== size)
      throw damaged(path, `holds a damaged database: ${file} has ${found.size} of its ${size} bytes`);
    if (crc !== 0 && crc32(readFileSync(join(path, file))) !== crc)
      throw damaged(path, `holds a damaged database: ${file} has been changed since it was closed`);
  }
}

/** From now on the files change. */
export const forgetFiles = (path: string): void => rmSync(noteOf(path), { force: true });

function readNote(path: string): Noted | undefined {
  try {
    return JSON.parse(readFileSync(noteOf(path), 'utf8')) as Noted;
  } catch {
    return undefined; // none, or one that was not written to its end
  }
}

/** Every start and every close of a database changes this file. */
const controlOf = (path: string): number => crc32(readFileSync(join(path, 'global/pg_control')));

/** The files that tables and indexes are in, those of the templates 1 and 4 left out. */
const relationsIn = (path: string): string[] =>
  filesIn(path).filter((file) => /^(global|base\/(?!1\/|4\/)\d+)\/\d+(_vm|_fsm)?(\.\d+)?$/.test(file));

function filesIn(path: string): string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry: Dirent) => entry.isFile())
    .map((entry) => relative(path, join(entry.parentPath, entry.name)));
}
