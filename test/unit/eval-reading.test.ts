import { describe, expect, test } from 'vitest';
import { scriptCommand } from '../../src/tools/hf-jobs/script-command.ts';
import { saysNumber } from '../eval/graders/numbers.ts';
import * as python from '../eval/python.ts';
import { sentOf } from '../eval/ran.ts';
import { CLEAN_ROWS, DIRTY_CSV, rowsIn } from '../eval/reviews.ts';

const COURSE = { queueMs: 0, runMs: 0, lines: [] };

describe('settings of a script', () => {
  test.each([
    ['args = SFTConfig(learning_rate=2e-5, x=1)', [2e-5]],
    ['config = {"learning_rate": 1e-4}', [1e-4]],
    ['command = "trl sft --learning_rate 3e-5"', [3e-5]],
    ['command = "trl sft --learning-rate=3e-5"', [3e-5]],
    ['LR = 5e-6\nargs = SFTConfig(learning_rate=LR)', [5e-6]],
    ['# learning_rate=1.0\nargs = A(learning_rate=1e-6)  # not learning_rate=2', [1e-6]],
    ['learning_rate: float = 7e-5', [7e-5]],
    ['if learning_rate == 5: pass', []],
    ['args = A(my_learning_rate=1)', []],
  ])('%j', (script, rates) => {
    expect(python.numbersOf(script, 'learning_rate')).toEqual(rates);
  });

  test('what is on, and texts', () => {
    expect(python.isOn('A(push_to_hub=True)', 'push_to_hub')).toBe(true);
    expect(python.isOn('A(push_to_hub=False)', 'push_to_hub')).toBe(false);
    expect(python.textsOf('REPO = "ada/x"\nA(hub_model_id=REPO)', 'hub_model_id')).toEqual(['ada/x']);
  });

  test('repositories, datasets and imports', () => {
    const script =
      'from trl import (SFTConfig,\n  SFTTrainer as T)\nM = "Qwen/Qwen2.5-0.5B"\nload_dataset("acme/faq")\nopen("data/a.csv")\n# "no/body"';
    expect(python.repositoriesIn(script)).toEqual(['Qwen/Qwen2.5-0.5B', 'acme/faq']);
    expect(python.datasetsIn(script)).toEqual(['acme/faq']);
    expect(python.importedOf(script, 'trl')).toEqual(['SFTConfig', 'SFTTrainer']);
  });

  test.each([
    ['A(max_steps=5)', true],
    ['A(max_steps=5000)', false],
    ['data.select(range(64))', true],
    ['load_dataset("a/b", split="train[:100]")', true],
    ['A(num_train_epochs=1)', false],
  ])('%j works on little: %s', (script, isSmall) => {
    expect(python.isSmall(script)).toBe(isSmall);
  });
});

test.each([
  ['0.9284', 0.9284, true],
  ['92.84 %', 0.9284, true],
  ['92.8 percent', 0.9284, true],
  ['accuracy of 0.93', 0.9284, true],
  ['**92.8%**', 0.9284, true],
  ['94.1 %', 0.9284, false],
  ['0.9', 0.9284, false],
  ['0.92', 0.9284, false],
  ['48,211 rows', 48_211, true],
  ['48211 rows', 48_211, true],
  ['about 48k', 48_211, false],
  ['$5.40', 5.4, true],
  ['5.4 USD', 5.4, true],
  ['1.51', 1.5127, true],
  ['no number', 0.9284, false],
])('%j says %d: %s', (text, truth, isSaid) => {
  expect(saysNumber(text, truth)).toBe(isSaid);
});

test('rows are read of every form in which they may be pushed', () => {
  const rows = CLEAN_ROWS.map((row) => row.split('|'));
  const csv = rows.map(([text = '', label]) => `${text.includes(',') ? `"${text}"` : text},${label}`);
  expect(rowsIn('a.csv', ['text,label', ...csv].join('\r\n'))).toEqual(CLEAN_ROWS);
  expect(
    rowsIn('a.tsv', ['label\ttext', ...rows.map(([text, label]) => `${label}\t${text}`)].join('\n')),
  ).toEqual(CLEAN_ROWS);
  const objects = rows.map(([text, label]) => ({ text, label }));
  expect(rowsIn('a.jsonl', objects.map((row) => JSON.stringify(row)).join('\n'))).toEqual(CLEAN_ROWS);
  expect(rowsIn('a.json', JSON.stringify(objects))).toEqual(CLEAN_ROWS);
  expect(rowsIn('a.csv', DIRTY_CSV).length).toBeGreaterThan(CLEAN_ROWS.length);
});

test('a job is read as the Hub was sent it: its source, and what that is started with', () => {
  const source = 'print(1)\n';
  const spec = (words: readonly string[]) => {
    const run = { dependencies: ['trl'], python: undefined, words };
    const { command } = scriptCommand(source, 'python', run);
    return { command, flavor: 'l4x1', timeoutSeconds: 3_600, labels: { 'ml-intern-call': 'c_1' } };
  };
  const sent = (words: readonly string[]) =>
    sentOf({ id: 'j', namespace: 'ada', createdAt: 0, ended: undefined, course: COURSE, spec: spec(words) });
  expect(sent([])).toMatchObject({ source, script: source, callId: 'c_1', flavor: 'l4x1', seconds: 3_600 });
  const { script } = sent(['--learning_rate', '3e-5', '--note', 'two words']);
  expect(python.numbersOf(script, 'learning_rate')).toEqual([3e-5]);
});
