import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findingsIn, maybeStalled } from '../../src/jobs/alarms.ts';
import { withoutAnsi } from '../../src/lib/output.ts';
import type { Finding } from '../../src/session/alarms.ts';
import { alarmText } from '../../src/thread/words/alarms.ts';
import { type Printed, printing } from '../support/printed.ts';
import { ROOT } from '../support/root.ts';
import { at } from '../support/snapshots.ts';

const HOUR = 3_600;

/** What is found some seconds after the newest line, in a log that is read to its end. */
function found(lines: readonly Printed[], later = 1, timeoutSeconds = 6 * HOUR): Finding[] {
  const last = lines.at(-1)?.[0] ?? 0;
  const now = at(last + later);
  const job = printing(lines, timeoutSeconds);
  return findingsIn({ ...job, lookedAt: now }, now, { isUpToDate: true, isSilent: true });
}

const causes = (findings: readonly Finding[]) => findings.map(({ cause }) => cause);

/** A run of 1,000 steps that prints a line each 20 s, every ten steps, and has come so far. */
const run = (upTo: number, loss: (step: number) => number = (step) => 2 - step / 1000): Printed[] =>
  Array.from({ length: upTo / 10 }, (_, i) => (i + 1) * 10).map((step) => [
    120 + 2 * step,
    `step ${step}/1000 | loss ${loss(step).toFixed(4)}`,
  ]);

/** Further lines, each so many seconds after the one before. */
function then(lines: readonly Printed[], ...more: readonly (readonly [number, string])[]): Printed[] {
  const all = [...lines];
  for (const [seconds, line] of more) all.push([(all.at(-1)?.[0] ?? 0) + seconds, line]);
  return all;
}

describe('nothing is called out', () => {
  test.each<[string, Printed[], number?, number?]>([
    ['of a run that goes on', run(500)],
    ['of a loss that was no number once', then(run(500), [20, 'step 510/1000 | loss nan'])],
    [
      'of a loss that has recovered',
      then(
        run(500),
        [20, 'step 510/1000 | loss nan'],
        [20, 'step 520/1000 | loss nan'],
        [20, 'step 530/1000 | loss 1.4'],
      ),
    ],
    [
      'of two losses far above the others',
      then(run(500), [20, 'step 510/1000 | loss 30'], [20, 'step 520/1000 | loss 30']),
    ],
    [
      'of losses that jump before there are enough to tell what is usual',
      then(run(100), ...[1, 2, 3].map((i) => [20, `step ${100 + 10 * i}/1000 | loss 30`] as const)),
    ],
    [
      'of losses that have always jumped',
      then(
        run(500, (step) => (step % 40 === 0 ? 9 : 1.5)),
        ...[1, 2, 3].map((i) => [20, `step ${500 + 10 * i}/1000 | loss 9`] as const),
      ),
    ],
    [
      'of what reinforcement learning calls a loss',
      then(
        run(500).map(([seconds, line]): Printed => [seconds, `${line}, reward: 0.5`]),
        ...[1, 2, 3].map((i) => [20, `step ${500 + 10 * i}/1000 | loss 30, reward: 0.5`] as const),
      ),
    ],
    ['of memory that has just run out', then(run(500), [5, OOM()]), 60],
    [
      'of memory that ran out, where the run has gone on',
      then(run(500), [5, OOM()], [60, run(510).at(-1)?.[1] ?? '']),
      400,
    ],
    ['of ten minutes of silence at most', run(500), 600],
    [
      'of silence before training has begun',
      [
        [10, 'Resolved 120 packages'],
        [20, 'Downloading shards'],
      ],
      5 * HOUR,
    ],
    ['of silence before there are enough steps', run(50), 2 * HOUR],
    ['of silence once it is through', run(1000), 5 * HOUR],
    ['of silence in an evaluation', then(run(500), [5, '***** Running Evaluation *****']), 2 * HOUR],
    [
      'of silence in an evaluation that draws a bar',
      then(run(500), [5, ' 12%|█▏   | 3/25 [00:03<00:20]']),
      2 * HOUR,
    ],
    ['of silence in an upload', then(run(500), [5, 'Uploading checkpoint-500 to the Hub']), 2 * HOUR],
    ['of silence in a download', then(run(500), [5, 'model.safetensors: 12%|█▏   | 1.2G/9.8G']), 2 * HOUR],
    ['of silence as long as twice one before', then(run(500), [900, 'step 510/1000 | loss 1.49']), 1_700],
    [
      'of silence after the end of an epoch',
      run(500).map(([s], i): Printed => [s, `{'loss': ${2 - i / 50}, 'epoch': ${(i + 1) / 50}}`]),
      2 * HOUR,
    ],
    ['of a limit that is far', run(500), 1, 6 * HOUR],
    ['of a limit that is near, and training will just make it', run(500), 1, 2_200],
    ['of a limit that a pace of a few minutes says is missed', run(60), 1, 1_500],
  ])('%s', (_name, lines, later, timeout) => {
    expect(found(lines, later, timeout)).toEqual([]);
  });

  test('of a log that is read again from its start, or whose silence is not sure', () => {
    const broken = printing(
      then(run(500), [20, 'step 510/1000 | loss nan'], [20, 'step 520/1000 | loss nan']),
    );
    expect(findingsIn(broken, at(1_200), { isUpToDate: false, isSilent: false })).toEqual([]);
    const silent = printing(run(500), 6 * HOUR);
    expect(maybeStalled(silent, at(3_000))).toBe(true);
    expect(findingsIn(silent, at(3_000), { isUpToDate: true, isSilent: false })).toEqual([]);
  });

  test('of a job that is over, or of which the Hub says that it waits', () => {
    const job = printing(run(500));
    for (const stage of ['ERROR', 'COMPLETED', 'CANCELED']) {
      const over = { ...job, snapshot: { ...job.snapshot, stage } };
      expect(findingsIn(over, at(9_000), { isUpToDate: true, isSilent: true })).toEqual([]);
    }
    expect(maybeStalled({ ...job, snapshot: { ...job.snapshot, stage: 'SCHEDULING' } }, at(9_000))).toBe(
      false,
    );
  });

  test('of real logs that go well, however they are paced', { tags: 'long' }, () => {
    const folder = join(ROOT, 'test/corpora/logs');
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.log'))) {
      if (file.startsWith('out-of-memory')) continue;
      const lines = readFileSync(join(folder, file), 'utf8').trimEnd().split('\n').map(withoutAnsi);
      for (const pace of [1, 30, 300]) {
        const printed = lines.map((line, i): Printed => [i * pace, line]);
        for (let upTo = 1; upTo <= printed.length; upTo++) {
          const some = found(printed.slice(0, upTo), 1, 31 * 24 * HOUR);
          expect([file, upTo, causes(some)]).toEqual([file, upTo, []]);
        }
      }
    }
  });
});

