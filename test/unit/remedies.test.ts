import { describe, expect, test } from 'vitest';
import { createHardwareList } from '../../src/hub/hardware.ts';
import { remediesFor } from '../../src/jobs/remedies.ts';
import { advance, Progress } from '../../src/session/progress.ts';
import type { Watch } from '../../src/session/watches.ts';
import { remedyLabel } from '../../src/thread/words/remedies.ts';
import { at, watch } from '../support/snapshots.ts';

/** What there is where the Hub can't be asked. */
const HARDWARE = await createHardwareList('http://127.0.0.1:9', () => 0).all();

const OUT_OF_GPU = 'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB';

/** What can be pressed once a job has failed that had an hour. */
function pressed(line: string, of: Partial<Watch> = {}, message = 'Job failed with exit code: 1'): string[] {
  const progress = advance(Progress.parse({}), line);
  const seen = { stage: 'ERROR', message, startedAt: at(0), finishedAt: at(600), progress };
  return remediesFor(watch({ snapshot: seen, ...of }), seen, HARDWARE).map(remedyLabel);
}

describe('of a job that ran out of GPU memory can be pressed', () => {
  test.each([
    ['a10g-small', 'Re-run on L40S (48 GB), at most $1.80'], // a10g-large has the same GPU
    ['a10g-large', 'Re-run on L40S (48 GB), at most $1.80'],
    ['t4-small', 'Re-run on L4 (24 GB), at most $0.80'],
    ['a10g-largex2', 'Re-run on 2× RTX PRO 6000 (96 GB each), at most $5.50'],
    ['l40sx1', 'Re-run on A100 (80 GB), at most $2.50'],
    ['rtx-pro-6000', 'Re-run on H200 (141 GB), at most $5.00'],
  ])('on %s half the batch, and %s', (flavor, larger) => {
    expect(pressed(OUT_OF_GPU, { flavor })).toEqual(['Re-run with half the batch', larger]);
  });

  test('half the batch alone where there is no larger GPU, or what it ran on is not known', () => {
    expect(pressed(OUT_OF_GPU, { flavor: 'h200' })).toEqual(['Re-run with half the batch']);
    expect(pressed(OUT_OF_GPU, { flavor: 'tpu-v9' })).toEqual(['Re-run with half the batch']);
  });

  test('nothing where it was not begun here', () => {
    expect(pressed(OUT_OF_GPU, { toolCallId: undefined })).toEqual([]);
  });
});

test('a job that ran out of the machine’s memory can be run with more of it, and with no smaller GPU', () => {
  expect(pressed('MemoryError')).toEqual(['Re-run on l4x1 (30 GB), at most $0.80']);
  expect(pressed('MemoryError', { flavor: 'l40sx1' })).toEqual([
    'Re-run on a100-large (142 GB), at most $2.50',
  ]);
  expect(pressed('MemoryError', { flavor: 'cpu-basic' })).toEqual([
    'Re-run on cpu-upgrade (32 GB), at most $0.03',
  ]);
});

test('a job that its time limit has ended can be run with twice the time', () => {
  expect(pressed('', {}, 'Job timeout')).toEqual(['Re-run with 2 h, at most $2.00']);
  expect(pressed('', { timeoutSeconds: 600, hourlyUsd: undefined })).toEqual(['Re-run with 20 min']);
  expect(pressed('', { timeoutSeconds: 31 * 86_400 }, 'Job timeout')).toEqual([]);
});

test('of any other failure nothing is offered', () => {
  expect(pressed("ModuleNotFoundError: No module named 'trl'")).toEqual([]);
});
