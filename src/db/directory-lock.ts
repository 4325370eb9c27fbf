import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '../config/load.ts';

/**
 * Makes this process the only user of an embedded database: two would corrupt it. A lock left by a process that
 * died is taken over. Returns what gives the lock back; throws ConfigError while another process lives.
 */
export function lockDirectory(directory: string): () => void {
  const file = join(directory, 'lock');
  if (!take(file)) {
    const holder = holderOf(file);
    if (holder !== undefined && holder !== process.pid && isAlive(holder)) throw inUse(directory, holder);
    rmSync(file, { force: true });
    if (!take(file)) throw inUse(directory, holderOf(file));
  }
  return () => rmSync(file, { force: true });
}

/** Makes the lock's file, if there is none: of two processes one does. */
function take(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function inUse(directory: string, holder: number | undefined): ConfigError {
  return new ConfigError(
    `${directory} is in use by process ${holder ?? '(starting)'}. Stop that process, or set DATABASE_URL to run several.`,
  );
}

function holderOf(file: string): number | undefined {
  try {
    return Number.parseInt(readFileSync(file, 'utf8'), 10) || undefined;
  } catch {
    return undefined; // no lock yet
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