describe('it is called out', () => {
  test.each<[string, Printed[], number, number, string]>([
    [
      'that the loss is NaN, with the step since when',
      then(run(500), [20, 'step 510/1000 | loss nan'], [20, 'step 520/1000 | loss nan']),
      1,
      6 * HOUR,
      '🔴 Loss is NaN since step 510: A job without a name (19 min 21 s, $0.32; up to $5.68 more).',
    ],
    [
      'that it is infinite',
      then(run(500), [20, 'step 510/1000 | loss inf'], [20, 'step 520/1000 | loss inf']),
      1,
      6 * HOUR,
      '🔴 Loss is infinite since step 510: A job without a name (19 min 21 s, $0.32; up to $5.68 more).',
    ],
    [
      'that three losses are far above the twenty before',
      then(run(500), ...[1, 2, 3].map((i) => [20, `step ${500 + 10 * i}/1000 | loss 12.5`] as const)),
      1,
      6 * HOUR,
      '🔴 Loss jumped to 12.5 from about 1.6 at step 530: A job without a name (19 min 41 s, $0.33; up to $5.68 more).',
    ],
    [
      'that memory has run out, and nothing goes on',
      then(run(500), [5, OOM()]),
      150,
      6 * HOUR,
      '🔴 Out of GPU memory 2 min 30 s ago, and the job has not ended: A job without a name (21 min 15 s, $0.35; up to $5.65 more).',
    ],
    [
      'that the disk is full',
      then(run(500), [5, 'OSError: [Errno 28] No space left on device']),
      150,
      6 * HOUR,
      '🔴 Disk full 2 min 30 s ago, and the job has not ended: A job without a name (21 min 15 s, $0.35; up to $5.65 more).',
    ],
    [
      'that nothing is printed any more',
      run(500),
      620,
      6 * HOUR,
      '🔴 No progress for 10 min 20 s after step 500: A job without a name (29 min, $0.48; up to $5.52 more).',
    ],
    [
      'after three times of what is usual, where that is longer',
      run(500).map(([seconds, line]): Printed => [seconds * 20, line]),
      1_300,
      24 * HOUR,
      '🔴 No progress for 21 min 40 s after step 500: A job without a name (6 h 35 min, $6.58; up to $17.42 more).',
    ],
    [
      'that the time limit will cut it off, and where',
      run(500),
      1,
      1_360,
      '🔴 Will be cut off by its time limit at about step 620 of 1,000: A job without a name (18 min 41 s, $0.31; up to $0.07 more).',
    ],
  ])('%s', (_name, lines, later, timeout, sentence) => {
    const now = at((lines.at(-1)?.[0] ?? 0) + later);
    const findings = found(lines, later, timeout);
    const job = { ...printing(lines, timeout), lookedAt: now };
    expect(findings.map((finding) => alarmText(job, finding).split('\n')[0])).toEqual([sentence]);
  });

  test('one cause at once: what a broken loss or a lack of memory leads to is no news', () => {
    const stuck = then(run(500), [5, OOM()]);
    expect(causes(found(stuck, 2 * HOUR, 1_360))).toEqual(['out_of_memory']);
    const broken = then(
      run(500),
      ...[1, 2, 3].map((i) => [20, `step ${500 + 10 * i}/1000 | loss nan`] as const),
    );
    expect(causes(found(broken, 2 * HOUR, 1_360))).toEqual(['loss_not_finite']);
  });
});

function OOM(): string {
  return 'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB';
}
