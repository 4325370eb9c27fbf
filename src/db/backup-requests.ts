import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PGlite } from '@electric-sql/pglite';
import { messageOf } from '../lib/errors.ts';
import { dumpRecord } from './archive.ts';

/**
 * The process that has an embedded database is the only one that can read it, so it makes backups for others:
 * whoever may write to the data directory asks by a file, and finds the backup beside it. That needs no port
 * and no signal, and works from another container that has the directory.
 */
const FOLDER = 'backups';
const WANTED = '.wanted';
const TAKEN = '.taken';
const FAILED = '.failed';
const PART = '.part';

/** How often requests are looked for. */
const LOOK_MS = 1_000;

export const backupFolder = (directory: string): string => join(directory, FOLDER);

/**
 * Makes the backups that are asked for while the database is open. `stop` waits for one that is being made.
 */
export function serveBackups(client: PGlite, directory: string): { stop(): Promise<void> } {
  const folder = backupFolder(directory);
  let making: Promise<void> | undefined;
  const timer = setInterval(() => {
    const wanted = making === undefined ? firstWanted(folder) : undefined;
    if (wanted === undefined) return;
    making = make(client, folder, wanted).finally(() => {
      making = undefined;
    });
  }, LOOK_MS);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await making;
    },
  };
}

function firstWanted(folder: string): string | undefined {
  if (!existsSync(folder)) return undefined;
  const file = readdirSync(folder).find((name) => name.endsWith(WANTED));
  return file?.slice(0, -WANTED.length);
}

/** Never throws: what goes wrong is told to whoever asked. */
async function make(client: PGlite, folder: string, name: string): Promise<void> {
  const file = join(folder, name);
  try {
    renameSync(`${file}${WANTED}`, `${file}${TAKEN}`);
    await writeBackup(client, file);
  } catch (error) {
    report(`${file}${FAILED}`, messageOf(error));
  } finally {
    rmSync(`${file}${TAKEN}`, { force: true });
  }
}

/** Where even that can't be written, whoever asked finds neither backup nor answer, and says so. */
function report(file: string, problem: string): void {
  try {
    writeFileSync(file, problem);
  } catch (error) {
    process.emitWarning(`a backup failed (${problem}), and that can't be noted: ${messageOf(error)}`);
  }
}

/** A backup has its name once it is complete. */
export async function writeBackup(client: PGlite, file: string): Promise<void> {
  const part = `${file}${PART}`;
  rmSync(part, { force: true });
  try {
    await dumpRecord(client, part);
    renameSync(part, file);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}

export type BackupRequest = {
  /** How it stands: nobody took it up, it is being made, it is there, or it failed. */
  state(): { kind: 'wanted' | 'taken' | 'made' } | { kind: 'failed'; problem: string };
  /** Removes all of the request that is left. */
  withdraw(): void;
};

/**
 * Asks the process that has the database for a backup, which is made as `backups/NAME` in the data directory.
 */
export function requestBackup(directory: string, name: string): BackupRequest {
  const folder = backupFolder(directory);
  const file = join(folder, name);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(`${file}${WANTED}`, '');
  return {
    state() {
      if (existsSync(`${file}${WANTED}`)) return { kind: 'wanted' };
      if (existsSync(`${file}${TAKEN}`)) return { kind: 'taken' };
      if (existsSync(file)) return { kind: 'made' };
      if (!existsSync(`${file}${FAILED}`)) return { kind: 'failed', problem: 'the process says nothing' };
      return { kind: 'failed', problem: readFileSync(`${file}${FAILED}`, 'utf8') };
    },
    withdraw() {
      for (const end of [WANTED, TAKEN, FAILED]) rmSync(`${file}${end}`, { force: true });
    },
  };
}
