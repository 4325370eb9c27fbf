import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { systemClock } from '../lib/clock.ts';
import { ConfigError } from '../lib/config-error.ts';
import { messageOf } from '../lib/errors.ts';

/**
 * Makes this process the only user of an embedded database: two would destroy it. The lock is the kernel's,
 * an exclusive transaction of SQLite on a file of the directory, so it holds for processes of other
 * containers that share the directory, and ends with the process however that dies. On a network file system
 * it is as good as that one's locks. Returns what gives the lock back; throws ConfigError while another
 * process has it.
 */
export function lockDirectory(directory: string): () => void {
  const file = join(directory, LOCK_FILE);
  const holder = join(directory, HOLDER_FILE);
  const release = lock(file, () => new DirectoryInUse(directory, file, describeHolder(holder)));
  const older = olderHolder(holder);
  if (older !== undefined) {
    release();
    throw new ConfigError(
      `${directory} is in use by process ${older}, an older version of the bot. Stop that process; if it is something else, delete ${holder}.`,
    );
  }
  writeFileSync(holder, `${process.pid} on ${hostname()} since ${systemClock.now().toISOString()}\n`);
  return () => {
    rmSync(holder, { force: true });
    release();
  };
}

/**
 * Locked by its holder. No other code may open it: the kernel drops a process's locks when it closes any
 * handle.
 */
const LOCK_FILE = 'lock.db';

/** Says to people who the holder is. Older versions have this one alone: a process id, and nothing else. */
const HOLDER_FILE = 'lock';

/**
 * Result codes of SQLite (https://www.sqlite.org/rescode.html): another has the lock; the file is no
 * database.
 */
const BUSY = 5;
const NOT_A_DATABASE = 26;

/** Kept here, because a database that nothing refers to is collected, and its lock is gone with it. */
const held = new Set<DatabaseSync>();

function lock(file: string, busy: () => ConfigError): () => void {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { timeout: 0 });
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database?.close();
    const code = error instanceof Error && 'errcode' in error ? error.errcode : undefined;
    if (code === BUSY) throw busy();
    const remedy = code === NOT_A_DATABASE ? 'Delete that file' : 'Is its file system writable, with locks?';
    throw new ConfigError(`${file} can't be locked (${messageOf(error)}). ${remedy}`, { cause: error });
  }
  const locked = database;
  held.add(locked);
  return () => {
    held.delete(locked);
    locked.close();
  };
}

/** Another process has the directory. */
export class DirectoryInUse extends ConfigError {
  /** Who it is, as far as that is known: `process 12 on host since …`. */
  readonly holder: string;
  readonly #file: string;
  constructor(directory: string, file: string, holder: string) {
    super(
      `${directory} is in use by ${holder}. Stop it, or set DATABASE_URL to run several processes. If nothing of the bot runs anywhere (a network file system may keep the lock of a machine that is gone), delete ${file}.`,
    );
    this.holder = holder;
    this.#file = file;
  }

  /** Whether the lock is free by now. */
  hasEnded(): boolean {
    try {
      lock(this.#file, () => this)();
      return true;
    } catch {
      return false;
    }
  }
}

function describeHolder(file: string): string {
  const text = read(file).trim();
  return text === '' ? 'another process' : `process ${text}`;
}

/**
 * The process of an older version that has the directory: those write their id alone, and know no other lock.
 */
function olderHolder(file: string): number | undefined {
  const text = read(file).trim();
  if (!/^\d+$/.test(text)) return undefined;
  const pid = Number(text);
  return pid !== process.pid && isAlive(pid) && mayBeTheBot(pid) ? pid : undefined;
}

/** Where there is no /proc to ask, it may be. */
function mayBeTheBot(pid: number): boolean {
  const command = read(`/proc/${pid}/cmdline`);
  return command === '' || /\b(main|export-feedback|mcp-login)\.ts\b/.test(command);
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // gone, or never there
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
