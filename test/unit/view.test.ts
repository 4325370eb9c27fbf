import { describe, expect, test } from 'vitest';
import type { Snapshot } from '../../src/session/snapshot.ts';
import { changes } from '../../src/thread/delivery/reconcile.ts';
import { view } from '../../src/thread/view/view.ts';
import { inSlack } from '../support/slack-view.ts';
import { ADA, assistant, at, call, exchange, snapshot, TAKEN, user, watch } from '../support/snapshots.ts';

const keys = (messages: { key: string }[]) => messages.map((message) => message.key);
const request = { title: 'Run a job', facts: [], warnings: [], estimate: { usd: 1 } };

describe('view', () => {
  test('shows the status first, then answers, approvals and jobs where they belong', () => {
    const shown = view(
      snapshot({
        entries: [user('go'), assistant('short note'), assistant('the answer')],
        toolCalls: [
          call({
            state: { kind: 'waiting', since: at(1), watchId: 'w1' },
            approval: { request, decision: { by: ADA, at: at(1) } },
          }),
        ],
        watches: [watch()],
      }),
    );
    expect(keys(shown)).toEqual([
      'e1/status',
      'e1/standing',
      'e1/reaction',
      'call/c1',
      'job/w1',
      'e1/answer/1',
    ]);
  });

  test('a growing answer keeps the key that the finished one has', () => {
    const text = 'word '.repeat(100);
    const draft = view(snapshot({ session: { draft: { text } }, entries: [user('go')] }));
    const final = view(snapshot({ entries: [user('go'), assistant(text)] }));
    expect(keys(draft)).toEqual(keys(final));
  });

  test.each([
    [{ kind: 'running' }, 'working'],
    [{ kind: 'parked', on: 'job' }, 'waiting'],
    [{ kind: 'failed', failure: { message: 'Go on?', retryable: false, pause: 'spend' } }, 'waiting'],
    [{ kind: 'failed', failure: { message: 'No credits.', retryable: true } }, 'idle'],
    [{ kind: 'interrupted', by: 'Ada' }, 'idle'],
    [{ kind: 'closed', by: 'Ada' }, 'closed'],
  ] as const)('a thread whose session is %j stands as %s', (state, standing) => {
    const shown = view(snapshot({ session: { state }, entries: [user('go')] }));
    expect(shown.find(({ key }) => key === 'e1/standing')?.body).toEqual({ kind: 'standing', standing });
  });

  test('an undone exchange leaves one line', () => {
    const undone = snapshot({
      exchanges: [exchange({ undone: true })],
      entries: [user('go'), assistant('x')],
    });
    const [status, ...rest] = view(undone);
    expect(keys(rest)).toEqual(['e1/standing']);
    expect(status?.body).toMatchObject({ kind: 'status', phase: 'undone', timeline: [] });
  });

  test('what jobs cost is counted to the last look, and to the end once they ended', () => {
    const shown = view(
      snapshot({ entries: [user('go'), assistant('')], toolCalls: [call()], watches: [watch()] }),
    );
    const job = shown.find((message) => message.key === 'job/w1');
    expect(job?.body).toMatchObject({ elapsedSeconds: 60, usd: 60 / 3600, isFinal: false });
    const ended = watch({
      snapshot: { stage: 'COMPLETED', startedAt: at(10), finishedAt: at(40) },
      endedAt: at(90),
    });
    const after = view(
      snapshot({ entries: [user('go'), assistant('')], toolCalls: [call()], watches: [ended] }),
    );
    expect(after.find((message) => message.key === 'job/w1')?.body).toMatchObject({
      elapsedSeconds: 30,
      usd: 30 / 3600,
      isFinal: true,
    });
  });
});

describe('changes', () => {
  const session = snapshot({
    entries: [user('go'), assistant('the answer')],
    session: { state: { kind: 'idle' } },
  });

  test('rendering twice edits nothing', () => {
    const first = changes(view(session), [], inSlack, 1);
    expect(first.map((change) => change.kind)).toEqual(['post', 'post', 'post', 'post']);
    const posts = first.flatMap((change, i) =>
      change.kind === 'post'
        ? [{ key: change.key, hash: change.hash, platformId: `${i}.0`, exchange: 1, ...TAKEN }]
        : [],
    );
    expect(changes(view(session), posts, inSlack, 1)).toEqual([]);
  });

  test('a post whose outcome is open is to be looked for, and what is no longer wanted is removed', () => {
    const posts = [
      { key: 'e1/status#0', platformId: undefined, hash: undefined, exchange: 1, ...TAKEN },
      { key: 'e1/answer/7#0', platformId: '7.0', hash: 'x', exchange: undefined, ...TAKEN },
    ];
    expect(changes(view(session), posts, inSlack, 1)).toMatchObject([
      { kind: 'post', key: 'e1/status#0', isOutcomeOpen: true },
      { kind: 'post', key: 'e1/standing#0', outgoing: { kind: 'standing' }, isOutcomeOpen: false },
      { kind: 'post', key: 'e1/reaction#0', outgoing: { kind: 'reaction' }, isOutcomeOpen: false },
      { kind: 'post', key: 'e1/answer/0#0', isOutcomeOpen: false },
      { kind: 'remove', key: 'e1/answer/7#0', platformId: '7.0' },
    ]);
  });

  test('progress may wait for its turn, an end may not', () => {
    const running = { ...session, session: { ...session.session, state: { kind: 'running' as const } } };
    const parked = (on: 'job' | 'approval') => ({
      ...session,
      session: { ...session.session, state: { kind: 'parked' as const, on } },
    });
    const posted = [{ key: 'e1/status#0', platformId: '1.0', hash: 'old', exchange: 1, ...TAKEN }];
    const paced = (s: Snapshot) =>
      changes(view(s), posted, inSlack, 1).find((change) => change.key === 'e1/status#0')?.isPaced;
    expect(paced(running)).toBe(true);
    expect(paced(parked('job'))).toBe(true);
    expect(paced(parked('approval'))).toBe(false);
    expect(paced(session)).toBe(false);
  });
});
