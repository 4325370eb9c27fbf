import { describe, expect, test } from 'vitest';
import { brokenRule } from '../../src/jobs/stop-rules.ts';
import { type Broken, StopRules } from '../../src/session/stop-rules.ts';
import { brokenText, rulesText } from '../../src/thread/words/stop-rules.ts';
import { type Printed, printing } from '../support/printed.ts';
import { at } from '../support/snapshots.ts';

const READ = { isUpToDate: true };

/** The rule that stops a job at a dollar an hour, so many seconds after its start. */
function broken(
  rules: StopRules,
  lines: readonly Printed[],
  seconds: number,
  heard = READ,
): Broken | undefined {
  const stopWhen = StopRules.parse(rules);
  const job = printing(lines, 20 * 3_600, stopWhen.no_improvement);
  return brokenRule({ ...job, stopWhen }, at(seconds), heard);
}

const losses: Printed[] = [1, 2, 3].map((i) => [60 * i, `step ${i}/100 | loss ${2 - i / 10}`]);
const NAN: Printed[] = [4, 5].map((i) => [60 * i, `step ${i}/100 | loss nan`]);
const evaluated = (minute: number, value: number): Printed => [
  60 * minute,
  `{'eval_loss': ${value}, 'eval_runtime': 3.1, 'epoch': ${minute / 100}}`,
];
const better = (direction: 'lower' | 'higher', metric = 'eval_loss') => ({
  no_improvement: { minutes: 30, metric, direction },
});

describe('a job is stopped', () => {
  test.each<[string, StopRules, Printed[], number, Broken]>([
    [
      'on NaN, twice in a row',
      { on_nan: true },
      [...losses, ...NAN],
      301,
      { rule: 'nan', value: 'NaN', step: 4 },
    ],
    ['once it has cost so much', { usd: 2 }, [], 7_200, { rule: 'usd', usd: 2 }],
    [
      'after so long without a lower value',
      better('lower'),
      [evaluated(10, 0.5), evaluated(20, 0.6), evaluated(30, 0.55)],
      60 * 40,
      { rule: 'no_improvement', metric: 'eval_loss', minutes: 30, best: 0.5 },
    ],
    [
      'after so long without a higher value, the same value being none',
      better('higher'),
      [evaluated(10, 0.5), evaluated(20, 0.5)],
      60 * 40,
      { rule: 'no_improvement', metric: 'eval_loss', minutes: 30, best: 0.5 },
    ],
    [
      'by its training loss, where that is what is named',
      better('lower', 'loss'),
      [
        [60, 'step 1/100 | loss 0.5'],
        [120, 'step 2/100 | loss 0.6'],
      ],
      60 * 31,
      { rule: 'no_improvement', metric: 'loss', minutes: 30, best: 0.5 },
    ],
  ])('%s', (_name, rules, lines, seconds, expected) => {
    expect(broken(rules, lines, seconds)).toEqual(expected);
  });
});

describe('a job runs on', () => {
  test.each<[string, StopRules, Printed[], number]>([
    ['with a loss that was no number once', { on_nan: true }, [...losses, ...NAN.slice(0, 1)], 300],
    ['with NaN, where nobody has said that it stops on that', { usd: 20 }, [...losses, ...NAN], 400],
    ['up to its sum', { usd: 2 }, [], 7_199],
    ['before there is a value', better('lower'), losses, 60 * 600],
    ['while no later value was told', better('lower'), [evaluated(10, 0.5)], 60 * 600],
    [
      'while its values get better',
      better('lower'),
      [evaluated(10, 0.5), evaluated(35, 0.4), evaluated(40, 0.45)],
      60 * 60,
    ],
    ['until the time has gone by', better('lower'), [evaluated(10, 0.5), evaluated(20, 0.6)], 60 * 39],
  ])('%s', (_name, rules, lines, seconds) => {
    expect(broken(rules, lines, seconds)).toBeUndefined();
  });

  test('while its log is read again, whose values are old; what it costs counts nevertheless', () => {
    const old = { isUpToDate: false };
    expect(broken({ on_nan: true }, [...losses, ...NAN], 400, old)).toBeUndefined();
    expect(broken(better('lower'), [evaluated(10, 0.5), evaluated(20, 0.6)], 60 * 60, old)).toBeUndefined();
    expect(broken({ usd: 1 }, losses, 3_600, old)).toEqual({ rule: 'usd', usd: 1 });
  });

  test('once it has ended, before it has begun, and once it is being stopped', () => {
    const rules = StopRules.parse({ usd: 1 });
    const job = { ...printing([]), timeoutSeconds: 36_000, stopWhen: rules };
    const stop = { broken: { rule: 'usd' as const, usd: 1 }, at: at(1), isRefusalTold: false };
    expect(
      brokenRule({ ...job, snapshot: { ...job.snapshot, stage: 'ERROR' } }, at(9_000), READ),
    ).toBeUndefined();
    expect(brokenRule({ ...job, snapshot: { stage: 'SCHEDULING' } }, at(9_000), READ)).toBeUndefined();
    expect(brokenRule({ ...job, snapshot: { ...job.snapshot, stop } }, at(9_000), READ)).toBeUndefined();
  });
});

test('rules are said as people approve them, and which one it was', () => {
  const rules = StopRules.parse({ on_nan: true, ...better('lower'), usd: 10 });
  expect(rulesText(rules)).toBe(
    'on NaN, after 30 min without a better eval_loss (lower is better), at $10.00',
  );
  expect(brokenText({ rule: 'nan', value: 'NaN', step: 2_048 })).toBe('loss NaN since step 2,048');
  expect(StopRules.safeParse({}).success).toBe(false);
  expect(StopRules.safeParse({ on_nan: false }).success).toBe(false);
});
