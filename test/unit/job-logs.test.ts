import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { withoutAnsi } from '../../src/lib/output.ts';
import { advance, Progress } from '../../src/session/progress.ts';
import { ROOT } from '../support/root.ts';

const FOLDER = join(ROOT, 'test/corpora/logs');

/** What is expected of a log; `null` where nothing may be told. */
const Log = z.object({
  about: z.string(),
  expected: z.strictObject({
    step: z.number().nullish(),
    steps: z.number().nullish(),
    epoch: z.number().nullish(),
    epochs: z.number().nullish(),
    loss: z.number().nullish(),
    losses: z.array(z.number()).optional(),
    count: z.number().optional(),
    metrics: z.record(z.string(), z.number()).optional(),
    /** All that may be told as one. */
    onlyMetrics: z.record(z.string(), z.number()).optional(),
    alerts: z.array(z.string()).optional(),
    failure: z.string().nullable(),
    advice: z.string().optional(),
  }),
});

const logs = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.log'))
  .map((file) => {
    const path = join(FOLDER, file);
    const { expected } = Log.parse(JSON.parse(readFileSync(path.replace(/log$/, 'json'), 'utf8')));
    return { name: file.slice(0, -4), lines: readFileSync(path, 'utf8').trimEnd().split('\n'), expected };
  });

const read = (lines: readonly string[]) => lines.map(withoutAnsi).reduce(advance, Progress.parse({}));

/** What is told, in the form of what is expected. */
function toldOf(progress: Progress, expected: z.infer<typeof LogLines>[number]['expected']): object {
  const told = { ...progress, count: progress.seen, onlyMetrics: progress.metrics };
  return Object.fromEntries(
    Object.entries(expected).map(([name, value]) => {
      const found = told[name as keyof typeof told];
      if (name !== 'metrics' || value === null) return [name, found ?? null];
      return [name, Object.fromEntries(Object.keys(value ?? {}).map((key) => [key, progress.metrics[key]]))];
    }),
  );
}

const rounded = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value ?? null), (_, part) =>
    typeof part === 'number' ? Number(part.toPrecision(8)) : part,
  );

describe.each(logs)('the log of $name', ({ lines, expected }) => {
  test('tells how far the job is and how it goes', () => {
    expect(rounded(toldOf(read(lines), expected))).toEqual(rounded(expected));
  });

  test('tells the same in pieces that are stored in between, and at once', () => {
    const whole = read(lines);
    const pieces = lines.reduce(
      (progress, line) => Progress.parse(JSON.parse(JSON.stringify(advance(progress, withoutAnsi(line))))),
      Progress.parse({}),
    );
    expect(pieces).toEqual(whole);
    expect(advance(Progress.parse({}), withoutAnsi(`${lines.join('\n')}\n`))).toEqual(whole);
  });

  test.each([
    ['as they are', (line: string) => [line, line, line]],
    ['with their numbers', (line: string) => [0, 1, 2, 3].map((rank) => `[rank${rank}]: ${line}`)],
    ['as srun labels them', (line: string) => [0, 1].map((rank) => `${rank}: ${line}`)],
  ])('tells the same where many processes print each line, %s', (_, repeated) => {
    const { tail: _tail, reader: _reader, ...once } = read(lines);
    const { tail: _tails, reader: _readers, ...often } = read(lines.flatMap(repeated));
    expect(often).toEqual(once);
  });
});

test('the curve of a job that printed one line of each process after the other’s is one run’s', () => {
  const lines = Array.from({ length: 12 }, (_, i) => `{'loss': ${2 - i / 10}, 'epoch': ${(i + 1) / 10}}`);
  const blocks = [0, 4, 8].flatMap((from) => {
    const block = lines.slice(from, from + 4);
    return [...block, ...block];
  });
  expect(read(blocks).losses).toEqual(read(lines).losses);
});

/** A few lines of each trainer, and such as look like theirs. */
const LogLines = z.array(
  z.strictObject({ about: z.string(), lines: z.array(z.string()), expected: Log.shape.expected.partial() }),
);
const logLines = LogLines.parse(JSON.parse(readFileSync(join(ROOT, 'test/corpora/log-lines.json'), 'utf8')));

test.each(logLines)('of a log with $about the place and the loss are told', ({ lines, expected }) => {
  expect(rounded(toldOf(read(lines), expected))).toEqual(rounded(expected));
});

const Failures = z.object({
  failing: z.array(z.strictObject({ lines: z.array(z.string()), failure: z.string(), advice: z.string() })),
  harmless: z.array(z.array(z.string())),
});
const failures = Failures.parse(JSON.parse(readFileSync(join(ROOT, 'test/corpora/failures.json'), 'utf8')));

describe('what has gone wrong', () => {
  test.each(failures.failing)('is told with what helps: $failure', ({ lines, failure, advice }) => {
    expect(read(lines)).toMatchObject({ failure, advice });
    expect(read(lines.flatMap((line) => [`[rank0]: ${line}`, `[rank1]: ${line}`]))).toMatchObject({
      failure,
    });
  });

  test.each(failures.harmless.map((lines) => ({ lines })))('is not told of $lines', ({ lines }) => {
    expect(read(lines).failure).toBeUndefined();
  });
});
