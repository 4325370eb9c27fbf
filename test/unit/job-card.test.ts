import { describe, expect, test } from 'vitest';
import { axisOf } from '../../src/jobs/curve.ts';
import { advance, Progress } from '../../src/session/progress.ts';
import { jobTail, progressText, type Style } from '../../src/thread/view/words.ts';

const same = (text: string) => text;
const STYLE = { plain: same, bold: (text: string) => `*${text}*` } as Style;

const read = (...lines: string[]) => lines.reduce(advance, Progress.parse({}));

/** What a job's card says of its log. */
const cardOf = (...lines: string[]) =>
  progressText({ progress: read(...lines) } as Parameters<typeof progressText>[0], STYLE).split('\n');

describe('a job’s card', () => {
  test('tells step, epoch, loss and reward, and evaluations before what training says of itself', () => {
    const [facts, figures] = cardOf(
      ' 50%|█████     | 50/100 [00:03<00:03]',
      "{'loss': 0.41, 'grad_norm': 1.2, 'reward': 0.525, 'reward_std': 0.2, 'kl': 0.004, 'epoch': 0.5}",
      "{'eval_loss': 0.5, 'epoch': 0.5}",
    );
    expect(facts).toBe('████████░░░░░░░░ step 50 of 100 · epoch 0.5 · loss 0.41 · reward 0.525');
    expect(figures).toBe('eval loss *0.5* · reward std *0.2* · kl *0.004*');
  });

  test('calls a figure as its end does, unless two would be called the same', () => {
    expect(cardOf("{'eval_accuracy': 0.91, 'eval_loss': 0.3}")).toEqual([
      'accuracy *0.91* · eval loss *0.3*',
    ]);
    expect(cardOf("{'eval_accuracy': 0.91, 'test_accuracy': 0.9}")).toEqual([
      'eval_accuracy *0.91* · test_accuracy *0.9*',
    ]);
  });

  test('tells a step of which nobody knows how many there are', () => {
    expect(cardOf('iter 100: loss 2.31, time 12ms')).toEqual(['step 100 · loss 2.31']);
  });

  test('tells what has gone wrong, and what to do', () => {
    expect(cardOf('torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB')).toEqual([
      '❗ *out of GPU memory*: smaller batch or more gradient accumulation, or larger hardware',
    ]);
  });

  test('of a version before this one is shown as it was', () => {
    const old = { step: 5, steps: 10, losses: [1, 2], stride: 1, seen: 2, failure: 'disk full' };
    const progress = Progress.parse(JSON.parse(JSON.stringify(old)));
    const job = { progress } as Parameters<typeof progressText>[0];
    expect(progressText(job, STYLE)).toBe('████████░░░░░░░░ step 5 of 10\n❗ *disk full*');
    expect(advance(progress, "{'loss': 0.5}")).toMatchObject({ loss: 0.5, losses: [0.5] });
  });

  test('shows the last lines without the names of processes, and no bars', () => {
    const progress = read('[rank0]: Saving', '[rank1]: Saving', '[rank0]:  1%|▏ | 1/90 [00:01<', 'Loading');
    const job = { progress, isFinal: false } as Parameters<typeof jobTail>[0];
    expect(jobTail(job)).toBe('Saving\nLoading');
  });
});

describe('a curve stands over', () => {
  test.each([
    [
      'steps',
      ['iter 100: loss 3, time 1ms', 'iter 200: loss 2, time 1ms', 'iter 300: loss 1, time 1ms'],
      'step',
      [100, 200, 300],
    ],
    ['epochs', ["{'loss': 3, 'epoch': 0.5}", "{'loss': 2, 'epoch': 1.0}"], 'epoch', [0.5, 1]],
    [
      'parts of epochs',
      [
        'Epoch 0:  50%|█████     | 50/100 [00:12<00:15, loss=3]',
        'Epoch 1:  50%|█████     | 50/100 [00:12<00:15, loss=2]',
      ],
      'epoch',
      [0.5, 1.5],
    ],
    ['values, where nothing else is known', ["{'loss': 3}", "{'loss': 2}"], 'logged values', [1, 2]],
  ])('%s', (_, lines, name, places) => {
    const progress = read(...lines);
    const axis = axisOf(progress);
    expect(axis).toMatchObject({ name, last: places.at(-1) });
    expect(progress.losses.map((_loss, i) => axis.at(i))).toEqual(places);
  });
});
