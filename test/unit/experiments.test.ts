import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commandOf } from '../../src/intake/commands.ts';
import { directionOf, figureNamed, valueText } from '../../src/session/experiments/metrics.ts';
import { inOrder, orderName, orderNamed } from '../../src/session/experiments/order.ts';
import { Progress } from '../../src/session/progress.ts';
import { experimentsText, metricNames } from '../../src/thread/words/experiments.ts';
import { ADA, at, watch } from '../support/snapshots.ts';

const run = (id: string, metrics: Record<string, number>, more: Parameters<typeof watch>[0] = {}) => ({
  watch: watch({
    id: `w_${id}`,
    jobId: id,
    name: `run ${id}`,
    snapshot: {
      stage: 'COMPLETED',
      startedAt: at(0),
      finishedAt: at(60),
      progress: Progress.parse({ metrics, loss: 0.5 }),
    },
    ...more,
  }),
  requester: ADA,
});

describe('which way a metric gets better', () => {
  test.each([
    ...[
      'accuracy',
      'eval_accuracy',
      'test/acc',
      'eval_f1_macro',
      'rougeL',
      'sacrebleu',
      'rewards/accuracies',
    ],
    ...['reward', 'reward_mean', 'train/reward', 'exact_match', 'arc_easy acc_norm', 'mAP50-95', 'acc@1'],
  ])('%s is the better the more of it there is', (name) => {
    expect(directionOf(name)).toBe('up');
  });

  test.each([
    ...['loss', 'eval_loss', 'validation loss', 'perplexity', 'test_wer', 'cer', 'character_error_rate'],
    ...['reward_loss', 'rmse'],
  ])('%s is the better the less of it there is', (name) => {
    expect(directionOf(name)).toBe('down');
  });

  test.each([
    ...[
      'epoch',
      'kl',
      'reward_std',
      'rewards/rejected',
      'acc_stderr',
      'loss_scale',
      'learning_rate',
      'entropy',
    ],
    ...['accuracy_drop', 'error_accuracy', '', 'eval_runtime'],
  ])('of %j it is not known', (name) => {
    expect(directionOf(name)).toBeUndefined();
  });
});

describe('a metric as somebody calls it', () => {
  test('is its whole name, or what is behind the part that it was measured on', () => {
    const { watch: one } = run('a', { eval_accuracy: 0.9, 'test/accuracy': 0.8, train_accuracy: 1 });
    expect(figureNamed(one, 'eval accuracy')?.value).toBe(0.9);
    expect(figureNamed(one, 'Accuracy')).toEqual({ name: 'test/accuracy', value: 0.8 });
    expect(figureNamed(one, 'f1')).toBeUndefined();
    expect(figureNamed(one, 'loss')?.value).toBe(0.5);
  });

  test('has as many digits as tell it from another', () => {
    expect(valueText(0.94123)).toBe('0.9412');
    expect(valueText(0.94123, 0.94121)).toBe('0.94123');
  });
});

describe('the order of runs', () => {
  const runs = [
    run('a', { eval_accuracy: 0.9, eval_loss: 0.3 }, { createdAt: at(1), hourlyUsd: 5 }),
    run('b', { eval_accuracy: 0.95 }, { createdAt: at(2) }),
    run('c', { eval_loss: 0.1 }, { createdAt: at(3) }),
  ];
  const ids = (word: string) =>
    inOrder(runs, orderNamed(word))
      .map(({ watch: { jobId } }) => jobId)
      .join('');

  test.each([
    ['', 'cba'],
    ['newest', 'cba'],
    ['accuracy', 'ba'],
    ['eval_loss', 'ca'],
    ['cost', 'acb'],
    ['nothing_like_it', ''],
  ])('by %j it is %j', (word, expected) => {
    expect(ids(word)).toBe(expected);
  });

  test('a metric is sorted so that no run is worse than the one after it, and none without it is there', () => {
    const values = fc.array(
      fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }), { nil: undefined }),
    );
    fc.assert(
      fc.property(values, fc.constantFrom('accuracy', 'eval_loss'), (all, name) => {
        const made = all.map((value, i) => run(String(i), value === undefined ? {} : { [name]: value }));
        const sorted = inOrder(made, orderNamed(name)).map(({ watch: one }) => figureNamed(one, name)?.value);
        expect(sorted).toHaveLength(all.filter((value) => value !== undefined).length);
        const sign = name === 'accuracy' ? 1 : -1;
        sorted.slice(1).forEach((value, i) => {
          expect(sign * ((sorted[i] ?? 0) - (value ?? 0))).toBeGreaterThanOrEqual(0);
        });
      }),
    );
  });

  test('comes back of a menu as it went out', () => {
    for (const word of ['newest', 'cost', 'duration', 'eval_accuracy'])
      expect(orderName(orderNamed(word))).toBe(word);
  });

  test('is said in a sentence that names who leads', () => {
    expect(experimentsText(runs, orderNamed('accuracy')).text).toBe(
      '2 experiments in this channel by `eval_accuracy`, best first: run b has 0.95.',
    );
    expect(experimentsText(runs, orderNamed('')).text).toBe('3 experiments in this channel, newest first.');
    expect(experimentsText(runs, orderNamed('bleu')).text).toBe(
      'No experiment in this channel has a metric `bleu`. There is `loss`, `eval_accuracy`, `eval_loss`.',
    );
    expect(metricNames(runs)).toEqual(['loss', 'eval_accuracy', 'eval_loss']);
    expect(experimentsText([], orderNamed('')).table).toBeUndefined();
  });
});

describe('the command', () => {
  test.each([
    ['experiments', 'newest'],
    ['Experiments!', 'newest'],
    ['experiments by accuracy', 'accuracy'],
    ['experiments eval_loss', 'eval_loss'],
    ['experiments accuracy', 'accuracy'],
    ['experiments by arc_easy acc', 'arc_easy acc'],
    ['experiments by cost', 'cost'],
  ])('%j lists them by %s', (text, order) => {
    const command = commandOf(text, ADA);
    expect(command?.kind === 'experiments' && orderName(command.order)).toBe(order);
  });

  test.each([
    'experiments failed',
    'experiments with more data, please',
    'experiments are running',
    'experiment',
  ])('%j is for the agent', (text) => {
    expect(commandOf(text, ADA)).toBeUndefined();
  });
});
