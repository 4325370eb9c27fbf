import { describe, expect, test } from 'vitest';
import { nextAction, type StepLimits } from '../../src/agent/next-action.ts';
import type { Snapshot } from '../../src/session/snapshot.ts';
import type { ToolCallState } from '../../src/session/tool-calls.ts';
import type { Entry } from '../../src/session/transcript.ts';
import { ADA, assistant, at, call, exchange, snapshot, user, watch } from '../support/snapshots.ts';

const LIMITS: StepLimits = {
  maxModelCalls: 300,
  warnUsd: 0,
  tokens: 0,
  tokenLimit: 90_000,
  windowTokens: 100_000,
};
const next = (state: Snapshot, limits: Partial<StepLimits> = {}) =>
  nextAction(state, { ...LIMITS, ...limits });

const request = { title: 'Run', facts: [], warnings: [], estimate: { usd: 1 } };
const decision = { by: ADA, at: at(1) };

const STATES: Record<ToolCallState['kind'], { state: ToolCallState; expected: string }> = {
  proposed: { state: { kind: 'proposed' }, expected: 'advance_calls' },
  awaiting_approval: {
    state: { kind: 'awaiting_approval', since: at(0), request, revision: 0 },
    expected: 'park',
  },
  approved: { state: { kind: 'approved', request, decision }, expected: 'advance_calls' },
  running: { state: { kind: 'running', since: at(0) }, expected: 'recover_calls' },
  waiting: { state: { kind: 'waiting', since: at(0), watchId: 'w1' }, expected: 'park' },
  rejected: { state: { kind: 'rejected', request, decision, output: 'no' }, expected: 'call_model' },
  abandoned: {
    state: { kind: 'abandoned', why: 'message', request, at: at(0), output: 'no' },
    expected: 'call_model',
  },
  done: { state: { kind: 'done', output: 'ok', at: at(0) }, expected: 'call_model' },
  failed: { state: { kind: 'failed', output: 'bad', at: at(0) }, expected: 'call_model' },
  cancelled: { state: { kind: 'cancelled', output: 'stop', at: at(0) }, expected: 'call_model' },
  unknown: { state: { kind: 'unknown', output: '?', at: at(0) }, expected: 'call_model' },
};

const working = (state: ToolCallState) =>
  snapshot({ entries: [user('go'), assistant('')], toolCalls: [call({ state })] });

describe('a session goes on from wherever its record says it is', () => {
  test.each(Object.entries(STATES))('with a call that is %s', (_kind, { state, expected }) => {
    expect(next(working(state)).kind).toBe(expected);
  });

  test('with a message that nobody has answered: the model is called', () => {
    expect(next(snapshot({ entries: [user('go')] }))).toEqual({ kind: 'call_model' });
  });

  test('with an answer in words: it is over', () => {
    expect(next(snapshot({ entries: [user('go'), assistant('done')] }))).toEqual({
      kind: 'finish',
    });
  });

  test('with nothing at all: it is over', () => {
    expect(next(snapshot())).toEqual({ kind: 'finish' });
  });

  test('with a call to run and one that waits for approval: the first runs before the session is parked', () => {
    const both = snapshot({
      entries: [user('go'), assistant('')],
      toolCalls: [call({ id: 'c1', state: STATES.awaiting_approval.state }), call({ id: 'c2', position: 1 })],
    });
    const action = next(both);
    expect(action.kind === 'advance_calls' && action.calls.map((item) => item.id)).toEqual(['c2']);
  });

  test('entries before the last `new` are not looked at', () => {
    const fresh = snapshot({ session: { contextStart: 1 }, entries: [user('old')] });
    expect(next(fresh)).toEqual({ kind: 'finish' });
  });
});

