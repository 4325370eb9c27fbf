import { describe, expect, test } from 'vitest';
import { counted, figure } from '../../src/lib/numbers.ts';
import { headlineFigure } from '../../src/session/progress/headline.ts';
import { advance, Progress } from '../../src/session/progress.ts';
import type { JobSnapshot, Watch } from '../../src/session/watches.ts';
import { endText } from '../../src/thread/words/job-ends.ts';
import { stageText } from '../../src/thread/words/stages.ts';
import { at, watch } from '../support/snapshots.ts';

const MINUTE = 60;

const URL = 'https://huggingface.co/jobs/ada/abc123';
const LINKED = `[IMDB baseline](${URL})`;

/** What is said of a job's end; it has run for 72 minutes. */
const told = (seen: Partial<JobSnapshot>, of: Partial<Watch> = {}): string =>
  endText(
    watch({
      name: 'IMDB baseline',
      hourlyUsd: 1,
      timeoutSeconds: 120 * MINUTE,
      dashboardUrl: undefined,
      snapshot: { stage: 'COMPLETED', startedAt: at(0), finishedAt: at(72 * MINUTE), pushed: [], ...seen },
      ...of,
    }),
  );

const read = (...lines: string[]) => lines.reduce(advance, Progress.parse({}));

describe('the first line of a job’s end', () => {
  test('says how it went, the figure that counts, the time, the cost and what was pushed', () => {
    const progress = read("{'eval_loss': 0.2, 'eval_accuracy': 0.93412, 'epoch': 1.0}");
    expect(
      told({ progress, pushed: ['https://huggingface.co/ada/imdb', 'https://huggingface.co/ada/b'] }),
    ).toBe(
      '✅ IMDB baseline is done: accuracy 0.9341 · 1 h 12 min · $1.20 · https://huggingface.co/ada/imdb\nPushed to https://huggingface.co/ada/b',
    );
  });

  test('says no figure where the log tells none, and no cost where no price is known', () => {
    expect(told({}, { hourlyUsd: undefined })).toBe(`✅ ${LINKED} is done · 1 h 12 min`);
  });

  test('leads to the dashboard, else to the job, behind the name, where nothing was pushed', () => {
    const dashboardUrl = 'https://huggingface.co/spaces/ada/trackio?project=imdb';
    expect(told({}, { dashboardUrl }).split('\n')[0]).toContain(
      `✅ [IMDB baseline](${dashboardUrl}) is done`,
    );
    expect(told({ pushed: undefined })).toContain(LINKED);
  });

  test.each([
    ['CUDA out of memory. Tried to allocate 2 GiB', 'ran out of GPU memory at step 620 of 1,000'],
    ['[Errno 28] No space left on device', 'failed at step 620 of 1,000: disk full'],
  ])('leads with the cause of a failure: %s', (wording, cause) => {
    const progress = read(' 62%|██████    | 620/1000 [10:03<06:20]', `OSError: ${wording}`);
    expect(told({ stage: 'ERROR', progress }).split('\n')[0]).toBe(
      `❌ ${LINKED} ${cause} · 1 h 12 min · $1.20`,
    );
  });

  test('says what the Hub says where the log shows no cause', () => {
    const message = 'Job failed with exit code: 1';
    expect(told({ stage: 'ERROR', message })).toBe(
      `❌ ${LINKED} failed: Job failed with exit code: 1 · 1 h 12 min · $1.20`,
    );
  });

  test.each([
    [{ message: 'Job timeout' }, 120 * MINUTE],
    [{}, 72 * MINUTE],
  ])('says that its time limit has ended it, of %j', (seen, timeoutSeconds) => {
    const limit = timeoutSeconds === 72 * MINUTE ? '1 h 12 min' : '2 h';
    expect(told({ stage: 'ERROR', ...seen }, { timeoutSeconds })).toBe(
      `❌ ${LINKED} was stopped at its time limit of ${limit} · 1 h 12 min · $1.20`,
    );
  });

  test('says why the Hub has cancelled it', () => {
    const message = 'The Hub ended it: the account has no credits left.';
    expect(told({ stage: 'CANCELED', message, isHubsEnd: true })).toContain(
      `⏹️ ${LINKED} was cancelled by Hugging Face: the account has no credits left · `,
    );
  });

  test('shows what a program says to the letter, on one line', () => {
    const message = 'oh *no*\n__main__ [x](http://evil.example) <@U1>';
    expect(told({ stage: 'ERROR', message }).split('\n')[0]).toContain(
      String.raw`failed: oh \*no\* \_\_main\_\_ \[x\](http://evil.example) \<@U1\> · `,
    );
  });
});

test.each([
  [
    { eval_loss: 0.2, eval_f1: 0.8, eval_accuracy: 0.9 },
    { name: 'accuracy', value: 0.9 },
  ],
  [
    { eval_accuracy: 0.9, test_accuracy: 0.88 },
    { name: 'accuracy', value: 0.88 },
  ],
  [
    { train_accuracy: 0.99, eval_loss: 0.3 },
    { name: 'eval loss', value: 0.3 },
  ],
  [
    { reward: 0.5, reward_std: 0.1, kl: 3 },
    { name: 'reward', value: 0.5 },
  ],
  [{ kl: 3 }, { name: 'loss', value: 0.4 }],
  [{ eval_accuracy: Number.NaN }, { name: 'loss', value: 0.4 }],
])('the figure that stands for %j', (metrics, expected) => {
  expect(headlineFigure({ metrics, loss: 0.4 })).toEqual(expected);
});

test('numbers are written as people write them', () => {
  expect([figure(0.93412), figure(12_345.678), figure(2e-5), figure(3), figure(1e20)]).toEqual([
    '0.9341',
    '12,350',
    '0.00002',
    '3',
    '100000000000000000000',
  ]);
  expect([counted(999), counted(1_234_567)]).toEqual(['999', '1,234,567']);
});

test('a stage is said in words, one that is not known as it is', () => {
  const words = ['SCHEDULING', 'RUNNING', 'COMPLETED', 'ERROR', 'CANCELED', 'REHEARSING'].map((stage) =>
    stageText({ stage }),
  );
  expect(words).toEqual(['waiting for hardware', 'running', 'done', 'failed', 'cancelled', 'REHEARSING']);
  expect(stageText({ stage: 'RUNNING', isEndUnknown: true })).toBe('out of sight');
});
