import { describe, expect, test } from 'vitest';
import { nextAction } from '../../src/agent/next-action.ts';
import type { ToolCallState } from '../../src/session/tool-calls.ts';
import { ADA, assistant, at, call, exchange, snapshot, user, watch } from '../support/snapshots.ts';

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
  abandoned: { state: { kind: 'abandoned', request, at: at(0), output: 'no' }, expected: 'call_model' },
  done: { state: { kind: 'done', output: 'ok', at: at(0) }, expected: 'call_model' },
  failed: { state: { kind: 'failed', output: 'bad', at: at(0) }, expected: 'call_model' },
  cancelled: { state: { kind: 'cancelled', output: 'stop', at: at(0) }, expected: 'call_model' },
  unknown: { state: { kind: 'unknown', output: '?', at: at(0) }, expected: 'call_model' },
};

const working = (state: ToolCallState) =>
  snapshot({ entries: [user('go'), assistant('')], toolCalls: [call({ state })] });

describe('a session goes on from wherever its record says it is', () => {
  test.each(Object.entries(STATES))('with a call that is %s', (_kind, { state, expected }) => {
    expect(nextAction(working(state), 300).kind).toBe(expected);
  });

  test('with a message that nobody has answered: the model is called', () => {
    expect(nextAction(snapshot({ entries: [user('go')] }), 300)).toEqual({ kind: 'call_model' });
  });

  test('with an answer in words: it is over', () => {
    expect(nextAction(snapshot({ entries: [user('go'), assistant('done')] }), 300)).toEqual({
      kind: 'finish',
    });
  });

  test('with nothing at all: it is over', () => {
    expect(nextAction(snapshot(), 300)).toEqual({ kind: 'finish' });
  });

  test('with a call to run and one that waits for approval: the first runs before the session is parked', () => {
    const both = snapshot({
      entries: [user('go'), assistant('')],
      toolCalls: [call({ id: 'c1', state: STATES.awaiting_approval.state }), call({ id: 'c2', position: 1 })],
    });
    const action = nextAction(both, 300);
    expect(action.kind === 'advance_calls' && action.calls.map((item) => item.id)).toEqual(['c2']);
  });

  test('entries before the last `new` are not looked at', () => {
    const fresh = snapshot({ session: { contextStart: 1 }, entries: [user('old')] });
    expect(nextAction(fresh, 300)).toEqual({ kind: 'finish' });
  });
});

describe('limits', () => {
  const used = (modelCalls: number) =>
    snapshot({ entries: [user('go')], exchanges: [exchange({ modelCalls })] });

  test('the number of model calls is bounded, and -1 is no bound', () => {
    expect(nextAction(used(299), 300).kind).toBe('call_model');
    expect(nextAction(used(300), 300).kind).toBe('out_of_steps');
    expect(nextAction(used(100_000), -1).kind).toBe('call_model');
  });

  test('an answer that leaves the plan unfinished is sent back twice, then let be', () => {
    const plan = [{ id: '1', content: 'Train', status: 'pending' as const }];
    const answered = (corrections: number) =>
      snapshot({ entries: [user('go'), assistant('done')], exchanges: [exchange({ plan, corrections })] });
    expect(nextAction(answered(0), 300)).toMatchObject({ kind: 'correct', isPlanReminder: true });
    expect(nextAction(answered(1), 300).kind).toBe('correct');
    expect(nextAction(answered(2), 300).kind).toBe('finish');
  });

  test('while a job of the session runs, an unfinished plan is as it should be', () => {
    const plan = [{ id: '1', content: 'Train', status: 'in_progress' as const }];
    const waiting = snapshot({
      entries: [user('go'), assistant('it runs')],
      exchanges: [exchange({ plan })],
      watches: [watch()],
    });
    expect(nextAction(waiting, 300).kind).toBe('finish');
  });
});
