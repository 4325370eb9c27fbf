import { setTimeout as delay } from 'node:timers/promises';
import type { HubJobs } from '../../hub/jobs.ts';
import { advance, Progress } from '../../session/progress.ts';
import { isFinal, type JobSnapshot, type Watch } from '../../session/watches.ts';
import { withoutAnsi } from '../output.ts';
import { lookAtJob } from './look.ts';

export type FollowDeps = {
  jobs: HubJobs;
  /** Looks that share requests, for when streams can't be had. */
  shared: Pick<HubJobs, 'inspect'>;
  pollMs: number;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  random(): number;
};

/** After so many streams in a row that brought nothing, most periods only look. */
const FAILED_STREAMS = 3;
const STREAM_EVERY = 8;

/** What was printed is written down at most so often. */
const FLUSH_MS = 3_000;

/** At the end the rest of the log is waited for, for so long: it says what the job came to, and why it failed. */
const LAST_LINES_MS = 5_000;

/** A job that nothing is heard of is looked at nevertheless, so often. */
const SAFETY_MS = 5 * 60_000;

/**
 * Follows one job to its end: its stage by the Hub's events, its progress by its log, both over streams that are
 * opened again when they break. Without streams the job is looked at every polling period. `seen` notes what is known
 * and says whether the job is over for the record.
 */
export async function followJob(
  deps: FollowDeps,
  watch: Watch,
  seen: (snapshot: JobSnapshot) => Promise<boolean>,
  outer: AbortSignal,
): Promise<void> {
  const over = new AbortController();
  const signal = AbortSignal.any([outer, over.signal]);
  const state = { snapshot: watch.snapshot, progress: watch.snapshot.progress, isDirty: false };
  let reading: Promise<void> | undefined;

  const now = (): JobSnapshot => ({
    ...state.snapshot,
    ...(state.progress ? { progress: state.progress } : {}),
  });

  /** True when the job is over. */
  async function look(how: Pick<HubJobs, 'inspect'>): Promise<boolean> {
    const before = state.snapshot;
    state.snapshot = await lookAtJob(how, { ...watch, snapshot: before }, signal);
    if (state.snapshot.startedAt !== undefined) reading ??= readLog(deps, watch, state, signal);
    if (!isFinal(state.snapshot)) {
      const isNews = before.stage !== state.snapshot.stage || before.message !== state.snapshot.message;
      return isNews ? await note() : false;
    }
    await Promise.race([reading, delay(LAST_LINES_MS, undefined, { signal }).catch(() => {})]);
    return note();
  }

  async function note(): Promise<boolean> {
    state.isDirty = false;
    const isOver = await seen(now());
    if (isOver) over.abort();
    return isOver;
  }

  async function byEvents(): Promise<void> {
    let failures = 0;
    for (let period = 0; !signal.aborted; period++) {
      const isStreaming = failures < FAILED_STREAMS || period % STREAM_EVERY === 0;
      if (isStreaming) {
        const events = await eventsOf(deps.jobs, watch, signal, () => look(deps.jobs));
        if (events.isOver) return;
        failures = events.count > 0 ? 0 : failures + 1;
      }
      await deps.sleep(jittered(deps.pollMs, deps.random), signal);
      const isOver = await look(failures < FAILED_STREAMS ? deps.jobs : deps.shared).catch(passing(signal));
      if (isOver) return;
    }
  }

  /** Writes down what was printed, and every now and then that time has gone by. */
  async function byClock(): Promise<void> {
    const startedAt = Date.now();
    let [noted, looked] = [startedAt, startedAt];
    const step = Math.min(FLUSH_MS, deps.pollMs);
    while (!signal.aborted) {
      await deps.sleep(step, signal);
      const at = Date.now();
      if (at - looked > jittered(SAFETY_MS, deps.random)) {
        looked = at;
        if (await look(deps.jobs).catch(passing(signal))) return;
      }
      const beat = Math.min(SAFETY_MS, Math.max(deps.pollMs, (at - watch.createdAt.getTime()) / 10));
      if (!state.isDirty && at - noted < beat) continue;
      noted = at;
      if (await note()) return;
    }
  }

  const quiet = (error: unknown) => {
    if (!signal.aborted) throw error;
  };
  try {
    await Promise.all([byEvents().catch(quiet), byClock().catch(quiet)]);
  } finally {
    over.abort();
    await reading?.catch(() => {}); // it ends with the signal
  }
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

/** Reads a log line by line, and goes on where it stopped when the stream breaks: the Hub replays it from the start. */
async function readLog(
  { jobs, pollMs, sleep, random }: FollowDeps,
  watch: Watch,
  state: { snapshot: JobSnapshot; progress: Progress | undefined; isDirty: boolean },
  signal: AbortSignal,
): Promise<void> {
  let known = 0;
  // Another follower may have read a part of it: what is known of the progress is made anew from the first line.
  let progress = Progress.parse({});
  while (!signal.aborted) {
    let line = 0;
    try {
      for await (const text of jobs.follow(watch.namespace, watch.jobId, signal)) {
        if (line++ < known) continue;
        known = line;
        progress = advance(progress, withoutAnsi(text));
        state.progress = progress;
        state.isDirty = true;
      }
    } catch {
      if (signal.aborted) return;
    }
    if (isFinal(state.snapshot)) return;
    await sleep(jittered(pollMs, random), signal).catch(() => {}); // aborted: seen at the next turn
  }
}
