import type { HubJobs } from '../hub/jobs.ts';
import { createBackoff } from '../lib/backoff.ts';
import type { Watch } from '../session/watches.ts';
import { look, note } from './follow-look.ts';
import { type FollowDeps, type Following, type Look, SAFETY_MS } from './following.ts';
import { isWorthNoting, listen } from './listening.ts';
import { keepRule } from './stopping.ts';

/** After so many streams in a row that brought nothing, most periods only look. */
const FAILED_STREAMS = 3;
const STREAM_EVERY = 8;

/** After a stream that was cut the job is looked at, and the stream opened again, soon, then later. */
const REOPEN_MS = 2_000;

/** What was printed is written down at most so often. */
const FLUSH_MS = 3_000;

/**
 * Follows one job to its end: its stage by the Hub's events, its progress by its log, both over streams that
 * are opened again when they break. Without streams the job is looked at every polling period. `seen` notes
 * what is known and says whether the job is over for the record.
 */
export async function followJob(
  deps: FollowDeps,
  watch: Watch,
  seen: (look: Look) => Promise<boolean>,
  outer: AbortSignal,
): Promise<void> {
  const over = new AbortController();
  const signal = AbortSignal.any([outer, over.signal]);
  const following: Following = {
    deps,
    watch,
    seen,
    signal,
    end: () => over.abort(),
    snapshot: watch.snapshot,
    progress: watch.snapshot.progress,
    pace: watch.snapshot.pace,
    isDirty: false,
    heard: undefined,
    silence: { since: undefined, askedAt: Number.NEGATIVE_INFINITY },
    cancelling: { tries: 0, notBefore: Number.NEGATIVE_INFINITY, refusal: undefined },
    told: new Set(watch.alarms.map(({ cause }) => cause)),
    refusals: 0,
    notes: 0,
    reading: undefined,
    ending: undefined,
  };
  const quiet = (error: unknown) => {
    if (!signal.aborted) throw error;
  };
  try {
    await Promise.all([byEvents(following).catch(quiet), byClock(following).catch(quiet)]);
  } finally {
    over.abort();
    await following.reading?.catch(() => {}); // it ends with the signal
  }
}

/** Looks at each event that the Hub sends, and now and then where no stream can be had. */
async function byEvents(following: Following): Promise<void> {
  const { deps, watch, signal } = following;
  const { clock, pollMs, random } = deps;
  const reopening = createBackoff({ firstMs: Math.min(REOPEN_MS, pollMs), longestMs: pollMs }, random);
  let failures = 0;
  for (let period = 0; !signal.aborted; period++) {
    let wait = jittered(pollMs, random);
    const isStreaming = failures < FAILED_STREAMS || period % STREAM_EVERY === 0;
    if (isStreaming) {
      const openedAt = clock.monotonic();
      const events = await eventsOf(deps.jobs, watch, signal, () => look(following, deps.jobs));
      if (events.isOver) return;
      failures = events.count > 0 ? 0 : failures + 1;
      if (clock.monotonic() - openedAt > pollMs) reopening.reset();
      // A stream that worked may have been cut because the job is over, or right before that.
      if (events.count > 0) wait = reopening.next();
    }
    await clock.sleep(wait, signal);
    const how = failures < FAILED_STREAMS ? deps.jobs : deps.shared;
    if (await look(following, how).catch(passing(signal))) return;
  }
}

/** Writes down what was printed, and every now and then that time has gone by. */
async function byClock(following: Following): Promise<void> {
  await begin(following);
  const { deps, watch, signal } = following;
  const { clock } = deps;
  const startedAt = clock.monotonic();
  let [noted, looked] = [startedAt, startedAt];
  const step = Math.min(FLUSH_MS, deps.pollMs);
  while (!signal.aborted) {
    await clock.sleep(step, signal);
    const at = clock.monotonic();
    if (at - looked > jittered(SAFETY_MS, deps.random)) {
      looked = at;
      if (await look(following, deps.jobs).catch(passing(signal))) return;
    }
    const age = clock.now().getTime() - watch.createdAt.getTime();
    const beat = Math.min(SAFETY_MS, Math.max(deps.pollMs, age / 10));
    await listen(following);
    if (await keepRule(following)) await look(following, deps.jobs).catch(passing(signal));
    const isNews = following.isDirty || isWorthNoting(following);
    if (!isNews && at - noted < beat) continue;
    noted = at;
    if (await note(following)) return;
  }
}

/** Whoever takes a job up, after a restart or from another worker, writes down at once how it stands now. */
async function begin(following: Following): Promise<void> {
  const { notes, deps, signal } = following;
  const isOver = await look(following, deps.shared).catch(passing(signal));
  if (!isOver && following.refusals === 0 && following.notes === notes) await note(following);
}

/** A fifth more or less, so that what began together does not go on together. */
const jittered = (ms: number, random: () => number): number => ms * (0.8 + 0.4 * random());

/** A look that fails is made again later. */
const passing = (signal: AbortSignal) => () => {
  signal.throwIfAborted();
  return false;
};

/** Reads one stream of events to its end, with a look at each. */
async function eventsOf(
  jobs: HubJobs,
  watch: Watch,
  signal: AbortSignal,
  look: () => Promise<boolean>,
): Promise<{ count: number; isOver: boolean }> {
  let count = 0;
  try {
    for await (const _event of jobs.events(watch.namespace, watch.jobId, signal)) {
      count++;
      if (await look()) return { count, isOver: true };
    }
  } catch {
    signal.throwIfAborted(); // a stream that broke: the next one begins anew
  }
  return { count, isOver: false };
}
