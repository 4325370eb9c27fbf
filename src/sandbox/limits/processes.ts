import { readdir, readFile } from 'node:fs/promises';

/** A process may hop from child to child while it is looked for: so often the tree is gone through again. */
const WALKS = 3;

/**
 * All processes below one, and it: children of every thread. The first process of a sandbox is the parent of
 * whoever has lost theirs, so nobody in there is left out.
 */
export async function processesBelow(pid: number): Promise<number[]> {
  const found = new Set<number>();
  for (let walk = 0; walk < WALKS; walk++) {
    const all = await walkBelow(pid, found);
    if (all) break;
  }
  return [...found];
}

/** Adds to `found`; false where a process had ended before its children were asked for. */
async function walkBelow(first: number, found: Set<number>): Promise<boolean> {
  const seen = new Set<number>();
  let isWhole = true;
  for (const next = [first]; next.length > 0; ) {
    const pid = next.pop() ?? first;
    if (seen.has(pid)) continue;
    seen.add(pid);
    const threads = await readdir(`/proc/${pid}/task`).catch(() => undefined);
    if (threads === undefined) {
      isWhole = false;
      continue;
    }
    found.add(pid);
    for (const thread of threads) {
      const children = await readFile(`/proc/${pid}/task/${thread}/children`, 'utf8').catch(() => '');
      for (const child of children.split(' ')) if (child !== '') next.push(Number(child));
    }
  }
  return isWhole;
}
