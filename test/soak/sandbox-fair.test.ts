import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readFile, writeFile } from '../../src/sandbox/files.ts';
import type { Sandboxes } from '../../src/sandbox/sandbox.ts';
import { FAIR } from '../support/limits/attempts.ts';
import { hasBubblewrap, localSandboxes, shell } from '../support/sandboxes.ts';

const LIMITS = { cpuSeconds: 20, memoryMb: 128, processes: 64, diskMb: 16, files: 500 };
const { signal } = new AbortController();

let sandboxes: Sandboxes;
beforeAll(() => {
  sandboxes = localSandboxes({ limits: LIMITS });
});
afterAll(() => sandboxes.stop());

describe.skipIf(!hasBubblewrap)('limits of a sandbox', () => {
  test.each(['forked', 'shared', 'sent'])('let through what stays below them: %s', async (how) => {
    const sandbox = await sandboxes.open('s_fair', signal);
    const { text, end } = await shell(sandbox, `python3 - ${how}`, { stdin: FAIR, timeoutMs: 30_000 });
    expect({ text, end }).toEqual({ text: 'DONE', end: { kind: 'exited', code: 0 } });
  });

  test('can’t be passed bit by bit, by commands that end before anybody looks', async () => {
    const sandbox = await sandboxes.open('s_bits', signal);
    for (let i = 0; i < 6; i++) await shell(sandbox, `head -c 9M /dev/zero > part${i}`);
    const { text } = await shell(sandbox, 'du -sm /work | cut -f1');
    expect(Number(text)).toBeLessThanOrEqual(28);
  });

  test('that are reached are told, keep anything from being written, and let files be read and removed', async () => {
    const sandbox = await sandboxes.open('s_full', signal);
    await writeFile(sandbox, 'note', Buffer.from('kept'), signal);
    for (const part of ['one', 'two']) await shell(sandbox, `head -c 9M /dev/zero > ${part}`);
    const full = await sandboxes.open('s_full', signal);
    expect(full.notice).toContain('/work is full: it has 19 MB in 4 files and folders');
    await expect(writeFile(full, 'more', Buffer.from('x'), signal)).rejects.toThrow("can't be written");
    expect(await readFile(full, 'note', 100, signal)).toEqual({ kind: 'file', bytes: Buffer.from('kept') });
    expect((await shell(full, 'rm one more; echo removed')).text).toBe('removed');
    const again = await sandboxes.open('s_full', signal);
    expect(again.notice).toBeUndefined();
    await writeFile(again, 'more', Buffer.from('x'), signal);
  });

  test('count files and folders as well', async () => {
    const sandbox = await sandboxes.open('s_files', signal);
    await shell(sandbox, 'mkdir many && cd many && touch $(seq 600)');
    const full = await sandboxes.open('s_files', signal);
    expect(full.notice).toContain('in 602 files and folders, and may have 16 MB and 500');
  });

  test.skipIf(process.arch !== 'x64')(
    'refuse what nobody can count: segments of System V, io_uring, and programs of other kinds',
    async () => {
      const sandbox = await sandboxes.open('s_calls', signal);
      const refused = `import ctypes
libc = ctypes.CDLL(None, use_errno=True)
for name, number in {"shmget": 29, "semget": 64, "msgget": 68, "io_uring_setup": 425, "x32": 0x40000000 + 39}.items():
    print(name, libc.syscall(number, 0, 1, 0o1600), ctypes.get_errno())`;
      const { text } = await shell(sandbox, 'python3 -', { stdin: refused });
      expect(text.split('\n')).toEqual(
        ['shmget', 'semget', 'msgget', 'io_uring_setup', 'x32'].map((name) => `${name} -1 38`),
      );
    },
  );
});
