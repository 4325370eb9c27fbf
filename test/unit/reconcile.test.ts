import { describe, expect, test } from 'vitest';
import { inComponents as onDiscord } from '../../adapters/discord/components.ts';
import type { Outgoing } from '../../src/thread/delivery/outgoing.ts';
import { changes } from '../../src/thread/delivery/reconcile.ts';
import type { ViewMessage } from '../../src/thread/view/view-message.ts';
import { inSlack } from '../support/slack-view.ts';
import { TAKEN } from '../support/snapshots.ts';

const answer = (length: number, isDraft: boolean): ViewMessage => ({
  key: 'e1/answer/0',
  exchange: 1,
  body: isDraft
    ? { kind: 'answer', text: 'word '.repeat(length / 5), isDraft: true, askedBy: 'U0ADA', plan: [] }
    : { kind: 'answer', text: 'word '.repeat(length / 5), isDraft: false, id: 7, isEnd: true },
});

type Translate = (message: ViewMessage, divisor: number) => readonly Outgoing[];

describe.each<[string, Translate]>([
  ['Slack', inSlack],
  ['Discord', (message, divisor) => onDiscord(message, divisor, { asksFeedback: true })],
])('on %s', (_name, translate) => {
  test('an answer that grew in many parts until it was too long ends with its file, and not with an old part', () => {
    const drafted = changes([answer(29_000, true)], [], translate, 1);
    const posts = drafted.map((change) => ({
      key: change.key,
      platformId: change.key,
      hash: 'as it was',
      exchange: 1,
      streamed: undefined,
      ...TAKEN,
    }));
    expect(posts.length).toBeGreaterThan(2);
    const last = changes([answer(40_000, false)], posts, translate, 1);
    const file = last.find((change) => change.kind !== 'remove' && change.outgoing.kind === 'upload');
    expect(file?.kind).toBe('post');
    const kept = last.flatMap((change) => (change.kind === 'edit' ? [change.key] : []));
    const removed = last.flatMap((change) => (change.kind === 'remove' ? [change.key] : []));
    expect([...kept, ...removed].sort()).toEqual(posts.map(({ key }) => key).sort());
  });
});
