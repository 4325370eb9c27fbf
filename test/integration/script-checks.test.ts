import { beforeAll, describe, expect, test } from 'vitest';
import { writeFile } from '../../src/sandbox/files.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import type { Setting } from '../../src/tools/python-checks/findings.ts';
import { lookAtScript } from '../../src/tools/python-checks/look-at-script.ts';
import { lookAtRun } from '../../src/tools/sandbox/look-at-file.ts';
import { scriptOf } from '../../src/tools/script-run.ts';
import { parseApart } from '../support/parse-apart.ts';
import { hasBubblewrap, localSandboxes, shell } from '../support/sandboxes.ts';

const { signal } = new AbortController();
const ANYTHING: Setting = {
  dependencies: undefined,
  isBare: false,
  local: new Set(),
  variables: undefined,
};

test.each([
  ['python train.py', 'train.py'],
  ['python3 -u train.py --lr 1e-4 | tee log.txt', 'train.py'],
  ['cd exp && CUDA_VISIBLE_DEVICES=0 python -u a/train.py', 'exp/a/train.py'],
  ['accelerate launch --num_processes=2 train.py', 'train.py'],
  ['torchrun --standalone train.py', 'train.py'],
  ['python -c "print(1)"', undefined],
  ['echo train.py', undefined],
  ['python train.pyc', undefined],
])('%j runs %s', (command, path) => {
  expect(scriptOf(command)?.path).toBe(path);
});

describe.skipIf(!hasBubblewrap)('with a Python beside it', () => {
  let sandbox: Sandbox;

  beforeAll(async () => {
    const sandboxes = localSandboxes();
    await sandboxes.prepare();
    sandbox = await sandboxes.open('s1', signal);
  });

  const look = (text: string, runsThere = true) =>
    lookAtScript(
      { apart: parseApart, sandbox: { sandbox, python: 'python3' }, asksForSignatures: true, runsThere },
      text,
      ANYTHING,
      signal,
    );

  test('keywords are held against the signature that is installed, and the near ones are named', async () => {
    const text = 'import shutil as s\ns.copyfile("a", "b", follow_symlnks=False)\ns.copy("a", dst="b")\n';
    const { errors, doubts } = await look(text);
    expect(doubts).toEqual([]);
    expect(errors).toEqual([
      {
        line: 2,
        text: expect.stringMatching(
          /shutil\.copyfile has no argument `follow_symlnks` in .*`follow_symlinks`/,
        ),
      },
    ]);
    expect((await look(text, false)).errors).toEqual([]); // a job has another version, perhaps
  });

  test('what takes any keyword, is wrapped or is not there is not judged', async () => {
    const text = [
      'import functools, json, subprocess, nowhere',
      'json.dumps({}, indnt=2)',
      'functools.partial(print, anything=1)',
      'subprocess.run(["ls"], whatever=1)',
      'nowhere.call(a=1)',
    ].join('\n');
    expect((await look(text)).errors).toEqual([]);
  });

  test('nothing of the script and nothing beside it runs', async () => {
    await writeFile(sandbox, 'shutil.py', Buffer.from('open("/tmp/ran", "w")\n'), signal);
    const text = 'import shutil\nopen("/tmp/ran", "w")\nshutil.copyfile("a", "b", wrong=1)\n';
    expect((await look(text)).errors).toHaveLength(1);
    const { text: listed } = await shell(sandbox, 'ls /tmp /work; rm -f shutil.py');
    expect(listed).not.toMatch(/^ran$/m);
  });

  test('a command that begins a training script which would fail is not run, and says why', async () => {
    const script = 'import shutil\nshutil.copyfile("a", "b", wrong=1)\nloss.backward()\n';
    await writeFile(sandbox, 'train.py', Buffer.from(script), signal);
    const told = await lookAtRun({ sandbox, apart: parseApart }, 'python3 train.py --x 1', signal);
    expect(told).toMatch(/^Nothing was run: train\.py would fail\.\n- line 2: .*`wrong`/);
    await writeFile(sandbox, 'other.py', Buffer.from(script.replace('loss.backward()', '')), signal);
    expect(await lookAtRun({ sandbox, apart: parseApart }, 'python3 other.py', signal)).toBeUndefined();
  });

  test('what is nested without end is told of, and what is read after it is read', async () => {
    for (const text of ['('.repeat(100_000), `x = ${'-'.repeat(300_000)}1`, `f"${'{'.repeat(50_001)}"`]) {
      const { errors, doubts } = await look(text);
      expect([...errors, ...doubts]).not.toEqual([]);
    }
    expect((await look('import shutil\nshutil.copyfile("a", "b", wrong=1)\n')).errors).toHaveLength(1);
  });
});
