import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { lockDirectory } from '../../src/db/directory-lock.ts';
import { ConfigError } from '../../src/lib/config-error.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'ml-intern-lock-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const HOLD = `
  import { lockDirectory } from ${JSON.stringify(import.meta.resolve('../../src/db/directory-lock.ts'))};
  lockDirectory(process.argv[1]);
  gc(); // what is not kept is collected, and a lock that hangs on it is lost
  console.log('held');
  setInterval(() => {}, 1000);
`;

/** Another process that holds the lock; it is started by `before`, e.g. in a namespace of its own. */
async function holder(...before: string[]): Promise<ChildProcess> {
  const [program = '', ...words] = [
    ...before,
    process.execPath,
    '--expose-gc',
    '--input-type=module',
    '-e',
    HOLD,
    directory,
  ];
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

test('a directory that a living process uses is refused, with who it is, the file and what to do', async () => {
  const child = await holder();
  expect(() => lockDirectory(directory)).toThrow(ConfigError);
  expect(() => lockDirectory(directory)).toThrow(
    new RegExp(
      `in use by process ${child.pid} on .* since .*\\. Stop it, or set DATABASE_URL .* delete ${join(directory, 'lock.db')}\\.$`,
    ),
  );
});

test('what a process held that was killed with -9 is free at once', async () => {
  await kill(await holder());
  lockDirectory(directory)();
});

const hasNamespaces = spawnSync('unshare', ['--pid', '--fork', 'true']).status === 0;

test.skipIf(!hasNamespaces)(
  'a process of another container, whose process ids mean nothing here, keeps its lock',
  async () => {
    const child = await holder('unshare', '--pid', '--fork', '--kill-child');
    expect(() => lockDirectory(directory)).toThrow(/in use by process \d+ on /);
    await kill(child);
  },
);

test('a process id that another program has by now keeps nobody out', () => {
  writeFileSync(join(directory, 'lock'), `${process.ppid} on here since 2026-01-01T00:00:00.000Z\n`);
  lockDirectory(directory)();
});

test('an older version, which only writes its process id, is respected while it is the bot that runs', async () => {
  const older = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', 'src/app/main.ts']);
  onTestFinished(() => void older.kill('SIGKILL'));
  await once(older, 'spawn');
  writeFileSync(join(directory, 'lock'), String(older.pid));
  expect(() => lockDirectory(directory)).toThrow(
    `${directory} is in use by process ${older.pid}, an older version of the bot. Stop that process; if it is something else, delete ${join(directory, 'lock')}.`,
  );
  writeFileSync(join(directory, 'lock'), String(process.ppid));
  lockDirectory(directory)();
});

test('a lock that is given back is free, also for the same process', () => {
  const unlock = lockDirectory(directory);
  expect(() => lockDirectory(directory)).toThrow(ConfigError);
  unlock();
  lockDirectory(directory)();
});

test('a lock file that is none is named, with the remedy', () => {
  writeFileSync(join(directory, 'lock.db'), 'x'.repeat(4096));
  expect(() => lockDirectory(directory)).toThrow(/lock\.db can't be locked \(.*\)\. Delete that file$/);
});
