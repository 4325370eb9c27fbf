import { readFile, stat, statfs } from 'node:fs/promises';

/** What an empty file of a temporary folder takes of the kernel's memory, with its name. */
const INODE_BYTES = 1_024;

/** Folders of a sandbox that are memory. */
const TEMPORARY = ['tmp', 'dev/shm'];

/**
 * Memory of processes that is theirs, in bytes: what several have in common since a fork is counted once,
 * as each has its share of it (proportional set size), with swap and page tables. Memory that they share by
 * files is not in it.
 */
export async function ownMemory(pids: readonly number[]): Promise<number> {
  let bytes = 0;
  for (const pid of pids) bytes += 1024 * (await ownKb(pid));
  return bytes;
}

async function ownKb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'latin1').catch(() => '');
  const share = await readFile(`/proc/${pid}/smaps_rollup`, 'latin1').catch(() => '');
  const held =
    kb(share, 'Pss_Anon') ??
    kb(share, 'Pss') ??
    // Not to be looked at more closely: what was shared by a fork is counted for each.
    (kb(status, 'RssAnon') ?? 0) + (kb(status, 'VmSwap') ?? 0);
  return held + (kb(share, 'SwapPss') ?? 0) + (kb(status, 'VmPTE') ?? 0);
}

const kb = (text: string, field: string): number | undefined => {
  const found = new RegExp(`^${field}:\\s*(\\d+) kB`, 'm').exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
};

/** The temporary folders of a sandbox, by any of its processes: what is in them, also what was deleted. */
export async function temporaryFolders(pid: number): Promise<{ devices: Set<number>; bytes: number }> {
  const devices = new Set<number>();
  let bytes = 0;
  for (const folder of TEMPORARY) {
    const path = `/proc/${pid}/root/${folder}`;
    const found = await Promise.all([stat(path), statfs(path)]).catch(() => undefined);
    if (found === undefined) continue;
    const [{ dev }, { blocks, bfree, bsize, files, ffree }] = found;
    devices.add(dev);
    bytes += (blocks - bfree) * bsize + (files - ffree) * INODE_BYTES;
  }
  return { devices, bytes };
}
