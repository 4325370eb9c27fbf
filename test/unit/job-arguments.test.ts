import { describe, expect, test } from 'vitest';
import { Arguments, isCommandLine, isPath, isUrl } from '../../src/tools/hf-jobs/arguments.ts';
import { parseDuration } from '../../src/tools/hf-jobs/duration.ts';

/* What models write as arguments of a job, found to be wrong before people are asked about it. */

test.each([
  [3600, 3600],
  ['3600', 3600],
  ['3600s', 3600],
  ['1h30m', 5400],
  ['1h 30min', 5400],
  ['1 hour 30 min', 5400],
  ['1 hour and 30 minutes', 5400],
  ['90 minutes', 5400],
  ['45 mins', 2700],
  ['2 hours', 7200],
  ['2hrs', 7200],
  ['2H', 7200],
  ['1.5h', 5400],
  ['1:30:00', 5400],
  ['PT1H30M', 5400],
  ['P1DT2H', 93_600],
  ['1 day', 86_400],
])('a time limit of %j is read', (text, seconds) => {
  expect(parseDuration(text)).toBe(seconds);
});

test.each([
  '',
  '0',
  '-1',
  'forever',
  '1e4',
  '30m 1h',
  '1h 1h',
  '5 apples',
  'h',
  '1:30',
  '1 month',
  'P',
  'm5',
])('a time limit of %j is none', (text) => {
  expect(parseDuration(text)).toBeUndefined();
});

describe('a script of one line', () => {
  test.each([
    'train.py --lr 2e-5',
    '"train.py"',
    'train.py:main',
    'accelerate launch train.py --x 1',
    'python -m trl sft --model x',
    'https://h/x.py --arg 1',
    'git@github.com:a/b.git',
    'pip install torch',
    '!pip install torch',
    'axolotl train config.yml',
    'trl sft --model_name x',
    'config.yaml',
    'requirements.txt',
    'scripts/train',
    './scripts/train',
    '$SCRIPT',
    'cat train.py | python',
    'uvx --from trl trl sft',
  ])('that a shell would run is no source: %s', (script) => {
    expect(isCommandLine(script) || isPath(script) || isUrl(script)).toBe(true);
  });

  test.each([
    'print("train.py")',
    'import trl; trl.main()',
    'main()',
    'hf = 1; print(hf)',
    'from a import b',
    'x = a / b',
    '"""A doc."""',
    'time.sleep(60)',
    'import os; os.system("python train.py --lr 1")',
    '# train.py --lr 1',
    'git = "https://h/x.py --arg"',
    'raise SystemExit("see run.sh")',
  ])('that is source stays so: %s', (script) => {
    expect(isCommandLine(script) || isPath(script) || isUrl(script)).toBe(false);
  });

  test('of more lines is source, whatever its first one looks like', () => {
    expect(isCommandLine('pip install torch\nprint(1)')).toBe(false);
  });
});

describe('what goes with a script', () => {
  const problemOf = (more: object) =>
    Arguments.safeParse({ operation: 'run', script: 'print(1)', ...more }).error?.message;

  test.each(['3.11', '3.9', '3.13.1'])('Python %s is taken', (python) => {
    expect(problemOf({ python })).toBeUndefined();
  });

  test.each(['3', '2.7', 'python3.11', '3.11; id', '>=3.10', '3.11 '])('Python %j is not', (python) => {
    expect(problemOf({ python })).toContain('a version like');
  });

  test('arguments are as many and as long as a command takes', () => {
    expect(problemOf({ script_args: ['--lr', '2e-5', '', "it's"] })).toBeUndefined();
    expect(problemOf({ script_args: ['x'.repeat(33_000)] })).toContain('32,000 bytes');
    expect(problemOf({ script_args: ["'".repeat(9_000)] })).toContain('32,000 bytes');
    expect(problemOf({ script_args: ['長'.repeat(11_000)] })).toContain('32,000 bytes');
  });
});

describe('a dependency', () => {
  const isTaken = (name: string) =>
    Arguments.safeParse({ operation: 'run', script: 'print(1)', dependencies: [name] }).success;

  test.each([
    "torch; sys_platform=='linux'",
    'git+https://github.com/huggingface/trl.git@main',
    'git+https://github.com/a/b@v1#subdirectory=x',
    'trl[vllm]>=0.20',
    'pkg @ git+https://github.com/a/b',
    'torch==2.6.0+cu124',
    "numpy<2; python_version < '3.13' and platform_machine == 'x86_64'",
    'unsloth @ https://h/x.whl#sha256=abc',
    'torch>=2.1,!=2.3.0',
  ])('is taken: %s', (name) => expect(isTaken(name)).toBe(true));

  test.each([
    'flash-attn --no-build-isolation',
    'torch --index-url https://x',
    'torch --extra-index-url=https://x',
    'torch -i https://x',
    'torch  -f https://x/whl',
    'vllm --pre',
    'torch,--index-url https://x',
    "torch; sys_platform == 'linux' --pre",
    'torch -e .',
    '-r requirements.txt',
    'torch -U',
    'torch>=2.0 # the newest',
    '--index-url https://x',
    'a;rm -rf /',
    'a`id`',
  ])('is not: %s', (name) => expect(isTaken(name)).toBe(false));
});
