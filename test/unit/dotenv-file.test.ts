import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeDotEnv } from '../../src/config/dotenv-file.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'ml-intern-dotenv-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const file = () => join(directory, '.env');
const read = () => readFileSync(file(), 'utf8');
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);
const write = (values: Record<string, string> = { A: '1' }) => writeDotEnv(directory, values);

describe('.env is written', () => {
  test('where there is none, for its owner alone, and taken away again', async () => {
    const written = await write();
    expect(written.ok).toBe(true);
    expect(read()).toBe('A=1\n');
    expect(modeOf(file())).toBe('600');
    expect(readdirSync(directory)).toEqual(['.env']);
    if (written.ok) await written.undo();
    expect(readdirSync(directory)).toEqual([]);
  });

  test('as another whole file, that others can no longer read, and made what it was again', async () => {
    writeFileSync(file(), '# mine\nB=2');
    chmodSync(file(), 0o644);
    const { ino } = statSync(file());
    const written = await write();
    expect(read()).toBe('# mine\nB=2\nA=1\n');
    expect(modeOf(file())).toBe('600');
    expect(statSync(file()).ino).not.toBe(ino);
    if (written.ok) await written.undo();
    expect(read()).toBe('# mine\nB=2');
    expect(readdirSync(directory)).toEqual(['.env']);
  });

  test('behind a link that stays in its directory', async () => {
    writeFileSync(join(directory, 'settings'), 'B=2\n');
    symlinkSync('settings', file());
    expect(await write()).toMatchObject({ ok: true });
    expect(readFileSync(join(directory, 'settings'), 'utf8')).toBe('B=2\nA=1\n');
  });
});

describe('.env is left alone, with a word on why', () => {
  test('behind a link that leads out of its directory', async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'ml-intern-dotenv-'));
    writeFileSync(join(elsewhere, 'target'), 'B=2\n');
    symlinkSync(join(elsewhere, 'target'), file());
    const problem = `${file()} is a link out of its directory, which is not followed.`;
    expect(await write()).toEqual({ ok: false, problem });
    expect(readFileSync(join(elsewhere, 'target'), 'utf8')).toBe('B=2\n');
    rmSync(elsewhere, { recursive: true });
  });

  test('where a link leads nowhere', async () => {
    symlinkSync(join(directory, 'gone'), file());
    expect(await write()).toEqual({ ok: false, problem: `${file()} can't be written (ENOENT).` });
    expect(readdirSync(directory)).toEqual(['.env']);
  });

  test('where it is a directory', async () => {
    mkdirSync(file());
    expect(await write()).toEqual({ ok: false, problem: `${file()} is no file.` });
  });

  test('where it is wrong already', async () => {
    writeFileSync(file(), 'B="\n');
    expect(await write()).toMatchObject({ ok: false, problem: expect.stringContaining('never closed') });
    expect(read()).toBe('B="\n');
  });

  test('where its directory is gone', async () => {
    rmSync(directory, { recursive: true });
    expect(await write()).toEqual({ ok: false, problem: `${file()} can't be written (ENOENT).` });
  });
});
