import { describe, expect, test } from 'vitest';
import { measuredOn } from '../../src/session/experiments/measured.ts';
import { newBest } from '../../src/session/experiments/records.ts';
import { Progress } from '../../src/session/progress.ts';
import type { Watch } from '../../src/session/watches.ts';
import { endText } from '../../src/thread/words/job-ends.ts';
import { at, watch } from '../support/snapshots.ts';

describe('what a run is measured on', () => {
  test.each([
    ['load_dataset("stanfordnlp/imdb", split="test")', { data: 'stanfordnlp/imdb', split: 'test' }],
    [
      "train = load_dataset('glue', 'sst2', split='train')\ntest = load_dataset('glue', 'sst2', split='validation')",
      { data: 'glue/sst2', split: 'validation' },
    ],
    [
      'NAME = "imdb"\nN = 500\nds = load_dataset(NAME)\nsmall = ds["test"].shuffle(seed=42).select(range(N))',
      { data: 'imdb', split: '.shuffle(seed=42).select(range(500)) + test' },
    ],
    [
      'ds = load_dataset("imdb", split="train")\nds = ds.train_test_split(test_size=0.1, seed=7)',
      { data: 'imdb', split: '(test_size=0.1,seed=7) + train' },
    ],
    ['load_dataset(\n    "imdb",\n    split="test",\n)', { data: 'imdb', split: 'test' }],
    [
      'trl sft --model_name_or_path x --dataset_name a/b --dataset_test_split=test',
      { data: 'a/b', split: 'test' },
    ],
  ])('is read from %s', (script, expected) => {
    expect(measuredOn({ script })).toEqual(expected);
  });

  test.each([
    'print("hello")',
    'load_dataset(args.dataset, split="test")',
    'load_dataset("imdb", split=SPLIT)',
    'load_dataset("json", data_files={"train": "a.jsonl", "test": "b.jsonl"})',
    'load_dataset(os.environ.get("DATA"), split="test")',
    'ds = load_dataset("imdb")\nds["test"].select(range(len(ds["test"]) // size))',
    'test = load_dataset("imdb", split="test")\ntest = test.filter(lambda row: row["length"] < size)',
    'N = 100\nN = 200\nload_dataset("imdb")["test"].select(range(N))',
  ])('is not known of %s', (script) => {
    expect(measuredOn({ script })).toBeUndefined();
  });

  test('is read from a command as well, and what a script names twice is said once', () => {
    expect(measuredOn({ command: ['trl', 'dpo', '--dataset-name', 'a/b', '--dataset-config=en'] })).toEqual({
      data: 'a/b/en',
      split: '',
    });
    const twice = 'load_dataset("imdb", split="test")\nload_dataset("imdb", split="test")';
    expect(measuredOn({ script: twice })).toEqual({ data: 'imdb', split: 'test' });
  });
});

const HOUR = 3_600;

/** A run of a request of its own that has ended in an hour. */
const run = (hour: number, metrics: Record<string, number>, parts: Partial<Watch> = {}): Watch =>
  watch({
    id: `w${hour}`,
    sessionId: `s${hour}`,
    name: `run ${hour}`,
    createdAt: at(hour * HOUR),
    endedAt: at(hour * HOUR + 1_800),
    experiment: { data: 'imdb', split: 'test' },
    snapshot: { stage: 'COMPLETED', progress: Progress.parse({ metrics, loss: 0.1 }) },
    ...parts,
  });

describe('a record', () => {
  const [first, second] = [run(0, { eval_accuracy: 0.91 }), run(1, { eval_accuracy: 0.928 })];

  test('is the best of at least two runs before it', () => {
    const third = run(2, { eval_accuracy: 0.941 });
    expect(newBest(third, [first, second, third])).toMatchObject({
      run: { id: 'w2' },
      metric: 'eval_accuracy',
      value: 0.941,
      was: 0.928,
    });
    expect(newBest(third, [second, third])).toBeUndefined();
  });

  test.each([
    ['is no better', run(2, { eval_accuracy: 0.928 })],
    ['has another metric', run(2, { eval_f1: 0.99 })],
    ['has a metric of which nobody knows which way is better', run(2, { eval_length: 99 })],
    ['only has a loss of its training', run(2, {})],
    [
      'has failed',
      run(
        2,
        {},
        { snapshot: { stage: 'ERROR', progress: Progress.parse({ metrics: { eval_accuracy: 0.99 } }) } },
      ),
    ],
    ['is measured on what nobody knows', run(2, { eval_accuracy: 0.99 }, { experiment: undefined })],
  ])('is none that %s', (_why, third) => {
    expect(newBest(third, [first, second, third])).toBeUndefined();
  });

  test('of a metric that gets better downwards is the lowest', () => {
    const runs = [0.4, 0.3, 0.25].map((eval_loss, i) => run(i, { eval_loss }));
    expect(runs[2] && newBest(runs[2], runs)).toMatchObject({ value: 0.25, was: 0.3 });
  });

  test('is told once a sweep, by the last of its runs to end, of the best of them', () => {
    const swept = (id: string, accuracy: number, begun: number, ended?: number) =>
      run(
        2,
        { eval_accuracy: accuracy },
        {
          id,
          sessionId: 'sweep',
          name: id,
          createdAt: at(begun),
          endedAt: ended === undefined ? undefined : at(ended),
        },
      );
    const best = swept('best', 0.95, 10_000, 10_100);
    const later = swept('later', 0.94, 10_050, 10_200);
    const last = swept('last', 0.93, 10_150, 10_300);
    const running = swept('last', 0.93, 10_150);
    expect(newBest(best, [first, second, best, swept('later', 0, 10_050)])).toBeUndefined();
    expect(newBest(later, [first, second, best, later, running])).toBeUndefined();
    expect(newBest(last, [first, second, best, later, last])).toMatchObject({
      run: { id: 'best' },
      value: 0.95,
      was: 0.928,
    });
  });

  test('is a line of the end of its job, in as many digits as tell the two apart', () => {
    const third = run(2, { eval_accuracy: 0.92801 });
    const best = newBest(third, [first, second, third]);
    expect(endText(third, best).split('\n')[1]).toBe(
      '🏆 New best on imdb (test): accuracy 0.92801, was 0.928',
    );
    const ofSweep = best && { ...best, run: second };
    expect(endText(third, ofSweep)).toContain('accuracy 0.92801 by run 1, was 0.928');
  });
});