describe('limits', () => {
  const used = (modelCalls: number) =>
    snapshot({ entries: [user('go')], exchanges: [exchange({ modelCalls })] });

  test('the number of model calls is bounded, and -1 is no bound', () => {
    expect(next(used(299)).kind).toBe('call_model');
    expect(next(used(300)).kind).toBe('out_of_steps');
    expect(next(used(100_000), { maxModelCalls: -1 }).kind).toBe('call_model');
  });

  test('an answer that leaves the plan unfinished is sent back twice, then let be', () => {
    const plan = [{ id: '1', content: 'Train', status: 'pending' as const }];
    const answered = (corrections: number) =>
      snapshot({ entries: [user('go'), assistant('done')], exchanges: [exchange({ plan, corrections })] });
    expect(next(answered(0))).toMatchObject({ kind: 'correct', guard: 'plan' });
    expect(next(answered(1)).kind).toBe('correct');
    expect(next(answered(2)).kind).toBe('finish');
  });

  test('while a job of the session runs, an unfinished plan is as it should be', () => {
    const plan = [{ id: '1', content: 'Train', status: 'in_progress' as const }];
    const waiting = snapshot({
      entries: [user('go'), assistant('it runs')],
      exchanges: [exchange({ plan })],
      watches: [watch()],
    });
    expect(next(waiting).kind).toBe('finish');
  });
});

describe('a conversation that has become too long', () => {
  const long = (entries: Entry[]) => next(snapshot({ entries }), { tokens: 100_000 });
  const talk = (count: number) => Array.from({ length: count }, (_, i) => user(`message ${i}`));

  test('is summarised where its middle is worth it', () => {
    expect(long(talk(12)).kind).toBe('summarise');
  });

  test('and cannot be made shorter is said to be so, instead of trying for ever', () => {
    expect(long(talk(4)).kind).toBe('too_large');
    expect(next(snapshot({ entries: talk(4) }), { tokens: 95_000 }).kind).toBe('call_model');
    const summed: Entry = { role: 'summary', text: 's', after: 1, upTo: 7, replaced: 6 };
    expect(long([...talk(12), summed, user('and on')]).kind).toBe('too_large');
  });

  test('has its older results told in short before anything is summarised', () => {
    const entries = [user('go'), ...Array.from({ length: 14 }, () => assistant(''))];
    const toolCalls = Array.from({ length: 14 }, (_, i) =>
      call({
        id: `c${i}`,
        messageId: i + 2,
        arguments: `{"n":${i}}`,
        state: { kind: 'done', output: 'x'.repeat(20_000), at: at(1) },
      }),
    );
    const whole = snapshot({ entries, toolCalls });
    expect(next(whole, { tokens: 100_000 })).toEqual({ kind: 'trim', upTo: 7 });
    const settings = { yolo: { kind: 'off' as const }, trim: { upTo: 7, at: 15 } };
    const trimmed = snapshot({ session: { settings }, entries, toolCalls });
    expect(next(trimmed, { tokens: 100_000 }).kind).toBe('summarise');
  });
});

describe('spending', () => {
  const spent = (modelUsd: number, acknowledgedUsd?: number) =>
    snapshot({
      session: {
        modelUsd,
        settings: { yolo: { kind: 'off' }, ...(acknowledgedUsd === undefined ? {} : { acknowledgedUsd }) },
      },
      entries: [user('go')],
    });

  test.each([
    [4.99, undefined, 'call_model'],
    [5, undefined, 'ask_to_go_on'],
    [9.99, 5, 'call_model'],
    [10, 5, 'ask_to_go_on'],
    [19, 12, 'call_model'],
    [20, 12, 'ask_to_go_on'],
  ])('%d USD, of which people let pass %s: %s', (usd, acknowledged, expected) => {
    expect(next(spent(usd, acknowledged), { warnUsd: 5 }).kind).toBe(expected);
  });

  test('a config without a sum never asks', () => {
    expect(next(spent(1_000), { warnUsd: 0 }).kind).toBe('call_model');
  });

  test('jobs count, those that were only watched do not', () => {
    const job = (toolCallId: string | undefined) =>
      snapshot({
        entries: [user('go')],
        watches: [
          watch({
            toolCallId,
            hourlyUsd: 8,
            snapshot: { stage: 'COMPLETED', startedAt: at(0), finishedAt: at(3600) },
            endedAt: at(3600),
          }),
        ],
      });
    expect(next(job('c1'), { warnUsd: 5 }).kind).toBe('ask_to_go_on');
    expect(next(job(undefined), { warnUsd: 5 }).kind).toBe('call_model');
  });
});
