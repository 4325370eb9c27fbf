import type { HubJobs } from '../hub/jobs.ts';
import type { Pushes } from '../hub/pushes.ts';
import type { Clock } from '../lib/clock.ts';
import type { Redaction } from '../lib/redaction.ts';
import type { Finding } from '../session/alarms.ts';
import type { Pace } from '../session/progress/pace.ts';
import type { Progress } from '../session/progress.ts';
import type { JobSnapshot, Watch } from '../session/watches.ts';

export type FollowDeps = {
  jobs: HubJobs;
  /** Looks that share requests, for when streams can't be had. */
  shared: Pick<HubJobs, 'inspect'>;
  /** What it has pushed, by the account that it runs under. */
  pushes: Pushes;
  pollMs: number;
  clock: Clock;
  random(): number;
  /** What its log says is kept and shown: without secrets. */
  redaction: Pick<Redaction, 'lines'>;
};

/** How a job stands, and what is found to be wrong with it. */
export type Look = {
  snapshot: JobSnapshot;
  findings: readonly Finding[];
  /** Why the Hub does not stop a job that one of its rules stops; told once. */
  refusal?: string | undefined;
};

/** How a job is followed that has not ended. */
export type Following = {
  deps: FollowDeps;
  watch: Watch;
  /** Notes what is known; says whether the job is over for the record. */
  seen(look: Look): Promise<boolean>;
  signal: AbortSignal;
  /** Ends the following. */
  end(): void;
  snapshot: JobSnapshot;
  progress: Progress | undefined;
  pace: Pace | undefined;
  isDirty: boolean;
  /** When a line of its log came in last, by this process's time, and how long ago it was printed by then. */
  heard: { at: number; ageMs: number } | undefined;
  /** When the line was printed after which there is none, as the Hub was asked; and when it was asked. */
  silence: { since: number | undefined; askedAt: number };
  /** How often it was tried to stop the job by its rule, before when not again, and why that did not work. */
  cancelling: { tries: number; notBefore: number; refusal: string | undefined };
  /** What was called out already. */
  told: Set<Finding['cause']>;
  /** How often in a row the Hub has refused to tell of the job. */
  refusals: number;
  /** How often it was written down how the job stands. */
  notes: number;
  /** The reading of its log, once that has begun. */
  reading: Promise<void> | undefined;
  /** How it ended, once that was seen: the rest of its log is read then, and the Hub asked what it pushed. */
  ending: Promise<JobSnapshot> | undefined;
};

/** How often a job is looked at of which nothing is heard. */
export const SAFETY_MS = 5 * 60_000;
