import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Kept, mountedFolder } from '../../src/sandbox/mounted-folder.ts';

let root: string;
let kept: Kept;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'ml-intern-mount-')));
  const credentials = ['.ssh', '.config/gcloud', '.aws/sso', '.cache/huggingface/datasets'];
  for (const path of [
    ...['home/ada/data', 'bot/.data/sandboxes', 'bot/corpus', 'secrets', 'elsewhere'],
    ...credentials.map((name) => `home/ada/${name}`),
  ]) {
    mkdirSync(join(root, path), { recursive: true });
  }
  writeFileSync(join(root, 'secrets/env'), 'A=1\n');
  symlinkSync(join(root, 'secrets/env'), join(root, 'bot/.env'));
  writeFileSync(join(root, 'file'), '');
  kept = {
    home: join(root, 'home/ada'),
    data: [join(root, 'bot/.data'), join(root, 'gone')],
    directory: join(root, 'bot'),
  };
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const mount = (path: string) => mountedFolder(path.startsWith('/') ? path : join(root, path), kept);

describe('a folder is lent to the sandbox', () => {
  test('to be read, unless it says that it may be written to', () => {
    const path = join(root, 'home/ada/data');
    expect(mount('home/ada/data')).toEqual({ ok: true, folder: { path, isWritable: false } });
    expect(mount('home/ada/data:ro')).toEqual({ ok: true, folder: { path, isWritable: false } });
    expect(mount('home/ada/data:rw')).toEqual({ ok: true, folder: { path, isWritable: true } });
    expect(mount('bot/corpus')).toMatchObject({ ok: true });
    expect(mount('home/ada/.cache/huggingface/datasets')).toMatchObject({ ok: true });
  });

  test('as the one that a link leads to', () => {
    symlinkSync(join(root, 'elsewhere'), join(root, 'home/ada/link'));
    expect(mount('home/ada/link')).toMatchObject({ folder: { path: join(root, 'elsewhere') } });
  });
});

describe('a folder is not lent out', () => {
  test.each([
    ['/', 'the machine’s own'],
    ['/etc', 'the machine’s own'],
    ['/etc/ssl', 'the machine’s own'],
    ['/proc/self', 'the machine’s own'],
    ['/proc/self/root', 'the machine’s own'],
    ['/usr/lib', 'the machine’s own'],
    ['/var/run', 'the machine’s own'],
    ['/tmp', 'the machine’s own'],
    ['home', 'your home is in it'],
    ['home/ada', 'your home is in it'],
    ['home/ada/../ada/data/..', 'your home is in it'],
    ['bot', 'the bot’s own data'],
    ['bot/.data', 'the bot’s own data'],
    ['bot/.data/sandboxes', 'the bot’s own data'],
    ['secrets', 'the .env of the bot'],
    ['home/ada/.ssh', 'keys and tokens'],
    ['home/ada/.aws/sso', 'keys and tokens'],
    ['home/ada/.config/gcloud', 'keys and tokens'],
    ['home/ada/.cache', 'keys and tokens'],
    ['home/ada/.cache/huggingface', 'keys and tokens'],
    ['file', 'there is no such folder'],
    ['gone', 'there is no such folder'],
  ])('where it is %s', (path, why) => {
    expect(mount(path)).toEqual({ ok: false, problem: expect.stringContaining(why) });
    expect(mount(`${path}:rw`)).toMatchObject({ ok: false });
  });

  test('where it holds the .env of the bot, or a link leads to what is not lent out', () => {
    kept = { ...kept, data: [] };
    expect(mount('bot')).toMatchObject({ problem: expect.stringContaining('.env of the bot') });
    symlinkSync(join(root, 'home/ada'), join(root, 'elsewhere/link'));
    expect(mount('elsewhere/link')).toMatchObject({ problem: expect.stringContaining('your home') });
  });
});
