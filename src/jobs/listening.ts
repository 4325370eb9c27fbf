import type { HubJobs } from '../hub/jobs.ts';
import type { Finding } from '../session/alarms.ts';
import type { JobSnapshot, Watch } from '../session/watches.ts';
import { findingsIn, maybeStalled } from './alarms.ts';
import type { Following } from './following.ts';
import { brokenRule } from './stop-rules.ts';

/** How a job stands, with what its log says. */
export function knownOf({ snapshot, progress, pace }: Following): JobSnapshot {
  return { ...snapshot, ...(progress ? { progress } : {}), ...(pace ? { pace } : {}) };
}

/** What is wrong with a job by now that was not called out before. */
export function findingsOf(following: Following): Finding[] {
  const { deps, told, pace, silence, watch, snapshot } = following;
  if (snapshot.stop !== undefined) return []; // it is being stopped, and that is told
  const isUpToDate = hasReadAll(following);
  const isSilent = silence.since !== undefined && silence.since === pace?.printedAt;
  const found = findingsIn(watchNow(following), deps.clock.now(), { isUpToDate, isSilent });
  const isSeenTo = ({ cause }: Finding) => cause === 'loss_not_finite' && watch.stopWhen?.on_nan === true;
  return found.filter((finding) => !told.has(finding.cause) && !isSeenTo(finding));
}

/** Whether anything would be told or done about a job by now. */
export const isWorthNoting = (following: Following): boolean =>
  ruleBrokenIn(following) !== undefined || findingsOf(following).length > 0;

const ruleBrokenIn = (following: Following) =>
  brokenRule(watchNow(following), following.deps.clock.now(), { isUpToDate: hasReadAll(following) });

/**
 * Decides to stop a job by one of its rules; it is cancelled once that is written down. Returns why the Hub
 * does not cancel it, where that is to be told.
 */
export function decideToStop(following: Following): string | undefined {
  const { deps, snapshot, cancelling } = following;
  const broken = ruleBrokenIn(following);
  const stop = broken ? { broken, at: deps.clock.now(), isRefusalTold: false } : snapshot.stop;
  if (stop === undefined) return undefined;
  const isTold = !stop.isRefusalTold && cancelling.tries >= TRIES && cancelling.refusal !== undefined;
  following.snapshot = { ...snapshot, stop: { ...stop, isRefusalTold: stop.isRefusalTold || isTold } };
  return isTold ? cancelling.refusal : undefined;
}

/** What is refused once may be a passing trouble. */
const TRIES = 2;

/** Whether all that its log has said so far was read. */
function hasReadAll({ deps, heard }: Following): boolean {
  if (heard === undefined) return false;
  return heard.ageMs < FRESH_MS || deps.clock.monotonic() - heard.at > REPLAYED_MS;
}

/** What was printed so shortly before it comes in is no replay; and a replay has no pauses like this. */
const FRESH_MS = 60_000;
const REPLAYED_MS = 3_000;

const watchNow = (following: Following): Watch => ({
  ...following.watch,
  snapshot: knownOf(following),
  lookedAt: following.deps.clock.now(),
});

/** How often the Hub is asked whether a job is as silent as it seems. */
const ASKED_MS = 5 * 60_000;

/** Asks the Hub about a job that seems to hang: a stream may be open, and bring nothing. */
export async function listen(following: Following): Promise<void> {
  const { deps, watch, pace, silence, told, signal } = following;
  const { clock, jobs } = deps;
  const since = pace?.printedAt;
  if (since === undefined || silence.since === since || told.has('stalled')) return;
  if (clock.monotonic() - silence.askedAt < ASKED_MS) return;
  if (!maybeStalled(watchNow(following), clock.now())) return;
  silence.askedAt = clock.monotonic();
  const newest = await printedLast(jobs, watch, signal).catch(() => signal.throwIfAborted());
  if (newest === since) silence.since = since;
}

/** The Hub replays a log without pauses like this. */
const PAUSE_MS = 3_000;

/** When the newest line of a log was printed, in milliseconds; undefined where there is none. */
async function printedLast(
  jobs: Pick<HubJobs, 'follow'>,
  { namespace, jobId }: Watch,
  signal: AbortSignal,
): Promise<number | undefined> {
  const paused = new AbortController();
  const timer = setTimeout(() => paused.abort(), PAUSE_MS);
  let newest: number | undefined;
  try {
    for await (const { at } of jobs.follow(namespace, jobId, AbortSignal.any([signal, paused.signal]))) {
      newest = Math.max(at, newest ?? at);
      timer.refresh();
    }
  } catch (error) {
    if (!paused.signal.aborted) throw error;
  } finally {
    clearTimeout(timer);
  }
  return newest;
}
