import { readdir, readFile, stat } from 'node:fs/promises';

/** What processes hold that stands in no folder. Sizes in bytes, by the file's number. */
export type HeldFiles = {
  /** Files of memory: made with memfd_create, shared between processes, attached. */
  memory: Map<number, number>;
  /** Files of the workspace that were deleted while they are open, or mapped. */
  disk: Map<number, number>;
  /** Files that were sent over a socket and that nobody has received: open nowhere else, maybe. */
  onTheirWay: number;
};

/** More than a training run with many workers has; counting more would keep the bot from its own work. */
const OPEN_FILES = 20_000;
const MAPPED_CHARACTERS = 50_000_000;

/** What is held can't be counted, so nobody knows whether limits hold. The message says why, of `it`. */
export class NotCountable extends Error {}

/**
 * What these processes hold that no folder shows. `mounts` are numbers of the devices of temporary folders,
 * which are counted as a whole. Throws NotCountable where it is too much to be gone through.
 */
export async function heldFiles(
  pids: readonly number[],
  workspaceDevice: number,
  mounts: ReadonlySet<number>,
): Promise<HeldFiles> {
  const held: HeldFiles = { memory: new Map(), disk: new Map(), onTheirWay: 0 };
  const exact = new Set<number>();
  const left = { files: OPEN_FILES, characters: MAPPED_CHARACTERS };
  for (const pid of pids) {
    for (const fd of await readdir(`/proc/${pid}/fd`).catch(() => [])) {
      if (left.files-- === 0) throw new NotCountable(`its processes held more than ${OPEN_FILES} open files`);
      await addOpenFile(held, exact, pid, fd, { workspaceDevice, mounts });
    }
  }
  for (const pid of pids) {
    const maps = await readFile(`/proc/${pid}/maps`, 'latin1').catch(() => '');
    left.characters -= maps.length;
    if (left.characters < 0) throw new NotCountable('its processes mapped memory in too many parts');
    await addMappedFiles(held, exact, pid, maps, mounts);
  }
  return held;
}

type Places = { workspaceDevice: number; mounts: ReadonlySet<number> };

async function addOpenFile(
  held: HeldFiles,
  exact: Set<number>,
  pid: number,
  fd: string,
  { workspaceDevice, mounts }: Places,
): Promise<void> {
  const file = await stat(`/proc/${pid}/fd/${fd}`).catch(() => undefined); // it has just been closed
  if (file === undefined) return;
  if (file.isSocket()) held.onTheirWay += await sentOver(pid, fd);
  if (!file.isFile() || file.nlink > 0 || mounts.has(file.dev)) return;
  const kind = file.dev === workspaceDevice ? held.disk : held.memory;
  kind.set(file.ino, file.blocks * 512);
  exact.add(file.ino);
}

/** Linux says of a socket how many open files wait in it. */
async function sentOver(pid: number, fd: string): Promise<number> {
  const info = await readFile(`/proc/${pid}/fdinfo/${fd}`, 'utf8').catch(() => '');
  return Number(/^scm_fds:\s*(\d+)/m.exec(info)?.[1] ?? 0);
}

/** A range, its rights, where it begins in the file, device, number and name: proc_pid_maps(5). */
const MAPPING = /^([0-9a-f]+)-([0-9a-f]+) \S+ ([0-9a-f]+) ([0-9a-f]+):([0-9a-f]+) (\d+) +(\S.*)$/;

/** Memory that is shared between processes, and deleted files that are mapped and not open. */
async function addMappedFiles(
  held: HeldFiles,
  exact: Set<number>,
  pid: number,
  maps: string,
  mounts: ReadonlySet<number>,
): Promise<void> {
  for (const line of maps.split('\n')) {
    if (!line.endsWith(' (deleted)')) continue;
    const [, from = '0', to = '0', offset = '0', major = '', minor = '', number = '0', name = ''] =
      MAPPING.exec(line) ?? [];
    const inode = Number(number);
    if (inode === 0 || exact.has(inode) || mounts.has(deviceOf(major, minor))) continue;
    const kind = /^\/(memfd:|dev\/zero |SYSV)/.test(name) ? held.memory : held.disk;
    // Who may look at the file itself knows what is in it. For others it has all that was seen of it: pages
    // that no process has in its tables at the moment are there nevertheless.
    const file = await stat(`/proc/${pid}/map_files/${from}-${to}`).catch(() => undefined);
    if (file !== undefined) {
      kind.set(inode, file.blocks * 512);
      exact.add(inode);
      continue;
    }
    const end = Number.parseInt(offset, 16) + Number.parseInt(to, 16) - Number.parseInt(from, 16);
    kind.set(inode, Math.max(kind.get(inode) ?? 0, end));
  }
}

/** As stat tells of it: makedev(3). */
function deviceOf(major: string, minor: string): number {
  const [high, low] = [Number.parseInt(major, 16), Number.parseInt(minor, 16)];
  return (low & 0xff) | ((high & 0xfff) << 8) | ((low & ~0xff) << 12);
}
