import { describe, expect, test } from 'vitest';
import type { Failed } from '../../src/thread/delivery/outbound.ts';
import type { Refused } from '../../src/thread/delivery/posts.ts';
import type { Change } from '../../src/thread/delivery/reconcile.ts';
import {
  decide,
  heldBack,
  notesOf,
  outagePause,
  pauseAfter,
  TRIES,
} from '../../src/thread/delivery/refusals.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const NOW = 100 * DAY;

const noted = { generation: 0, form: 0, refused: undefined, exchange: 1 };
const part = {
  key: 'e1/answer/0#0',
  exchange: 1,
  outgoing: { kind: 'message' as const, body: { text: 'the answer' } },
  hash: 'h1',
  noted,
};
const post: Change = { ...part, kind: 'post', isPaced: false, isOutcomeOpen: false };
const edit: Change = { ...part, kind: 'edit', platformId: '1.0', streamed: undefined, isPaced: false };
const progress: Change = { ...edit, isPaced: true };
const reaction: Change = { ...post, outgoing: { kind: 'reaction', on: '1.0', name: 'eyes' } };
const file: Change = { ...post, outgoing: { kind: 'upload', file: { id: 'f', name: 'log.txt' }, text: '' } };
const removal: Change = { kind: 'remove', key: part.key, platformId: '1.0', isPaced: false, noted };

const unclear = { ok: false, reason: 'unclear', code: 'odd', why: 'odd', detail: '', isBug: false } as const;
const form = { ok: false, reason: 'form', code: 'invalid_blocks', why: 'form' } as const;
const frozen = { ok: false, reason: 'frozen', code: 'edit_window_closed', why: 'late' } as const;
const closed = { ok: false, reason: 'closed', code: 'is_archived', why: 'archived', isPlace: true } as const;
const denied = { ...closed, code: 'missing_scope', isPlace: false } as const;

const tried = (failure: Failed, change: Change, refused?: Refused, isSplittable = true) =>
  decide(failure, { change, refused, form: 2, lastForm: 2, isSplittable, now: NOW });

const refusedBy = (failure: Failed, change: Change, before?: Refused): Refused => {
  const decision = tried(failure, change, before);
  if (!('refused' in decision)) throw new Error(`decided: ${decision.kind}`);
  return decision.refused;
};

describe('what is done about a refusal', () => {
  test.each<[string, Failed, Change, string]>([
    ['a rate limit is waited for', { ok: false, reason: 'rate_limited', retryAfterMs: 5_000 }, post, 'wait'],
    ['trouble of the platform passes', { ok: false, reason: 'unavailable', detail: '' }, post, 'outage'],
    ['what is too long is split', { ...form, reason: 'too_long' }, post, 'shorter'],
    ['a message in no form that is taken is held back', form, post, 'hold'],
    ['an edit in no form that is taken is made as a new message', form, edit, 'anew'],
    ['a message that was deleted is posted again', { ok: false, reason: 'gone' }, edit, 'anew'],
    ['a message that can’t be changed is replaced', frozen, edit, 'anew'],
    ['progress of a message that can’t be changed waits for what matters', frozen, progress, 'hold'],
    ['a place that takes nothing closes the thread', closed, post, 'close'],
    ['a reaction may stand elsewhere, and closes nothing', closed, reaction, 'hold'],
    ['a reaction that is refused for no clear reason keeps nothing waiting', unclear, reaction, 'hold'],
    ['a reaction that is not allowed is left out', denied, reaction, 'drop'],
    ['a file that is not allowed is left out, and told of', denied, file, 'hold'],
    ['a file that is too large is never tried again', { ...form, reason: 'too_long' }, file, 'drop'],
    ['a message that is not allowed closes the thread', denied, post, 'close'],
    ['a message that may not be deleted stays', denied, removal, 'drop'],
    ['what is not clear is tried again', unclear, post, 'again'],
    ['a fault of ours is not', { ...unclear, isBug: true }, post, 'hold'],
  ])('%s', (_name, failure, change, kind) => {
    expect(tried(failure, change).kind).toBe(kind);
  });

  test('what stays unclear is tried some times only, with longer and longer waits, and then held back', () => {
    const waits: number[] = [];
    let refused: Refused | undefined;
    for (let tries = 1; tries < TRIES; tries++) {
      const decision = tried(unclear, post, refused);
      if (decision.kind !== 'again') throw new Error(`decided: ${decision.kind}`);
      waits.push(decision.ms);
      refused = decision.refused;
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000]);
    const decision = tried(unclear, post, refused);
    expect(decision).toMatchObject({ kind: 'hold', refused: { kind: 'held', code: 'odd', isTold: true } });
  });

  test('what could not be split any smaller is in no form that is taken', () => {
    expect(tried({ ...form, reason: 'too_long' }, post, undefined, false).kind).toBe('hold');
  });
});

describe('what was refused', () => {
  test('waits until it is due, unless it has changed', () => {
    const refused = refusedBy(form, post);
    expect(heldBack(refused, post, NOW)).toEqual({ at: NOW + 30_000 });
    expect(heldBack(refused, { ...post, hash: 'h2' }, NOW)).toBeUndefined();
    expect(heldBack(refused, post, NOW + 30_001)).toBeUndefined();
  });

  test('waits until it is due although it changes, where that is progress', () => {
    const refused = refusedBy(frozen, progress);
    expect(heldBack(refused, { ...progress, hash: 'h2' }, NOW)).toEqual({ at: NOW + 5 * MINUTE });
    expect(heldBack(refused, { ...edit, hash: 'h2' }, NOW)).toBeUndefined();
    expect(refused.isTold).toBe(false);
  });

  test('is given up after a week, and stays told of', () => {
    const since = NOW - 8 * DAY;
    const refused = { ...refusedBy(form, post), since };
    expect(tried(form, post, refused)).toMatchObject({
      kind: 'drop',
      refused: { kind: 'final', isTold: true, isGivenUp: true },
    });
  });

  test('is told of in the thread, by what it is and why, until it is shown', () => {
    const refused = refusedBy(denied, file);
    const taken = { key: 'e1/status#0', platformId: '1', hash: 'h', ...noted };
    const [note, ...others] = notesOf([taken, { ...taken, key: 'file/f#0', refused }], 'U0ADA');
    expect(others).toEqual([]);
    expect(note).toMatchObject({
      key: 'refused/file/f#0',
      exchange: 1,
      body: {
        kind: 'notice',
        text: 'I could not show the file log.txt here: archived. I try again from time to time.',
        mentions: ['U0ADA'],
      },
    });
    expect(refusedBy(form, { ...post, key: 'refused/file/f#0' }).isTold).toBe(false);
  });

  test('is tried the more seldom the longer it has been refused', () => {
    expect(pauseAfter(NOW, NOW, 5_000)).toBe(5_000);
    expect(pauseAfter(NOW - 60 * MINUTE, NOW, 5_000)).toBe(15 * MINUTE);
    expect(pauseAfter(NOW - 30 * DAY, NOW, 5_000)).toBe(DAY);
    expect(outagePause(NOW, NOW)).toBe(3_000);
    expect(outagePause(NOW - DAY, NOW)).toBe(MINUTE);
  });

  test('costs few calls in a month', () => {
    let calls = 0;
    for (let at = NOW; at < NOW + 30 * DAY; at += pauseAfter(NOW, at, 5_000)) calls++;
    expect(calls).toBeLessThan(80);
  });
});
