import { describe, expect, test } from 'vitest';
import { doomLoop, malformedTwice, nothingWorks, spendPause } from '../../src/agent/guards.ts';
import { call } from '../support/snapshots.ts';

const done = (name: string, args: string, output = 'same') =>
  call({ name, arguments: args, state: { kind: 'done', output, at: new Date(0) } });
const times = <T>(n: number, make: (i: number) => T) => Array.from({ length: n }, (_, i) => make(i));

describe('doomLoop', () => {
  test.each([
    ['the same call three times', times(3, () => done('a', '{}')), 'same call to a 3 times'],
    [
      'the same call with keys in another order and other spaces',
      [done('a', '{"x":1,"y":[2]}'), done('a', '{ "y": [2], "x": 1 }'), done('a', '{"y":[2],"x":1}')],
      'same call to a 3 times',
    ],
    ['two calls in turn', [done('a', '1'), done('b', '2'), done('a', '1'), done('b', '2')], 'calls (a, b)'],
    ['five calls in turn', times(10, (i) => done('a', String(i % 5))), 'calls (a, a, a, a, a)'],
  ])('%s is a circle', (_name, calls, expected) => {
    expect(doomLoop(calls)).toContain(expected);
  });

  test.each([
    ['no calls', []],
    ['twice the same call', times(2, () => done('a', '{}'))],
    ['polling whose results change', times(6, (i) => done('ps', '{}', `step ${i}`))],
    ['the same tool with other arguments', times(6, (i) => done('read', `{"page":${i}}`))],
    [
      'calls that have not ended',
      times(3, () => call({ name: 'a', state: { kind: 'running', since: new Date(0) } })),
    ],
    ['a circle that was left', [...times(3, () => done('a', '{}')), done('b', '{}')]],
  ])('%s is none', (_name, calls) => {
    expect(doomLoop(calls)).toBeUndefined();
  });
});

describe('malformedTwice', () => {
  const failed = (name: string, args: string) =>
    call({ name, arguments: args, state: { kind: 'failed', output: 'bad', at: new Date(0) } });

  test.each([
    ['malformed twice in a row', [failed('a', '{'), failed('a', '{"x"')], true],
    ['malformed once', [failed('a', '{')], false],
    ['another tool between', [failed('a', '{'), failed('b', '{')], false],
    ['mended', [failed('a', '{'), done('a', '{}')], false],
    ['no arguments at all', [done('a', ''), done('a', '')], false],
  ])('%s', (_name, calls, isTold) => {
    expect(malformedTwice(calls) !== undefined).toBe(isTold);
  });
});

describe('nothingWorks', () => {
  const failed = (n: number) =>
    call({ name: `t${n}`, state: { kind: 'failed', output: `bad ${n}`, at: new Date(0) } });

  test.each([
    ['six failures in a row, each another', times(6, failed), true],
    ['five', times(5, failed), false],
    ['one that worked among them', [...times(3, failed), done('a', '{}'), ...times(3, failed)], false],
    ['six after one that worked', [done('a', '{}'), ...times(6, failed)], true],
  ])('%s', (_name, calls, isTold) => {
    expect(nothingWorks(calls) !== undefined).toBe(isTold);
  });
});

describe('spendPause', () => {
  test.each([
    [0, 0, 5, undefined],
    [4.99, 0, 5, undefined],
    [5, 0, 5, 5],
    [80, 0, 5, 5],
    [9, 5, 5, undefined],
    [10, 5, 5, 10],
    [39, 21, 5, undefined],
    [40, 21, 5, 40],
    [1e6, 0, 0, undefined],
  ])('%d USD spent, %d let pass, first at %d: %s', (spent, passed, first, expected) => {
    expect(spendPause(spent, passed, first)).toBe(expected);
  });
});
