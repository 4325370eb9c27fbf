import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { findGroups, type GroupFiles } from '../../src/sandbox/limits/cgroups.ts';

/*
 * No machine of ours has control groups of version 2 with memory: these tests have a tree that refuses what
 * the kernel refuses (https://docs.kernel.org/admin-guide/cgroup-v2.html).
 */

const LIMITS = { memoryMb: 256, processes: 64, cpuSeconds: 20, diskMb: 64, files: 20_000 };
const BASE = '/sys/fs/cgroup/system.slice/bot.service';

const refused = (code: string, path: string) => Object.assign(new Error(`${code}: ${path}`), { code });

/** A tree of groups: which processes are in each, what it passes on, and what was set. */
class Tree implements GroupFiles {
  readonly groups = new Map<string, { pids: Set<string>; passed: Set<string>; set: Map<string, string> }>();
  self = '0::/system.slice/bot.service/bot\n';
  alive = new Set<number>();
  hasSwap = true;
  /** A group that we may write to. */
  isGiven = (path: string) => path.startsWith(BASE);

  constructor(controllers = ['cpu', 'memory', 'pids']) {
    for (const path of ['/sys/fs/cgroup', '/sys/fs/cgroup/system.slice', BASE, `${BASE}/bot`])
      this.groups.set(path, { pids: new Set(), passed: new Set(), set: new Map() });
    this.#at('/sys/fs/cgroup').passed = new Set(controllers);
    this.#at('/sys/fs/cgroup/system.slice').passed = new Set(controllers);
    this.#at(`${BASE}/bot`).pids.add('100');
  }

  #at(path: string) {
    const group = this.groups.get(path);
    if (group === undefined) throw refused('ENOENT', path);
    return group;
  }

  #controllers(path: string): Set<string> {
    return path === '/sys/fs/cgroup' ? this.#at(path).passed : this.#at(dirname(path)).passed;
  }

  async read(path: string): Promise<string> {
    if (path === '/proc/self/cgroup') return this.self;
    const group = this.#at(dirname(path));
    const name = path.slice(dirname(path).length + 1);
    if (name === 'cgroup.controllers') return [...this.#controllers(dirname(path))].join(' ');
    if (name === 'cgroup.subtree_control') return [...group.passed].join(' ');
    const known = group.set.get(name);
    if (known !== undefined) return known;
    if (name === 'memory.events' && this.#controllers(dirname(path)).has('memory'))
      return 'oom 0\noom_kill 0\n';
    throw refused('ENOENT', path);
  }

  async write(path: string, text: string): Promise<void> {
    const [folder, name] = [dirname(path), path.slice(dirname(path).length + 1)];
    const group = this.#at(folder);
    if (!this.isGiven(folder)) throw refused('EACCES', path);
    if (name === 'cgroup.procs') {
      if (group.passed.size > 0) throw refused('EBUSY', path); // only leaves have processes
      for (const { pids } of this.groups.values()) pids.delete(text);
      group.pids.add(text);
    } else if (name === 'cgroup.subtree_control') {
      const names = text.split(' ').map((part) => part.slice(1));
      if (names.some((one) => !this.#controllers(folder).has(one))) throw refused('ENOENT', path);
      if (group.pids.size > 0) throw refused('EBUSY', path);
      for (const one of names) group.passed.add(one);
    } else if (name === 'cgroup.kill') group.pids.clear();
    else {
      const [controller = ''] = name.split('.');
      const isThere =
        this.#controllers(folder).has(controller) && (name !== 'memory.swap.max' || this.hasSwap);
      if (!isThere) throw refused('EACCES', path); // nobody may make a file there
      group.set.set(name, text);
    }
  }

  async list(path: string): Promise<string[]> {
    this.#at(path);
    return [...this.groups.keys()]
      .filter((one) => dirname(one) === path)
      .map((one) => one.slice(path.length + 1));
  }

  async make(path: string): Promise<void> {
    if (!this.isGiven(dirname(path))) throw refused('EACCES', path);
    if (this.groups.has(path)) throw refused('EEXIST', path);
    this.groups.set(path, { pids: new Set(), passed: new Set(), set: new Map() });
  }

  async remove(path: string): Promise<void> {
    if (this.#at(path).pids.size > 0) throw refused('EBUSY', path);
    this.groups.delete(path);
  }

  isAlive(pid: number): boolean {
    return this.alive.has(pid);
  }

  /** What was set of a group, as the kernel's files have it. */
  set(path: string): Record<string, string> {
    return Object.fromEntries(this.#at(path).set);
  }
}

const found = async (tree: Tree) => {
  const groups = await findGroups(tree, 7);
  if (!groups.ok) throw new Error(groups.reason);
  return groups.groups;
};

test('a command has a group below the one that was given, with its limits and without swap', async () => {
  const tree = new Tree();
  const group = await (await found(tree)).create(LIMITS);
  const path = join(BASE, 'ml-intern-7-2');
  expect(tree.set(path)).toEqual({
    'memory.max': String(256 * 1024 * 1024),
    'memory.swap.max': '0',
    'memory.oom.group': '1',
    'pids.max': '80',
  });
  await group.add(4_711);
  expect(tree.groups.get(path)?.pids).toEqual(new Set(['4711']));
  expect(await group.exceeded()).toBeUndefined();
  tree.groups.get(path)?.set.set('memory.events', 'low 0\noom 1\noom_kill 3\noom_group_kill 1\n');
  expect(await group.exceeded()).toBe('its processes used more than 256 MB of memory');
  await group.remove();
  expect([...tree.groups.keys()].filter((one) => one.includes('ml-intern'))).toEqual([]);
});

test('a kernel that does not count swap limits memory all the same', async () => {
  const tree = new Tree();
  tree.hasSwap = false;
  await (await found(tree)).create(LIMITS);
  expect(tree.set(join(BASE, 'ml-intern-7-2'))).toMatchObject({ 'memory.max': '268435456' });
});

test.each<[string, (tree: Tree) => unknown, RegExp]>([
  [
    'of the first version',
    (tree) => Object.assign(tree, { self: '4:memory:/bot\n2:pids:/\n' }),
    /no control groups of version 2/,
  ],
  [
    'without memory',
    (tree) => void tree.groups.get('/sys/fs/cgroup')?.passed.delete('memory'),
    /no control groups/,
  ],
  ['that were not given to us', (tree) => Object.assign(tree, { isGiven: () => false }), /EACCES/],
  ['whose parent has processes', (tree) => void tree.groups.get(BASE)?.pids.add('1'), /EBUSY/],
  ['of the root', (tree) => Object.assign(tree, { self: '0::/\n' }), /root group/],
])('with groups %s there are none, and why is told', async (_what, change, reason) => {
  const tree = new Tree();
  change(tree);
  expect(await findGroups(tree, 7)).toEqual({ ok: false, reason: expect.stringMatching(reason) });
  expect([...tree.groups.keys()].filter((one) => one.includes('ml-intern'))).toEqual([]);
});

test('groups of a bot that was killed are removed at the next start, those of one that runs are not', async () => {
  const tree = new Tree();
  tree.alive.add(12);
  for (const name of ['ml-intern-11-1', 'ml-intern-12-1', 'somebody-else']) await tree.make(join(BASE, name));
  await found(tree);
  expect(await tree.list(BASE)).toEqual(['bot', 'ml-intern-12-1', 'somebody-else']);
});
