import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { readFile } from '../../src/sandbox/files.ts';
import type { Sandboxes } from '../../src/sandbox/sandbox.ts';
import { hasBubblewrap, localSandboxes, openFolder, shell } from '../support/sandboxes.ts';

const { signal } = new AbortController();

let all: Sandboxes | undefined;
afterEach(() => all?.stop());

/** A folder that everybody may write to, as that of a person is to them, with a link out of it. */
function lent(): string {
  const outside = openFolder();
  writeFileSync(join(outside, 'secret'), 'not lent out\n');
  const folder = join(outside, 'lent');
  mkdirSync(folder);
  chmodSync(folder, 0o777);
  writeFileSync(join(folder, 'rows.csv'), 'a,b\n1,2\n');
  symlinkSync(join(outside, 'secret'), join(folder, 'link'));
  symlinkSync('../secret', join(folder, 'way-up'));
  return folder;
}

const open = (path: string, isWritable: boolean) => {
  all = localSandboxes({ mounted: { path, isWritable } });
  return all.open('s_mounted', signal);
};

describe.skipIf(!hasBubblewrap)('a folder that is lent to the sandbox', () => {
  test('is read at its own path, by commands and files alike, and nothing is written there', async () => {
    const folder = lent();
    const sandbox = await open(folder, false);
    expect(all?.rules).toContain(`The folder ${folder} of this person's machine`);
    expect((await shell(sandbox, `cat ${folder}/rows.csv`)).text).toBe('a,b\n1,2');
    const bytes = Buffer.from('a,b\n1,2\n');
    expect(await readFile(sandbox, `${folder}/rows.csv`, 1_000, signal)).toMatchObject({ bytes });
    for (const command of [
      `echo x > ${folder}/new`,
      `echo x >> ${folder}/rows.csv`,
      `rm -f ${folder}/rows.csv`,
      `mount -o remount,rw ${folder}`,
    ]) {
      expect((await shell(sandbox, command)).end, command).not.toEqual({ kind: 'exited', code: 0 });
    }
    expect(readFileSync(join(folder, 'rows.csv'), 'utf8')).toBe('a,b\n1,2\n');
    // What lies beside it is not there, whatever leads to it.
    expect(
      (await shell(sandbox, `cat ${folder}/link ${folder}/way-up ${folder}/../secret`)).text,
    ).not.toContain('not lent out');
    expect((await shell(sandbox, `ls ${folder}/..`)).text.trim()).toBe('lent');
  });

  test('is written to where that was said, though not by what only reads', async () => {
    const folder = lent();
    const sandbox = await open(folder, true);
    const { end } = await shell(sandbox, `echo 3,4 >> ${folder}/new.csv`);
    expect(end).toEqual({ kind: 'exited', code: 0 });
    expect(readFileSync(join(folder, 'new.csv'), 'utf8')).toBe('3,4\n');
    const reading = { timeoutMs: 10_000, signal, onOutput: () => {}, isReading: true };
    const tried = await sandbox.run(['bash', '-c', `echo x > ${folder}/other`], reading);
    expect(tried).not.toEqual({ kind: 'exited', code: 0 });
  });
});
