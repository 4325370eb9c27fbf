import { messageOf } from '../lib/errors.ts';
import type { Following } from './following.ts';

/** A cancellation that did not work is tried again so soon, then later and later. */
const FIRST_MS = 5_000;
const LONGEST_MS = 5 * 60_000;

/**
 * Cancels a job that one of its rules stops, until it is seen to have ended. Returns whether the Hub has
 * taken it, so that the job is worth a look.
 */
export async function keepRule(following: Following): Promise<boolean> {
  const { snapshot, cancelling, deps, watch, signal } = following;
  const { clock, jobs } = deps;
  if (snapshot.stop === undefined || clock.monotonic() < cancelling.notBefore) return false;
  const wait = Math.min(FIRST_MS * 2 ** cancelling.tries, LONGEST_MS);
  following.cancelling = { ...cancelling, tries: cancelling.tries + 1, notBefore: clock.monotonic() + wait };
  try {
    await jobs.cancel(watch.namespace, watch.jobId, signal);
    following.cancelling.refusal = undefined;
    return true;
  } catch (error) {
    signal.throwIfAborted();
    following.cancelling.refusal = messageOf(error);
    following.isDirty = true;
    return false;
  }
}
