import { stat } from 'node:fs/promises';
import { systemClock } from '../../lib/clock.ts';
import type { Limits } from '../bubblewrap.ts';
import { type HeldFiles, heldFiles, NotCountable } from './held-files.ts';
import { ownMemory, temporaryFolders } from './memory-use.ts';
import { processesBelow } from './processes.ts';
import { overLimit, type Use, workspaceUse } from './workspace-use.ts';

const MEMORY_MS = 200;
const DISK_MS = 1_000;
const FIRST_DISK_MS = 250;
/** A look that takes long is followed by a longer pause, up to this: much can be taken meanwhile. */
const LONGEST_PAUSE_MS = 2_000;
/** Who is sent an open file takes it in at once, unless nobody is meant to. */
const ON_THEIR_WAY_MS = 1_000;
/** Looks that fail one after the other: what has just ended or gone fails once. */
const FAILURES = 5;

/** A command that runs. */
export type Watched = {
  /** The first process in the sandbox. */
  init: number;
  workspace: string;
  /** Who its commands run as, where that is not us. */
  uid: number | undefined;
  /** What the workspace had when the command began; undefined where it can't write there. */
  before: Use | undefined;
};

/**
 * Watches what no limit of a single process covers: the memory of all processes of a sandbox, and what its
 * workspace takes of the disk. Calls `exceeded` once, with the reason in words. What can't be counted is
 * taken for too much.
 */
export function watchLimits(
  watched: Watched,
  limits: Limits,
  exceeded: (reason: string) => void,
): { stop(): void } {
  let isOver = false;
  function end(reason: string): void {
    if (isOver) return;
    isOver = true;
    exceeded(reason);
  }
  const looks = [repeat(MEMORY_MS, MEMORY_MS, memoryLook(watched, limits, end), end)];
  if (watched.before !== undefined) {
    looks.push(repeat(FIRST_DISK_MS, DISK_MS, diskLook(watched, watched.before, limits, end), end));
  }
  return {
    stop() {
      isOver = true;
      for (const stop of looks) stop();
    },
  };
}

type Look = () => Promise<void>;

function memoryLook(watched: Watched, { memoryMb }: Limits, end: (reason: string) => void): Look {
  let onTheirWaySince: number | undefined;
  return async () => {
    const { pids, held, temporary } = await heldBy(watched);
    const bytes = (await ownMemory(pids)) + temporary + sum(held.memory);
    if (bytes > memoryMb * 1024 * 1024) end(`its processes used more than ${memoryMb} MB of memory`);
    if (held.onTheirWay === 0) {
      onTheirWaySince = undefined;
      return;
    }
    onTheirWaySince ??= systemClock.monotonic();
    if (systemClock.monotonic() - onTheirWaySince < ON_THEIR_WAY_MS) return;
    end('open files were sent over a socket and not received, where nobody can count them');
  };
}

/** A workspace that is over its limit may be cleared up in: only growing further ends a command. */
function diskLook(watched: Watched, before: Use, limits: Limits, end: (reason: string) => void): Look {
  const smallest = { ...before };
  async function look(): Promise<string | undefined> {
    const use = await workspaceUse(watched.workspace, watched.uid);
    const { held } = await heldBy(watched);
    const whole = { bytes: use.bytes + sum(held.disk), files: use.files + held.disk.size };
    const reason = overLimit(whole, limits, smallest);
    smallest.bytes = Math.min(smallest.bytes, whole.bytes);
    smallest.files = Math.min(smallest.files, whole.files);
    return reason;
  }
  return async () => {
    // A file that is deleted between both parts of a look is counted twice: nobody is ended for that.
    if ((await look()) === undefined) return;
    const reason = await look();
    if (reason !== undefined) end(reason);
  };
}

type Held = { pids: number[]; held: HeldFiles; temporary: number };

async function heldBy({ init, workspace }: Watched): Promise<Held> {
  const pids = await processesBelow(init);
  const { dev } = await stat(workspace);
  const { devices, bytes } = await temporaryFolders(init);
  return { pids, held: await heldFiles(pids, dev, devices), temporary: bytes };
}

const sum = (sizes: ReadonlyMap<number, number>): number =>
  [...sizes.values()].reduce((total, bytes) => total + bytes, 0);

/** Looks again and again, one look at a time. */
function repeat(firstMs: number, ms: number, look: Look, end: (reason: string) => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  let failures = 0;
  async function turn(): Promise<void> {
    const began = systemClock.monotonic();
    await look().then(
      () => {
        failures = 0;
      },
      (error: unknown) => {
        failures++;
        if (error instanceof NotCountable) end(error.message);
        else if (failures >= FAILURES) end('what it uses could not be counted');
      },
    );
    const took = systemClock.monotonic() - began;
    if (!isStopped) timer = setTimeout(() => void turn(), Math.max(ms, Math.min(2 * took, LONGEST_PAUSE_MS)));
  }
  timer = setTimeout(() => void turn(), firstMs);
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}
