import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { systemClock } from '../lib/clock.ts';
import type { Limits } from './bubblewrap.ts';

const run = promisify(execFile);

const MEMORY_MS = 200;
const DISK_MS = 1_000;
const PAGE_BYTES = 4_096;

/**
 * Watches what no limit of a single process covers: the memory of all processes below `pid`, and the size of
 * the workspace. Calls `exceeded` once, with the reason in words.
 */
export function watchLimits(
  pid: number,
  workspace: string,
  { memoryMb, diskMb }: Pick<Limits, 'memoryMb' | 'diskMb'>,
  exceeded: (reason: string) => void,
): { stop(): void } {
  let isOver = false;
  let smallest = Number.POSITIVE_INFINITY;

  async function lookAtMemory(): Promise<void> {
    if ((await residentMb(pid)) > memoryMb) end(`its processes used more than ${memoryMb} MB of memory`);
  }

  /** A workspace that is over its limit may be cleared up in: only growing further ends a command. */
  async function lookAtDisk(): Promise<void> {
    const size = await folderMb(workspace);
    smallest = Math.min(smallest, size);
    if (size > diskMb && size > smallest) end(`the workspace grew beyond ${diskMb} MB`);
  }

  function end(reason: string): void {
    if (isOver) return;
    isOver = true;
    exceeded(reason);
  }

  const stops = [repeat(MEMORY_MS, lookAtMemory), repeat(DISK_MS, lookAtDisk)];
  return {
    stop() {
      isOver = true;
      for (const stop of stops) stop();
    },
  };
}

/** Looks again and again, one look at a time; one that takes long is followed by a longer pause. */
function repeat(ms: number, look: () => Promise<void>): () => void {
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  async function turn(): Promise<void> {
    const began = systemClock.monotonic();
    await look().catch(() => {}); // a process that has just ended, a file that has just gone
    if (!isStopped) timer = setTimeout(turn, Math.max(ms, 5 * (systemClock.monotonic() - began)));
  }
  timer = setTimeout(turn, ms);
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}

/** Memory that is held by a process and all below it, shared pages left out. */
async function residentMb(pid: number): Promise<number> {
  const statm = await readFile(`/proc/${pid}/statm`, 'utf8').catch(() => '0 0 0');
  const [, resident = 0, shared = 0] = statm.split(' ').map(Number);
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const below = await Promise.all(
    children
      .split(' ')
      .filter(Boolean)
      .map((child) => residentMb(Number(child))),
  );
  return below.reduce((sum, mb) => sum + mb, ((resident - shared) * PAGE_BYTES) / 1024 / 1024);
}

async function folderMb(path: string): Promise<number> {
  const { stdout } = await run('du', ['-skx', path], { maxBuffer: 10_000_000 }).catch(
    (error: { stdout?: string }) => ({ stdout: error.stdout ?? '0' }), // files that vanish while it counts
  );
  return Number.parseInt(stdout, 10) / 1024;
}
