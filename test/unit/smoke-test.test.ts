import { describe, expect, test } from 'vitest';
import { nextAction } from '../../src/agent/next-action.ts';
import { Arguments } from '../../src/tools/hf-jobs/arguments.ts';
import { lacksScript, smokeArguments, smokeFacts, turnOf } from '../../src/tools/hf-jobs/smoke-test.ts';
import { askedAndSent } from '../support/jobs-tool.ts';
import { assistant, call, exchange, snapshot, user, watch } from '../support/snapshots.ts';

const PAIR = Arguments.parse({
  operation: 'run',
  script: 'print(1)',
  script_args: ['--steps', '1000'],
  env: { LR: '1e-4' },
  name: `${'𝓐'.repeat(23)} run`,
  timeout: '2h',
  stop_when: undefined,
  smoke_test: { script_args: ['--steps', '5'], env: { ROWS: '16' }, timeout: '10m' },
});

describe('whose turn it is', () => {
  const on = (stage: string, isEnded = true, more: object = {}) => ({
    ...watch({ toolCallId: 'c1' }),
    isSmoke: true,
    endedAt: isEnded ? new Date(1) : undefined,
    snapshot: { stage, ...more },
  });
  const turn = (watches: Parameters<typeof turnOf>[1]['watches']) => turnOf(PAIR, { callId: 'c1', watches });

  test('is told by the jobs of the call alone', () => {
    expect(turn([])).toBe('smoke');
    expect(turn([{ ...on('COMPLETED'), toolCallId: 'c2' }])).toBe('smoke');
    expect(turn([on('COMPLETED')])).toBe('run');
    for (const stage of ['ERROR', 'CANCELED', 'DELETED', 'WHATEVER'])
      expect(turn([on(stage)])).toBe('failed');
    expect(turn([on('COMPLETED', false)])).toBe('failed');
    expect(turn([on('COMPLETED', true, { isEndUnknown: true })])).toBe('failed');
    expect(turnOf({ smoke_test: undefined }, { callId: 'c1', watches: [] })).toBe('only');
  });
});

test('the test is the run in everything but what was said', () => {
  const { smoke_test: smoke } = PAIR;
  if (smoke === undefined) throw new Error('it has none');
  const made = smokeArguments(PAIR, smoke);
  expect(made).toMatchObject({ script: 'print(1)', script_args: ['--steps', '5'], timeout: '10m' });
  expect(made.env).toEqual({ LR: '1e-4', ROWS: '16' });
  expect(made.smoke_test).toBeUndefined();
  expect(made.name?.isWellFormed()).toBe(true);
});

test('each of both is on the card with its price, or says that it is not known', () => {
  const values = (usd?: number) => smokeFacts(PAIR, 7_200, usd).map(({ value }) => value);
  expect(values(3)).toEqual([
    'with arguments --steps 5 ROWS=16 · 10 min, at most $0.50',
    'by itself, only if that passes · at most $6.00',
  ]);
  expect(values().join(' ')).toContain('price not known');
});

test('what changes how the test runs, or whom it talks to, is warned of as that of the run is', async () => {
  const pair = (smoke_test: object) =>
    askedAndSent({ operation: 'run', script: 'print(1)', hardware_flavor: 'a10g-small', smoke_test });
  const { request } = await pair({ env: { HF_ENDPOINT: 'https://elsewhere.example', PYTHONPATH: '/x' } });
  expect(request.warnings.join()).toContain('whom they talk to: HF_ENDPOINT, PYTHONPATH');
  const { request: other } = await pair({ script_args: ['--index-url', 'https://elsewhere.example'] });
  expect(other.warnings.join()).toContain('a package index of its own');
  expect((await pair({ env: { ROWS: '5' } })).request.warnings.join()).not.toContain('talk to');
});

test.each([
  [{ script: 'x', smoke_test: {} }, false],
  [{ script: 'x', smoke_test: { env: { A: '1' }, timeout: '16m' } }, false],
  [{ script: 'x', smoke_test: { env: { HF_TOKEN: '1' } } }, false],
  [{ script: 'x', smoke_test: { env: { ROWS: '1' } } }, true],
])('%j is taken: %s', (args, isTaken) => {
  expect(Arguments.safeParse({ operation: 'run', ...args }).success).toBe(isTaken);
});

test('a command has no arguments that could be others', () => {
  const made = { operation: 'run', command: ['a'], smoke_test: { script_args: ['b'] } };
  expect(lacksScript(Arguments.parse(made))).toContain('needs script');
  expect(lacksScript(PAIR)).toBeUndefined();
});

describe('beside a test that runs', () => {
  const limits = { maxModelCalls: 9, warnUsd: 0, tokens: 1, tokenLimit: 9, windowTokens: 9 };
  const state = { kind: 'waiting' as const, since: new Date(0), watchId: 'w', follows: { usd: 1 } };
  const asked = [user('go'), assistant('')];
  const at = (messages: typeof asked, waiting: object = state) =>
    nextAction(
      snapshot({
        entries: messages,
        exchanges: [exchange()],
        toolCalls: [call({ state: waiting as never })],
      }),
      limits,
    ).kind;

  test('the session waits, answers who writes, and waits again', () => {
    expect(at(asked)).toBe('park');
    expect(at([...asked, user('how is it?')])).toBe('call_model');
    expect(at([...asked, user('how is it?'), assistant('It runs.')])).toBe('park');
  });
});
