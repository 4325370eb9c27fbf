import { expect, test } from 'vitest';
import { Misuse } from '../eval/misuse.ts';
import { optionsOf } from '../eval/options.ts';
import { readMeasurement, writeMeasurement } from '../eval/results.ts';

const TASKS = ['train', 'oom'];

test('a model, tasks, and how often', () => {
  const words = ['--model', 'a/b', '--task', 'train', 'oom', '--repeat', '3', '--json', 'a.json'];
  expect(optionsOf(words, TASKS)).toEqual({
    kind: 'model',
    id: 'a/b',
    tasks: ['train', 'oom'],
    repeat: 3,
    json: 'a.json',
    minutes: 20,
    parallel: undefined,
  });
});

test('nothing at all is the model of the settings, once, with every task', () => {
  expect(optionsOf([], TASKS)).toMatchObject({ kind: 'model', id: undefined, tasks: [], repeat: 1 });
});

test.each([
  [['--scripted'], ['good', 'habits']],
  [
    ['--scripted', 'all'],
    ['good', 'habits'],
  ],
  [['--scripted', 'good'], ['good']],
  [
    ['--scripted', '--task', 'oom'],
    ['good', 'habits'],
  ],
])('%j is without a model', (words, what) => {
  expect(optionsOf(words, TASKS)).toMatchObject({ kind: 'scripted', what });
});

test('two files are compared', () => {
  expect(optionsOf(['--compare', 'a.json', 'b.json'], TASKS)).toEqual({
    kind: 'compare',
    files: ['a.json', 'b.json'],
  });
});

test.each([
  [['--task', 'tain'], 'There is no task "tain". There are: train, oom.'],
  [['train'], '"train" is no option; tasks are named behind --task.'],
  [['--repeat', '0'], '--repeat is a whole number from 1 to 100, and not "0".'],
  [['--repeat', '1.5'], '--repeat is a whole number from 1 to 100, and not "1.5".'],
  [['--minutes', 'ten'], '--minutes is a whole number from 1 to 1440, and not "ten".'],
  [['--parallel', '100'], '--parallel is a whole number from 1 to 64, and not "100".'],
  [['--scripted', 'bad'], '--scripted is good, habits or all, and not "bad".'],
  [
    ['--scripted', 'good', '--repeat', '2'],
    '--repeat is for measuring a model, and --scripted goes without one.',
  ],
  [['--model', ' '], '--model names a model, such as moonshotai/Kimi-K2.5:fastest.'],
  [
    ['--compare', 'a.json'],
    '--compare takes two files that --json has written: --compare before.json after.json.',
  ],
  [['--nope'], expect.stringMatching(/^Unknown option '--nope'.*--help tells what there is\.$/)],
])('%j is told in one line', (words, message) => {
  let said = '';
  try {
    optionsOf(words, TASKS);
  } catch (error) {
    expect(error).toBeInstanceOf(Misuse);
    said = String(error instanceof Error && error.message);
  }
  expect(said).toEqual(message);
  expect(said).not.toContain('\n');
});

test('a file that is no measurement, or is not there, is told in one line', () => {
  expect(() => readMeasurement('/nowhere/a.json')).toThrow(
    "--compare: /nowhere/a.json can't be read (ENOENT).",
  );
  expect(() => readMeasurement('package.json')).toThrow(
    'package.json is no measurement that --json has written.',
  );
  expect(() => writeMeasurement('/nowhere/a.json', undefined)).toThrow("can't be written (ENOENT).");
});
