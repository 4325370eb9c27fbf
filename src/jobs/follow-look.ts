import type { HubJobs } from '../hub/jobs.ts';
import { statusOf } from '../hub/retry.ts';
import { systemClock } from '../lib/clock.ts';
import { isFinal, type JobSnapshot, outOfSight } from '../session/watches.ts';
import { OUT_OF_SIGHT } from '../thread/words/jobs.ts';
import { readLog } from './follow-log.ts';
import type { Following } from './following.ts';
import { decideToStop, findingsOf, knownOf } from './listening.ts';
import { lookAtJob } from './look.ts';

/**
 * At the end the rest of the log is waited for, for so long: it says what the job came to, and why it failed.
 */
const LAST_LINES_MS = 5_000;

/** Looks at a job, and notes what is new. True when it is over. */
export async function look(following: Following, how: Pick<HubJobs, 'inspect'>): Promise<boolean> {
  const before = following.snapshot;
  const seen = await lookOrRefused(following, how);
  if (following.ending === undefined && !isFinal(seen)) {
    following.snapshot = seen;
    if (seen.startedAt !== undefined) following.reading ??= readLog(following);
    return before.stage !== seen.stage || before.message !== seen.message ? await note(following) : false;
  }
  following.ending ??= endOf(following, seen); // another look may have seen it meanwhile
  following.snapshot = await following.ending;
  return note(following);
}

/** How a job ended, with what is told only then. Nobody takes it for over before. */
async function endOf(following: Following, seen: JobSnapshot): Promise<JobSnapshot> {
  const { signal } = following;
  if (seen.startedAt !== undefined) following.reading ??= readLog(following);
  await Promise.race([following.reading, systemClock.sleep(LAST_LINES_MS, signal).catch(() => {})]);
  return { ...seen, ...(await pushedBy(following, seen)) };
}

/** A job's last commit may be written down after its end; what was there before it began is not its own. */
const MARGIN_MS = 60_000;

/** So long may the Hub take to say what a job has pushed. */
const PUSHES_MS = 15_000;

/**
 * What a job that is over has pushed of what its log or its script names, with its commits; nothing where
 * that can't be found out.
 */
async function pushedBy(
  following: Following,
  seen: JobSnapshot,
): Promise<Pick<JobSnapshot, 'pushed' | 'commits'>> {
  const { deps, progress, signal } = following;
  const { startedAt, finishedAt, isEndUnknown } = seen;
  const links = [...(progress?.links ?? []), ...(seen.named ?? []).flatMap(pagesOf)];
  if (links.length === 0) return { pushed: [] };
  if (startedAt === undefined || isEndUnknown) return {};
  const during = {
    from: startedAt,
    to: new Date((finishedAt ?? deps.clock.now()).getTime() + MARGIN_MS),
  };
  try {
    const inTime = AbortSignal.any([signal, AbortSignal.timeout(PUSHES_MS)]);
    const pushed = await deps.pushes.among(links, during, inTime);
    return {
      pushed: pushed.map(({ url }) => url),
      commits: Object.fromEntries(pushed.map(({ url, commit }) => [url, commit])),
    };
  } catch {
    signal.throwIfAborted();
    return {}; // which is told with the job's end
  }
}

/** A script does not say of an id what it is of: the Hub knows which of these there are. */
const pagesOf = (id: string): string[] =>
  ['', 'datasets/', 'spaces/'].map((kind) => `https://huggingface.co/${kind}${id}`);

/** Writes down how a job stands, and what is wrong with it. True when it is over for the record. */
export async function note(following: Following): Promise<boolean> {
  following.isDirty = false;
  following.notes++;
  const refusal = decideToStop(following);
  const findings = findingsOf(following);
  const isOver = await following.seen({ snapshot: knownOf(following), findings, refusal });
  for (const { cause } of findings) following.told.add(cause);
  if (isOver) following.end();
  return isOver;
}

/** A token that is refused once may be good again; one that is refused each time is not. */
const REFUSALS = 3;

/**
 * A look, counting how often it was refused. A job under somebody's own account is out of sight when their
 * token is worth nothing any more; of the bot's own it is said, because whoever runs the bot may mend that.
 */
async function lookOrRefused(following: Following, how: Pick<HubJobs, 'inspect'>): Promise<JobSnapshot> {
  const { watch, deps, signal, snapshot } = following;
  try {
    const seen = await lookAtJob(how, { ...watch, snapshot }, deps.clock, signal);
    following.refusals = 0;
    return seen;
  } catch (error) {
    if (statusOf(error) !== 401 && statusOf(error) !== 403) throw error;
    if (++following.refusals < REFUSALS) throw error;
    if (watch.owner === undefined) return { ...following.snapshot, message: OUT_OF_SIGHT.own };
    return outOfSight({ ...watch, snapshot: following.snapshot }, 'UNKNOWN', OUT_OF_SIGHT.token);
  }
}
