import { z } from 'zod';
import type { Alarm } from './alarms.ts';
import type { Experiment } from './experiments/measured.ts';
import { Pace } from './progress/pace.ts';
import { Progress } from './progress.ts';
import { JobStop, type StopRules } from './stop-rules.ts';

/**
 * A job's stage as the Hub tells it. A stage that we have no word for is treated as running and shown as it
 * is.
 */
const FINAL_STAGES: ReadonlySet<string> = new Set(['COMPLETED', 'CANCELED', 'ERROR', 'DELETED']);

/** What people can press after a failure. Sums are what it can cost at most, where the price is known. */
export const Remedy = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('half_batch') }),
  /** With more memory; `about` says of what and how much. */
  z.object({
    kind: z.literal('larger'),
    flavor: z.string(),
    about: z.string(),
    usd: z.number().optional(),
  }),
  z.object({ kind: z.literal('longer'), timeoutSeconds: z.number().int(), usd: z.number().optional() }),
]);
export type Remedy = z.infer<typeof Remedy>;

export const JobSnapshot = z.object({
  stage: z.string(),
  message: z.string().optional(),
  startedAt: z.coerce.date().optional(),
  /** The Hub's word; where the end is not known, when the job was last seen. */
  finishedAt: z.coerce.date().optional(),
  /** When the Hub last told of the job. */
  seenAt: z.coerce.date().optional(),
  /**
   * Following it is over although nobody saw it end: the Hub has forgotten it, or it can't be asked about any
   * more.
   */
  isEndUnknown: z.boolean().optional(),
  /** The Hub itself has ended it, and not people: `message` says why. */
  isHubsEnd: z.boolean().optional(),
  /** What can't be read of it is done without: a job's own log is what it was made from. */
  progress: Progress.optional().catch(undefined),
  /** By which of its rules it is being stopped, or was. */
  stop: JobStop.optional(),
  /** How fast it goes on. */
  pace: Pace.optional().catch(undefined),
  /** What may help, of a job that failed. */
  remedies: z.array(Remedy).optional().catch(undefined),
  /** Repositories that it has pushed to, by the Hub's own commits; undefined where that is not known. */
  pushed: z.array(z.string()).optional().catch(undefined),
  /** Its newest commit to each of these, by their addresses: 40 hexadecimal digits. */
  commits: z.record(z.string(), z.string()).optional().catch(undefined),
  /** Repositories that its script names to push to, whether its log does or not; their ids. */
  named: z.array(z.string()).optional().catch(undefined),
});
export type JobSnapshot = z.infer<typeof JobSnapshot>;

/** Following one HF Job until it ends. */
export type Watch = {
  id: string;
  sessionId: string;
  /** Undefined for a job that was started elsewhere. */
  toolCallId: string | undefined;
  exchange: number;
  namespace: string;
  jobId: string;
  url: string;
  /** Where its metrics are drawn while it runs. */
  dashboardUrl: string | undefined;
  /** Whose own account it runs under; undefined for the bot's. */
  owner: string | undefined;
  title: string;
  /** What people call it; undefined where nobody named it. */
  name: string | undefined;
  /** A short test: the run that its call is about begins once it has passed. */
  isSmoke: boolean;
  flavor: string;
  hourlyUsd: number | undefined;
  timeoutSeconds: number;
  /** What it is measured on; undefined where that is not known for sure. */
  experiment: Experiment | undefined;
  createdAt: Date;
  snapshot: JobSnapshot;
  /** When it is to be stopped without anybody being asked. */
  stopWhen: StopRules | undefined;
  /** What was called out while it ran. */
  alarms: readonly Alarm[];
  /** When the snapshot was taken: what elapsed time and cost are counted to while the job runs. */
  lookedAt: Date;
  endedAt: Date | undefined;
};

/** What a job is called at the beginning of a sentence. Those of older versions may have no name. */
export const jobName = ({ name }: Pick<Watch, 'name'>): string => name ?? 'A job without a name';

export const isFinal = ({ stage, isEndUnknown }: JobSnapshot): boolean =>
  isEndUnknown === true || FINAL_STAGES.has(stage);

/**
 * The state of a job that can't be followed any more: `message` says why. What it has done since it was last
 * seen is not known.
 */
export function outOfSight({ snapshot, lookedAt }: Watch, stage: string, message: string): JobSnapshot {
  const seenAt = snapshot.seenAt ?? lookedAt;
  return {
    ...snapshot,
    stage,
    message,
    seenAt,
    finishedAt: snapshot.finishedAt ?? seenAt,
    isEndUnknown: true,
  };
}

/**
 * What a job has cost so far, in USD, or undefined where its price is not known. Billed while it runs; where
 * its end is not known, what it had cost when it was last seen.
 */
export function costSoFar(watch: Watch): number | undefined {
  if (watch.hourlyUsd === undefined) return undefined;
  return (watch.hourlyUsd * (secondsOf(watch) ?? 0)) / 3600;
}

/** What it may have cost at most, by its time limit. */
export const costAtMost = ({ hourlyUsd, timeoutSeconds }: Watch): number | undefined =>
  hourlyUsd === undefined ? undefined : (hourlyUsd * timeoutSeconds) / 3600;

/** Whole seconds that a job has run, or undefined before it began. */
export function durationOf(watch: Watch): number | undefined {
  const seconds = secondsOf(watch);
  return seconds === undefined ? undefined : Math.round(seconds);
}

/** The Hub stops a job at its time limit, however late somebody looks. */
function secondsOf({ snapshot, endedAt, lookedAt, timeoutSeconds }: Watch): number | undefined {
  if (snapshot.startedAt === undefined) return undefined;
  const end = snapshot.finishedAt ?? endedAt ?? lookedAt;
  const seconds = (end.getTime() - snapshot.startedAt.getTime()) / 1000;
  return Math.min(Math.max(0, seconds), timeoutSeconds);
}

/** Whether the Hub stopped a job at its time limit: it says so, or the job has run for all of its time. */
export function isCutOff(watch: Watch): boolean {
  const { stage, message } = watch.snapshot;
  if (stage !== 'ERROR') return false;
  return /\btime(?:d)?[ -]?out\b/i.test(message ?? '') || (durationOf(watch) ?? 0) >= watch.timeoutSeconds;
}

/** What can be done with a job, from its card or from a list. */
export type JobControl = 'log' | 'curve' | 'rerun' | Remedy['kind'] | 'cancel';
