import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { comparisonOf } from '../eval/compare.ts';
import { failuresOf, summaryOf, tableOf } from '../eval/report.ts';
import { type Measurement, type Result, readMeasurement, writeMeasurement } from '../eval/results.ts';

const run = (failed?: string, more: Partial<Result> = {}): Result => ({
  passed: failed === undefined,
  failures: failed === undefined ? [] : [{ grader: failed, expected: 'it is so', happened: 'it is\nnot' }],
  modelCalls: 4,
  toolCalls: 6,
  inputTokens: 12_000,
  outputTokens: 500,
  usd: 0.02,
  seconds: 30,
  ...more,
});

const measured = (
  tasks: Readonly<Record<string, readonly Result[]>>,
  more: Partial<Measurement> = {},
): Measurement => ({
  format: 1,
  model: 'a/b',
  at: '2026-11-27T12:00:00.000Z',
  told: { prompts: 'p', tools: 't' },
  tasks: Object.entries(tasks).map(([name, runs]) => ({ name, runs: [...runs] })),
  ...more,
});

test('a table has a row for each task, and the sums', () => {
  const { tasks } = measured({
    train: [run(), run('data looked at')],
    oom: [run(undefined, { usd: 1.5 }), run()],
  });
  expect(tableOf(tasks)).toBe(
    [
      'task   passed  model calls  tool calls  tokens in    out     cost   time',
      'train     1/2            8          12     24,000  1,000  $0.0400   60 s',
      'oom       2/2            8          12     24,000  1,000    $1.52   60 s',
      'all       3/4           16          24     48,000  2,000    $1.56  120 s',
    ].join('\n'),
  );
});

test('a cost that is not known is none', () => {
  const { usd: _usd, ...unpriced } = run();
  expect(tableOf(measured({ train: [unpriced, run()] }).tasks)).toMatch(/train .* – +60 s/);
});

test('each grader that was not content has one line', () => {
  const { tasks } = measured({ train: [run(), run('data looked at')], oom: [run('result')] });
  expect(failuresOf(tasks)).toEqual([
    '✗ train (run 2): data looked at: expected that it is so; it is not',
    '✗ oom: result: expected that it is so; it is not',
  ]);
});

test('several rounds have a spread', () => {
  expect(summaryOf(measured({ train: [run()] }))).toBe('a/b: 100 % of 1 runs of 1 tasks passed.');
  const rounds = measured({ train: [run(), run('x')], oom: [run(), run()] });
  expect(summaryOf(rounds)).toBe('a/b: 75 % of 4 runs of 2 tasks passed; over 2 rounds from 50 % to 100 %.');
});

test('two measurements are held against each other, task by task and grader by grader', () => {
  const before = measured({ train: [run('result'), run()], oom: [run(), run()], nan: [run()] });
  const after = measured(
    { train: [run(), run()], oom: [run('model kept'), run()], price: [run()] },
    { told: { prompts: 'q', tools: 't' }, model: 'c/d' },
  );
  const said = comparisonOf(before, after);
  expect(said).toContain('They differ in their models, prompts.');
  expect(said).toContain('Better:\n  train: 1/2 → 2/2\n    result failed in 1/2 → 0/2');
  expect(said).toContain('Worse:\n  oom: 2/2 → 1/2\n    model kept failed in 0/2 → 1/2: it is');
  expect(said).toContain('Only in A, and not compared: nan.');
  expect(said).toContain('Only in B, and not compared: price.');
  expect(said).toMatch(/\+0 points \(± \d+\): that may be chance/);
});

test('what is more than chance is called so', () => {
  const [bad, good] = [Array.from({ length: 10 }, () => run('x')), Array.from({ length: 10 }, () => run())];
  expect(comparisonOf(measured({ train: bad }), measured({ train: good }))).toMatch(
    /\+100 points .*B is better/,
  );
  expect(comparisonOf(measured({ train: good }), measured({ train: bad }))).toMatch(
    /−100 points .*B is worse/,
  );
  expect(comparisonOf(measured({ train: good }), measured({ train: good }))).toContain(
    'They were told the same.',
  );
  expect(comparisonOf(measured({ train: good }), measured({ oom: good }))).toContain('No task is in both.');
});

test('what is written is what is read', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ml-intern-eval-'));
  const file = join(folder, 'a.json');
  const measurement = measured({ train: [run(), run('result')] });
  writeMeasurement(file, undefined);
  writeMeasurement(file, measurement);
  expect(readMeasurement(file)).toEqual(measurement);
  rmSync(folder, { recursive: true });
});
