import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { advance, Progress, sparkline } from '../../src/session/progress.ts';
import { LONGEST_TURN_MS, quickestTurn } from '../support/longest-turn.ts';

const read = (...lines: string[]) => lines.reduce(advance, Progress.parse({}));

const digits = fc.stringMatching(/^\d{1,400}(\.\d{1,400})?(e[+-]?\d{1,4})?$/);

test('whatever a job prints, what is made of it can be written down and read again', () => {
  const line = fc.oneof(
    fc.tuple(digits, digits).map(([a, b]) => `step ${a}/${b} | epoch ${b} of ${a}`),
    digits.map((n) => `{'loss': ${n}, 'eval_loss': ${n}, 'epoch': ${n}}`),
    digits.map((n) => ` 12%|█▏        | ${n}/${n} [00:03<00:20]`),
    fc.string({ unit: 'binary' }),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 5 }), (lines) => {
      const progress = read(...lines);
      expect(Progress.parse(JSON.parse(JSON.stringify(progress)))).toEqual(progress);
    }),
  );
});

test('what was really pushed stays known, however many other addresses a log names', () => {
  const hub = 'https://huggingface.co';
  const commit = (repo: string, digit: string) => `${hub}/${repo}/commit/${digit.repeat(40)}`;
  const others = Array.from({ length: 15 }, (_, i) => `View it at ${hub}/boats/base-${i}`);
  const many = Array.from({ length: 15 }, (_, i) => commit('ada/rowing', i.toString(16)));
  const { links } = read(commit('ada/sailing', 'a'), ...others, ...many);
  expect(links).toContain(commit('ada/sailing', 'a'));
  expect(links.filter((link) => link.includes('/commit/'))).toEqual([
    commit('ada/sailing', 'a'),
    commit('ada/rowing', 'e'),
  ]);
  expect(links).toContain(`${hub}/boats/base-14`);
  expect(links.length).toBeLessThanOrEqual(20);
});

test('a script that names each evaluation anew fills nothing', () => {
  const lines = Array.from({ length: 500 }, (_, i) => `{'eval_${i}': ${i}, 'eval_${'x'.repeat(500)}': 1}`);
  const { metrics } = read(...lines);
  expect(Object.keys(metrics)).toHaveLength(40);
  expect(metrics.eval_499).toBe(499);
});

describe('progress is read from what training scripts print', () => {
  test.each([
    [
      'the Trainer’s dictionary',
      "{'loss': 0.4123, 'grad_norm': 2.1, 'learning_rate': 4e-05, 'epoch': 0.5}",
      { loss: 0.4123, epoch: 0.5 },
    ],
    ['a dictionary of texts', "{'loss': '1.25e-01', 'epoch': '2.0'}", { loss: 0.125, epoch: 2 }],
    [
      'an evaluation',
      "{'eval_loss': 0.3, 'eval_accuracy': 0.91, 'eval_runtime': 12.5, 'epoch': 1.0}",
      { epoch: 1, metrics: { eval_loss: 0.3, eval_accuracy: 0.91 } },
    ],
    ['a progress bar', ' 12%|█▏        | 12/100 [00:03<00:20,  4.1it/s]', { step: 12, steps: 100 }],
    ['words', 'Epoch 2/3, step 40 of 120', { epoch: 2, epochs: 3, step: 40, steps: 120 }],
    [
      'an alert of Trackio',
      '[TRACKIO WARN] Loss spike: 3.2 (step 40)',
      { alerts: ['WARN: Loss spike: 3.2 (step 40)'] },
    ],
  ])('%s', (_name, line, expected) => {
    expect(read(line)).toMatchObject(expected);
  });

  test.each([
    ['torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB', 'out of GPU memory'],
    ["ModuleNotFoundError: No module named 'trl'", "import error (No module named 'trl')"],
    ["{'loss': nan, 'epoch': 0.1}", 'the loss is NaN'],
    ['OSError: [Errno 28] No space left on device', 'disk full'],
    [
      'huggingface_hub.errors.GatedRepoError: 403 Client Error',
      'gated repository: access has to be requested',
    ],
  ])('a failure is named: %s', (line, expected) => {
    expect(read(line).failure).toBe(expected);
  });

  test('a progress bar’s newest state counts, and bars are kept out of the last lines', () => {
    const progress = read('Loading', ' 1%|▏ | 1/90 [00:01<\r 50%|████ | 45/90 [00:09<', 'Saving');
    expect(progress).toMatchObject({ step: 45, steps: 90, tail: ['Loading', 'Saving'] });
  });

  test('lines that end as those of Windows do are read, and bars that end so, too', () => {
    const progress = read(
      "{'loss': 0.5, 'epoch': 0.25}\r",
      ' 1%|▏ | 1/90 [00:01<\r 50%|████ | 45/90 [00:09<\r',
      'Saving\r\r',
      '\r',
    );
    expect(progress).toMatchObject({ loss: 0.5, step: 45, steps: 90 });
    expect(progress.tail).toEqual(["{'loss': 0.5, 'epoch': 0.25}", 'Saving']);
  });

  test('however long a run is, its curve stays small and keeps its shape', () => {
    let progress = Progress.parse({});
    for (let i = 0; i < 10_000; i++) progress = advance(progress, `{'loss': ${(10 - i / 1000).toFixed(3)}}`);
    expect(progress.losses.length).toBeLessThanOrEqual(48);
    expect(progress.losses.length).toBeGreaterThan(20);
    expect(progress.losses).toEqual([...progress.losses].sort((a, b) => b - a));
    expect(progress.losses[0]).toBe(10);
    expect(sparkline(progress.losses)).toMatch(/^█.*▁$/);
  });

  test('lines that only look like progress change nothing', () => {
    expect(read('see {this} for 3/4 of it', '{"a": "b"}', '')).toMatchObject({ losses: [], metrics: {} });
    expect(sparkline([1, 2])).toBe('');
    expect(sparkline([2, 2, 2])).toBe('▁▁▁');
  });
});

test.each(['9', '{', "'a", '| ', 'step 1', '1/', '1,', '1:', '{"a":', 'e-', '%|'])(
  'a line of a million characters of %j is read at once',
  async (part) => {
    const line = part.repeat(1_000_000 / part.length);
    const { ms } = await quickestTurn(async () => read(line));
    expect(ms).toBeLessThan(LONGEST_TURN_MS);
  },
);
