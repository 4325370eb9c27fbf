import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { withoutAnsi } from '../../src/lib/output.ts';
import { forecastOf } from '../../src/session/progress/forecast.ts';
import { JobSnapshot } from '../../src/session/watches.ts';
import { type Printed, printing } from '../support/printed.ts';
import { ROOT } from '../support/root.ts';
import { at } from '../support/snapshots.ts';

/** A line at each of these steps, a second a step, after five minutes of installation. */
const steps = (upTo: number, every: number, line: (step: number) => string): Printed[] =>
  Array.from({ length: Math.floor(upTo / every) }, (_, i) => (i + 1) * every).map((step) => [
    300 + step,
    line(step),
  ]);

const ofRun = (step: number) => `step ${step}/1000 | loss ${(2 - step / 1000).toFixed(3)}`;

describe('what is to be expected of a job', () => {
  test('counts from the first report, not from the start of the job', () => {
    const forecast = forecastOf(printing(steps(500, 10, ofRun)), at(800));
    expect(forecast).toEqual({
      shareDone: 0.5,
      secondsLeft: 500,
      endsAt: at(1_300),
      usdAtEnd: 1_300 / 3_600,
    });
  });

  test('waits for no more than the next report', () => {
    const job = printing(steps(500, 10, ofRun));
    expect(forecastOf(job, at(806))?.endsAt).toEqual(at(1_300));
    expect(forecastOf(job, at(900))).toMatchObject({ secondsLeft: 490, endsAt: at(1_390) });
  });

  test('tells the step at which the time limit ends it', () => {
    const forecast = forecastOf(printing(steps(500, 10, ofRun), 920), at(800));
    expect(forecast).toMatchObject({ endsAt: at(1_300), usdAtEnd: 920 / 3_600, cutOffAtStep: 620 });
    expect(forecast?.cutOffAtShare).toBeCloseTo(0.62);
  });

  test('has evaluations in between in its pace', () => {
    const lines = steps(500, 10, ofRun).map(
      ([seconds, line], i): Printed => [
        seconds + (i >= 25 ? 250 : 0), // one of 250 seconds, half way through
        line,
      ],
    );
    // From step 10 on, 490 steps took 740 seconds.
    expect(forecastOf(printing(lines), at(1_050))?.secondsLeft).toBe(Math.round((500 * 740) / 490));
  });

  test.each<[string, Printed[]]>([
    ['no steps', steps(500, 10, (step) => `loss ${(2 - step / 1000).toFixed(3)}`)],
    ['no end', steps(500, 10, (step) => `step ${step} | loss ${(2 - step / 1000).toFixed(3)}`)],
    ['little so far', steps(40, 10, ofRun)],
    ['only two reports', steps(400, 200, ofRun)],
    ['that it is through', steps(1_000, 10, ofRun)],
    [
      'an epoch that may be one of many',
      steps(90, 10, (step) => `Epoch 1/3, step ${step}/100, loss: 0.${step}`),
    ],
  ])('is not known where its log tells %s', (_, lines) => {
    expect(forecastOf(printing(lines), at(2_000))).toBeUndefined();
  });

  test('is known of steps that begin anew with each epoch, once one is over', () => {
    const line = (step: number) =>
      `Epoch ${Math.ceil(step / 100)}/4, step ${((step - 1) % 100) + 1}/100, loss: ${(2 - step / 400).toFixed(3)}`;
    const forecast = forecastOf(printing(steps(300, 10, line), 600), at(600));
    expect(forecast).toMatchObject({ shareDone: 0.75, secondsLeft: 100, endsAt: at(700) });
    expect(forecast?.cutOffAtShare).toBeCloseTo(0.75);
    expect(forecast?.cutOffAtStep).toBeUndefined(); // of which epoch, nobody would know
  });

  test('is not known of a job that is over, or has not begun', () => {
    const job = printing(steps(500, 10, ofRun));
    const { startedAt: _, ...queued } = job.snapshot;
    expect(forecastOf({ ...job, snapshot: { ...job.snapshot, stage: 'ERROR' } }, at(800))).toBeUndefined();
    expect(forecastOf({ ...job, snapshot: queued }, at(800))).toBeUndefined();
  });

  test('begins anew with a second run in the same job', () => {
    const first = steps(1_000, 10, ofRun);
    const second = steps(200, 10, ofRun).map(([seconds, line]): Printed => [2_000 + 3 * seconds, line]);
    expect(forecastOf(printing([...first, ...second]), at(2_000 + 3 * 500))).toMatchObject({
      shareDone: 0.2,
      secondsLeft: 2_400,
    });
  });

  test('is not made of lines whose time the Hub does not tell', () => {
    const lines = steps(500, 10, ofRun).map(([, line]): Printed => [Number.NaN, line]);
    expect(forecastOf(printing(lines), at(800))).toBeUndefined();
  });
});

const FOLDER = join(ROOT, 'test/corpora/logs');

test.each([
  ['transformers-4', 'run'],
  ['accelerate', 'run'],
  ['llama-factory', 'run'],
  ['keras', 'epoch'],
  ['fairseq', 'epoch'],
  ['ultralytics', 'epoch'],
] as const)('%s counts the steps of each %s', (name, counts) => {
  const lines = readFileSync(join(FOLDER, `${name}.log`), 'utf8')
    .trimEnd()
    .split('\n')
    .map(withoutAnsi);
  expect(printing(lines.map((line, i): Printed => [i, line])).snapshot.pace?.counts).toBe(counts);
});

test('what is known of a pace is the same when it is read from the record', () => {
  const { snapshot } = printing(steps(500, 10, ofRun));
  expect(JobSnapshot.parse(JSON.parse(JSON.stringify(snapshot)))).toEqual(snapshot);
});

test('of whatever is printed, a forecast is one within bounds, and the pace is bounded', {
  tags: 'long',
}, () => {
  for (const file of readdirSync(FOLDER).filter((name) => name.endsWith('.log'))) {
    const lines = readFileSync(join(FOLDER, file), 'utf8').trimEnd().split('\n').map(withoutAnsi);
    const often = Array.from({ length: 20 }, () => lines).flat();
    const job = printing(often.map((line, i): Printed => [i * 10, line]));
    const forecast = forecastOf(job, at(often.length * 10));
    expect(forecast?.shareDone ?? 0).toBeGreaterThanOrEqual(0);
    expect(forecast?.shareDone ?? 0).toBeLessThan(1);
    expect(forecast?.secondsLeft ?? 0).toBeGreaterThanOrEqual(0);
    expect(JSON.stringify(job.snapshot.pace).length).toBeLessThan(4_000);
  }
});
