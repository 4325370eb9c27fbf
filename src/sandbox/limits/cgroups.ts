import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { systemClock } from '../../lib/clock.ts';
import type { Limits } from '../bubblewrap.ts';

/*
 * Limits that the kernel holds itself, while something is taken: control groups of version 2
 * (https://docs.kernel.org/admin-guide/cgroup-v2.html). There has to be a group that was given to us, with
 * the controllers for memory and processes, and this process in a group below it, as systemd makes it with
 * `Delegate=memory pids` and `DelegateSubgroup=bot`.
 */

/** The files of control groups; a test has a tree of its own. */
export type GroupFiles = {
  read(path: string): Promise<string>;
  write(path: string, text: string): Promise<void>;
  list(path: string): Promise<string[]>;
  make(path: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Whether a process of this number is there. */
  isAlive(pid: number): boolean;
};

const OF_KERNEL: GroupFiles = {
  read: (path) => readFile(path, 'utf8'),
  write: (path, text) => writeFile(path, text),
  list: (path) => readdir(path),
  make: (path) => mkdir(path),
  remove: (path) => rmdir(path),
  isAlive(pid) {
    try {
      process.kill(pid, 0);
      return true;
    } catch (error) {
      return error instanceof Error && 'code' in error && error.code === 'EPERM';
    }
  },
};

/** The group of one command. */
type Group = {
  /** Puts a process into it that has not begun yet: what that starts is in there, too. */
  add(pid: number): Promise<void>;
  /** Why the kernel has ended what was in there, in words; undefined where it has not. */
  exceeded(): Promise<string | undefined>;
  /** Ends what is left in it, and removes it. */
  remove(): Promise<void>;
};

export type Groups = { create(limits: Limits): Promise<Group> };

/** Groups for commands, or why there can be none here. */
export type FoundGroups = { ok: true; groups: Groups } | { ok: false; reason: string };

const ROOT = '/sys/fs/cgroup';
const CONTROLLERS = ['memory', 'pids'] as const;

/** Finds out whether there can be groups here, and removes those of bots that are no more. Never throws. */
export async function findGroups(files: GroupFiles = OF_KERNEL, pid = process.pid): Promise<FoundGroups> {
  try {
    const base = await baseOf(files);
    if (!base.ok) return base;
    await giveControllers(files, base.path);
    await removeLeftOver(files, base.path);
    const groups = groupsBelow(files, base.path, pid);
    const probe = await groups.create({ memoryMb: 64, processes: 8, cpuSeconds: 1, diskMb: 1, files: 1 });
    await probe.remove();
    return { ok: true, groups };
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

/** The group above our own one. */
async function baseOf(
  files: GroupFiles,
): Promise<{ ok: true; path: string } | { ok: false; reason: string }> {
  const own = /^0::(\/.*)$/m.exec(await files.read('/proc/self/cgroup'))?.[1];
  const controllers = await files.read(join(ROOT, 'cgroup.controllers')).catch(() => '');
  if (own === undefined || !hasAll(controllers)) {
    return { ok: false, reason: 'there are no control groups of version 2 with memory and pids' };
  }
  if (own === '/') return { ok: false, reason: 'this process is in the root group, and was given none' };
  return { ok: true, path: join(ROOT, dirname(own)) };
}

const hasAll = (words: string): boolean =>
  CONTROLLERS.every((controller) => words.split(/\s+/).includes(controller));

/** Groups below one have the controllers that it passes on. Throws where it may pass none on. */
async function giveControllers(files: GroupFiles, base: string): Promise<void> {
  const path = join(base, 'cgroup.subtree_control');
  if (hasAll(await files.read(path))) return;
  await files.write(path, CONTROLLERS.map((controller) => `+${controller}`).join(' '));
}

const NAME = /^ml-intern-(\d+)-\d+$/;

/** A process that was killed leaves its groups behind, and nothing in them. */
async function removeLeftOver(files: GroupFiles, base: string): Promise<void> {
  for (const name of await files.list(base)) {
    const pid = NAME.exec(name)?.[1];
    if (pid === undefined || files.isAlive(Number(pid))) continue;
    await files.remove(join(base, name)).catch(() => {}); // something still runs in there: the next start has it
  }
}

/** What runs besides the command: bubblewrap, a shell, and what brings its requests to the proxy. */
const OWN_PROCESSES = 16;

function groupsBelow(files: GroupFiles, base: string, pid: number): Groups {
  let made = 0;
  return {
    async create({ memoryMb, processes }) {
      const path = join(base, `ml-intern-${pid}-${++made}`);
      const set = (file: string, value: string | number) => files.write(join(path, file), String(value));
      await files.make(path);
      try {
        await set('memory.max', memoryMb * 1024 * 1024);
        await set('memory.oom.group', 1);
        await set('pids.max', processes + OWN_PROCESSES);
        // A kernel that does not count swap has no such file.
        await set('memory.swap.max', 0).catch(ignoring('ENOENT', 'EACCES'));
      } catch (error) {
        await files.remove(path).catch(() => {}); // what failed is told
        throw error;
      }
      return {
        add: (process) => set('cgroup.procs', process),
        async exceeded() {
          const events = await files.read(join(path, 'memory.events'));
          const [, killed = '0'] = /^oom_kill (\d+)$/m.exec(events) ?? [];
          return killed === '0' ? undefined : `its processes used more than ${memoryMb} MB of memory`;
        },
        remove: () => removeGroup(files, path),
      };
    },
  };
}

const ignoring =
  (...codes: string[]) =>
  (error: NodeJS.ErrnoException): void => {
    if (!codes.includes(error.code ?? '')) throw error;
  };

/** Processes that were ended take a moment to be gone. */
const REMOVALS = 20;
const REMOVAL_MS = 50;

async function removeGroup(files: GroupFiles, path: string): Promise<void> {
  await files.write(join(path, 'cgroup.kill'), '1').catch(() => {}); // Linux has it from 5.14 on
  for (let i = 1; ; i++) {
    try {
      return await files.remove(path);
    } catch (error) {
      if (i === REMOVALS) throw error;
      await systemClock.sleep(REMOVAL_MS);
    }
  }
}
