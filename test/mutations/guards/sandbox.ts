import type { Mutation } from '../mutation.ts';

const MEMORY = 'memory beyond the limit';
const DISK = 'disk beyond the limit, or without a look';
const LENT = 'a folder that is lent to it and holds secrets, or leads out of itself';
const LEFT = 'what can’t be removed, or breaks every tool';
const ANY_MEMORY = { test: 'soak/sandbox-memory', title: 'however it takes it' };
const ANY_DISK = { test: 'soak/sandbox-disk', title: 'however it takes it' };

/** Of "The sandbox". */
export const SANDBOX: readonly Mutation[] = [
  {
    threat: MEMORY,
    file: 'src/sandbox/limits/watch.ts',
    text: '(await ownMemory(pids)) + temporary + sum(held.memory)',
    becomes: 'temporary + sum(held.memory)',
    ...ANY_MEMORY,
  },
  {
    threat: MEMORY,
    file: 'src/sandbox/limits/watch.ts',
    text: '(await ownMemory(pids)) + temporary + sum(held.memory)',
    becomes: '(await ownMemory(pids)) + sum(held.memory)',
    ...ANY_MEMORY,
  },
  {
    threat: MEMORY,
    file: 'src/sandbox/limits/watch.ts',
    text: '(await ownMemory(pids)) + temporary + sum(held.memory)',
    becomes: '(await ownMemory(pids)) + temporary',
    ...ANY_MEMORY,
  },
  {
    threat: DISK,
    file: 'src/sandbox/limits/watch.ts',
    text: 'bytes: use.bytes + sum(held.disk), files: use.files + held.disk.size',
    becomes: 'bytes: use.bytes, files: use.files',
    ...ANY_DISK,
  },
  {
    threat: DISK,
    file: 'src/sandbox/limits/workspace-use.ts',
    text: "'--cap-drop', 'ALL', '--cap-add', 'CAP_DAC_READ_SEARCH'",
    becomes: "'--cap-drop', 'ALL'",
    ...ANY_DISK,
  },
  {
    threat: DISK,
    file: 'src/sandbox/local.ts',
    text: 'isFull ? { ...limits, diskMb: 0 } : limits',
    becomes: 'limits',
    test: 'soak/sandbox-fair',
    title: 'bit by bit',
  },
  {
    threat: LENT,
    file: 'src/sandbox/mounted-folder.ts',
    text: 'if (TOO_MUCH.has(path) || SYSTEM.test(path))',
    becomes: 'if (TOO_MUCH.has(path))',
    test: 'unit/mounted-folder',
    title: 'where it is',
  },
  {
    threat: LENT,
    file: 'src/sandbox/mounted-folder.ts',
    text: 'return realpathSync(path);',
    becomes: 'return statSync(path) && path;',
    test: 'unit/mounted-folder',
    title: 'or a link leads to what is not lent out',
  },
  {
    threat: LENT,
    file: 'src/sandbox/bubblewrap.ts',
    text: "mounted.isWritable && !isReadOnly ? '--bind' : '--ro-bind'",
    becomes: "!isReadOnly ? '--bind' : '--ro-bind'",
    test: 'soak/mounted-folder',
    title: 'nothing is written there',
  },
  {
    threat: LEFT,
    file: 'src/sandbox/remove-folders.ts',
    text: 'chmod -R u+rwX "$1" 2>/dev/null; ',
    becomes: '',
    test: 'soak/sandbox-removal',
    title: 'a sandbox is removed whatever its commands have left in it',
  },
  {
    threat: LEFT,
    file: 'src/lib/file-name.ts',
    text: 'if (size > bytes) break;',
    becomes: 'if (kept.length > bytes) break;',
    test: 'e2e/attachments',
    title: 'keep no tool from working',
  },
];
