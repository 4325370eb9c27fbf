import { wholeBeginning } from '../../lib/cut.ts';
import type { ViewMessage } from '../view/view-message.ts';
import type { Failed } from './outbound.ts';
import { isDecoration } from './outgoing.ts';
import type { Post, Refused } from './posts.ts';
import { type Change, messageKeyOf } from './reconcile.ts';

/*
 * What to do about a delivery that failed. Whatever a platform refuses stays a difference between what a
 * thread should show and what it does show: it is tried again, in another form or later, and people are told.
 * It is never noted as shown.
 */

export type Decision =
  /** Nothing is sent to the thread for so long; nothing was done. `slowsDown`: the pace was too fast. */
  | { kind: 'wait'; ms: number; slowsDown: boolean }
  /** The platform has trouble: nothing is sent to the thread for a while. */
  | { kind: 'outage'; detail: string }
  /** All of the thread's messages in smaller parts. */
  | { kind: 'shorter' }
  /** A new message takes the place of one that can't be changed, beginning with `form`. */
  | { kind: 'anew'; form: number; removesOld: boolean }
  /** Once more in `ms`; until then the whole thread waits, so that its order stays. */
  | { kind: 'again'; ms: number; refused: Refused }
  /** The others go on without this one; it is tried again when it is due. */
  | { kind: 'hold'; refused: Refused }
  /** Not tried again as it is. */
  | { kind: 'drop'; refused: Refused }
  /** The thread takes nothing until somebody acts. */
  | { kind: 'close'; code: string; why: string };

export type Circumstances = {
  change: Change;
  /** What was noted of earlier attempts at it. */
  refused: Refused | undefined;
  /** The form that was refused last, and the plainest that there is. */
  form: number;
  lastForm: number;
  isSplittable: boolean;
  now: number;
};

/** How often what is not clear is tried as it is, before it is tried in plainer forms as well. */
export const TRIES = 5;
const FIRST_WAIT_MS = 1_000;

/** How long a platform that has trouble is left alone at first. */
const OUTAGE_MS = 3_000;

/** What can't be changed and only shows progress is looked at again after this. */
const FROZEN_MS = 5 * 60_000;

/** The least pause before a thread, and before one message in all its forms, is tried again. */
export const LEAST_MS = { thread: 5_000, message: 30_000 } as const;
const DAY_MS = 24 * 60 * 60_000;
const GIVEN_UP_MS = 7 * DAY_MS;

/**
 * After how long something is tried again that has been refused since a moment: the longer it has been, the
 * longer.
 */
export function pauseAfter(since: number, now: number, leastMs: number): number {
  return Math.min(DAY_MS, Math.max(leastMs, Math.ceil((now - since) / 4)));
}

/** The same for a platform that has trouble, which passes by itself. */
export const outagePause = (since: number, now: number): number =>
  Math.min(60_000, Math.max(OUTAGE_MS, Math.ceil((now - since) / 4)));

/** Whether a change is not to be tried now, because it was refused; `at` is when it is due, if ever. */
export function heldBack(
  refused: Refused | undefined,
  change: Change,
  now: number,
): { at: number | undefined } | undefined {
  if (refused === undefined) return undefined;
  const isSame = refused.hash === hashOf(change);
  if (refused.kind === 'final') return isSame ? { at: undefined } : undefined;
  // Progress changes all the time: it waits, whatever it shows by now.
  const isWaiting = refused.due > now && refused.due <= now + DAY_MS && (isSame || change.isPaced);
  return isWaiting ? { at: refused.due } : undefined;
}

/** What a refusal is about: the content that was refused. */
const hashOf = (change: Change): string => (change.kind === 'remove' ? 'removed' : change.hash);

/** Whether plainer forms are tried where it is not clear what is wrong. */
export const isWorn = (refused: Refused | undefined): boolean =>
  refused !== undefined && (refused.kind === 'held' || refused.tries >= TRIES - 1);

export function decide(failure: Failed, at: Circumstances): Decision {
  const { change } = at;
  switch (failure.reason) {
    case 'rate_limited':
      return { kind: 'wait', ms: failure.retryAfterMs, slowsDown: !failure.isForeseen };
    case 'unavailable':
      return { kind: 'outage', detail: failure.detail };
    case 'gone':
      if (change.kind === 'remove') return dropped(at, { code: 'gone', why: 'it is gone' });
      if (decorates(change)) return dropped(at, { code: 'gone', why: 'the message is gone' });
      if (change.kind === 'edit') return { kind: 'anew', form: 0, removesOld: false };
      return held(at, { code: 'gone', why: 'what it belongs to is gone' });
    case 'frozen':
      if (change.kind !== 'edit') return held(at, failure);
      return change.isPaced ? delayed(at, failure) : { kind: 'anew', form: 0, removesOld: true };
    case 'too_long':
      if (decorates(change) || isFile(change)) return dropped(at, failure);
      return at.isSplittable ? { kind: 'shorter' } : refusedForm(at, failure);
    case 'form':
      return refusedForm(at, failure);
    case 'closed':
      // What it stands on may be elsewhere: it says nothing of the thread.
      if (decorates(change)) return failure.isPlace ? held(at, failure) : dropped(at, failure);
      if (isFile(change) && !failure.isPlace) return held(at, failure);
      if (change.kind === 'remove' && !failure.isPlace) return dropped(at, failure);
      return { kind: 'close', code: failure.code, why: failure.why };
    case 'final':
      return dropped(at, failure);
    case 'unclear':
      return unclear(at, failure);
    default:
      return failure satisfies never;
  }
}

