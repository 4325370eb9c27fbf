import { z } from 'zod';
import { Progress } from './progress.ts';

/** A job's stage as the Hub tells it. A stage that is not known is treated as running and shown as it is. */
const FINAL_STAGES: ReadonlySet<string> = new Set(['COMPLETED', 'CANCELED', 'ERROR', 'DELETED']);

export const JobSnapshot = z.object({
  stage: z.string(),
  message: z.string().optional(),
  startedAt: z.coerce.date().optional(),
  finishedAt: z.coerce.date().optional(),
  progress: Progress.optional(),
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
  flavor: string;
  hourlyUsd: number | undefined;
  timeoutSeconds: number;
  createdAt: Date;
  snapshot: JobSnapshot;
  /** When the snapshot was taken: what elapsed time and cost are counted to while the job runs. */
  lookedAt: Date;
  endedAt: Date | undefined;
};

export const isFinal = (snapshot: JobSnapshot): boolean => FINAL_STAGES.has(snapshot.stage);

/** What a job has cost so far, in USD, or undefined where its price is not known. Billed while it runs. */
export function costSoFar(watch: Watch): number | undefined {
  if (watch.hourlyUsd === undefined) return undefined;
  return (watch.hourlyUsd * Math.min(secondsOf(watch) ?? 0, watch.timeoutSeconds)) / 3600;
}

/** Whole seconds that a job has run, or undefined before it began. */
export function durationOf(watch: Watch): number | undefined {
  const seconds = secondsOf(watch);
  return seconds === undefined ? undefined : Math.round(seconds);
}

function secondsOf({ snapshot, endedAt, lookedAt }: Watch): number | undefined {
  if (snapshot.startedAt === undefined) return undefined;
  const end = snapshot.finishedAt ?? endedAt ?? lookedAt;
  return Math.max(0, (end.getTime() - snapshot.startedAt.getTime()) / 1000);
}

/** Seconds as people say them. */
export function durationText(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  const parts =
    minutes < 60
      ? [`${minutes} min`, whole % 60 > 0 ? `${whole % 60} s` : '']
      : [`${Math.floor(minutes / 60)} h`, minutes % 60 > 0 ? `${minutes % 60} min` : ''];
  return parts.filter(Boolean).join(' ');
}
