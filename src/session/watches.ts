import { z } from 'zod';

/** A job's stage as the Hub tells it. A stage that is not known is treated as running and shown as it is. */
export const FINAL_STAGES: ReadonlySet<string> = new Set(['COMPLETED', 'CANCELED', 'ERROR', 'DELETED']);

export const JobSnapshot = z.object({
  stage: z.string(),
  message: z.string().optional(),
  startedAt: z.coerce.date().optional(),
  finishedAt: z.coerce.date().optional(),
  lastLogLine: z.string().optional(),
});
export type JobSnapshot = z.infer<typeof JobSnapshot>;

/** Following one HF Job until it ends. */
export type Watch = {
  id: string;
  sessionId: string;
  toolCallId: string;
  exchange: number;
  namespace: string;
  jobId: string;
  url: string;
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
  const { startedAt, finishedAt } = watch.snapshot;
  if (startedAt === undefined) return 0;
  const end = finishedAt ?? watch.endedAt ?? watch.lookedAt;
  const seconds = Math.max(0, (end.getTime() - startedAt.getTime()) / 1000);
  return (watch.hourlyUsd * Math.min(seconds, watch.timeoutSeconds)) / 3600;
}
