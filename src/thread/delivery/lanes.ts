import { reserve, takeSpare } from '../../session/store/pace.ts';
import { bucketOf, spareOf } from './buckets.ts';
import type { Grants, Lane } from './claim.ts';
import { isStreamed } from './outgoing.ts';
import type { Change } from './reconcile.ts';
import { decorates } from './refusals.ts';
import type { Scope } from './send.ts';

/** Progress whose turn has come goes as soon as what matters leaves room; anything else goes at once. */
export const untilSpare = async ({ deps, ...scope }: Scope, lane: Lane, count: number): Promise<number> =>
  lane === 'progress' ? takeSpare(deps.db, spareOf(scope), count) : 0;

/** What grows and moves: a thread shows it no more often than its interval says. */
export const UNHURRIED: ReadonlySet<Lane> = new Set(['progress', 'stream']);

/** Edits of progress at once, of all the messages of a thread that change by themselves. */
const PROGRESS_AT_ONCE = 3;

type Grant = Grants[Lane] & object;

/** A place in the queue of a lane for what a thread wants delivered. */
export async function reserved(
  scope: Scope,
  lane: Lane,
  wanted: readonly Change[],
  now: number,
): Promise<Grant> {
  const { deps, held, outbound } = scope;
  const count = lane === 'progress' ? Math.min(wanted.length, PROGRESS_AT_ONCE) : wanted.length;
  const waitMs = await reserve(deps.db, bucketOf(scope, lane), count);
  const notBefore = Math.min(held.notBefore?.getTime() ?? 0, now + outbound.editIntervalMs);
  const earliest = UNHURRIED.has(lane) ? notBefore : 0;
  const keys = UNHURRIED.has(lane) ? { keys: wanted.slice(0, count).map(({ key }) => key) } : {};
  return { at: Math.max(now + waitMs, earliest), count, since: now, ...keys };
}

/**
 * What is delivered with a grant, before what has to wait for another one: first what it was reserved for.
 * Messages that change all the time would else go before the others of their thread again and again.
 */
export function inTurn(waiting: readonly Change[], { keys }: Grant): Change[] {
  const isMeant = ({ key }: Change) => keys?.includes(key) === true;
  return [...waiting.filter(isMeant), ...waiting.filter((change) => !isMeant(change))];
}

/** The lane of a change. */
export function laneOf(change: Change): Lane {
  if (decorates(change)) return 'reaction';
  if (change.kind === 'post') return isStreamed(change.outgoing) ? 'streamEnd' : 'post';
  if (change.kind === 'edit' && change.streamed !== undefined)
    return isStreamed(change.outgoing) ? 'stream' : 'streamEnd';
  return change.isPaced ? 'progress' : 'edit';
}