type Said = { code: string; why: string };

/** No form of a message is taken: a new message may be, else it is held back. */
function refusedForm(at: Circumstances, said: Said): Decision {
  const { change, form, lastForm, refused } = at;
  if (decorates(change) || change.kind === 'remove') return dropped(at, said);
  if (isFile(change)) return held(at, said);
  const isFirst = refused?.kind !== 'held';
  if (change.kind === 'edit' && isFirst && !change.isPaced) {
    return { kind: 'anew', form: Math.min(form, lastForm), removesOld: true };
  }
  return held(at, said);
}

function unclear(at: Circumstances, failure: Extract<Failed, { reason: 'unclear' }>): Decision {
  const { now } = at;
  const before = at.refused;
  const tries = (before?.kind === 'trying' ? before.tries : 0) + 1;
  const isWornOut = failure.isBug || isWorn(before) || tries >= TRIES;
  if (!isWornOut) {
    const ms = FIRST_WAIT_MS * 2 ** (tries - 1);
    const refused = { ...noted(at, failure), kind: 'trying' as const, tries, due: now + ms };
    return decorates(at.change) ? { kind: 'hold', refused } : { kind: 'again', ms, refused };
  }
  return decorates(at.change) ? dropped(at, failure) : held(at, failure);
}

function held(at: Circumstances, said: Said): Decision {
  const refused = noted(at, said);
  const isGivenUp = at.now - refused.since > GIVEN_UP_MS;
  if (isGivenUp) return { kind: 'drop', refused: { ...refused, kind: 'final', isGivenUp: true } };
  return {
    kind: 'hold',
    refused: { ...refused, kind: 'held', due: at.now + pauseAfter(refused.since, at.now, LEAST_MS.message) },
  };
}

/** Progress that can't be shown now: nobody is told, because what matters comes as a new message. */
function delayed(at: Circumstances, said: Said): Decision {
  const refused = { ...noted(at, said), isTold: false };
  return { kind: 'hold', refused: { ...refused, kind: 'held', due: at.now + FROZEN_MS } };
}

const dropped = (at: Circumstances, said: Said): Decision => ({
  kind: 'drop',
  refused: { ...noted(at, said), kind: 'final' },
});

function noted({ change, refused, now }: Circumstances, { code, why }: Said): Refused {
  return {
    kind: 'held',
    hash: hashOf(change),
    code: wholeBeginning(code, 100),
    why,
    since: refused?.since ?? now,
    due: now,
    tries: refused?.tries ?? 0,
    isTold: isForPeople(change) && !isNote(change.key),
    what: whatIs(change),
  };
}

/** A reaction or a thread's name: nothing is lost where it can't be shown. */
export const decorates = (change: Change): boolean =>
  change.kind !== 'remove' && isDecoration(change.outgoing);

const isFile = (change: Change): boolean => change.kind !== 'remove' && change.outgoing.kind === 'upload';

/** Whether people have to know that it could not be shown. */
export const isForPeople = (change: Change): boolean => change.kind !== 'remove' && !decorates(change);

const NOTE = 'refused/';

/** Whether a post tells of another one that is refused. */
export const isNote = (key: string): boolean => key.startsWith(NOTE);

/** The key of the post that a note tells of. */
export const toldOf = (noteKey: string): string => messageKeyOf(noteKey).slice(NOTE.length);

/** What a thread shows in place of what is refused, until that can be shown; `person` is notified. */
export function notesOf(posts: readonly Post[], person: string): ViewMessage[] {
  return posts.flatMap(({ key, exchange, refused }): ViewMessage[] => {
    if (refused === undefined || refused.kind === 'trying' || !refused.isTold) return [];
    const later = refused.kind === 'held' ? ' I try again from time to time.' : '';
    const text = `I could not show ${refused.what} here: ${refused.why}.${later}`;
    const body = { kind: 'notice' as const, text, mentions: [person] };
    return [{ key: `${NOTE}${key}`, exchange: exchange ?? 0, body }];
  });
}

const NAMES: readonly (readonly [prefix: RegExp, name: string])[] = [
  [/^e\d+\/answer\//, 'a part of my answer'],
  [/^e\d+\/status/, 'how it stands with this request'],
  [/^(?:call|batch)\//, 'a request for approval'],
  [/^job\//, 'the card of a job'],
  [/^question\//, 'a question'],
];

/** What a message is, in words for people. */
function whatIs(change: Change): string {
  if (change.kind !== 'remove' && change.outgoing.kind === 'upload')
    return `the file ${change.outgoing.file.name}`;
  return NAMES.find(([prefix]) => prefix.test(change.key))?.[1] ?? 'a message';
}
