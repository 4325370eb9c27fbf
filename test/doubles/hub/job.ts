import { ownerOf } from './people.ts';

/**
 * How a job of this double goes. Times are real milliseconds. Without `stage` it runs until a test ends it.
 */
export type JobCourse = {
  queueMs: number;
  runMs: number;
  lines: readonly string[];
  /** How long ago it was submitted; the lines were printed so far apart since it began. */
  agoMs?: number;
  lineMs?: number;
  stage?: 'COMPLETED' | 'ERROR';
  /** The folder that its command is really run in, as a process; what it prints comes after the lines. */
  runsIn?: string;
  message?: string;
  /** Models that its script commits to while it runs. */
  pushes?: readonly string[];
};

export type DoubleJob = {
  id: string;
  namespace: string;
  spec: Record<string, unknown> & { labels?: Record<string, string>; flavor?: string; command?: string[] };
  createdAt: number;
  course: JobCourse;
  /** Set when somebody ended it before its course was run. */
  ended: { stage: string; at: number; message?: string; cancelReason?: string } | undefined;
};

/** The stage that a job is in now, and since when. */
export function stageOf(job: DoubleJob): {
  stage: string;
  startedAt?: number;
  finishedAt?: number;
  message?: string;
} {
  const start = job.createdAt + job.course.queueMs;
  const natural = start + job.course.runMs;
  const { ended } = job;
  const now = Date.now();
  if (ended) {
    const startedAt = Math.min(start, ended.at);
    return {
      stage: ended.stage,
      startedAt,
      finishedAt: ended.at,
      ...(ended.message ? { message: ended.message } : {}),
    };
  }
  if (now < start) return { stage: 'SCHEDULING' };
  if (job.course.stage === undefined || now < natural) return { stage: 'RUNNING', startedAt: start };
  const { stage, message } = job.course;
  return { stage, startedAt: start, finishedAt: natural, ...(message ? { message } : {}) };
}

/** Whether a job stays in a stage that it is in. */
export const isOver = (stage: string) => ['COMPLETED', 'ERROR', 'CANCELED'].includes(stage);

/** What a job has logged so far: lines appear evenly over the run. */
export function linesSoFar(job: DoubleJob): readonly string[] {
  const { lines, queueMs, runMs } = job.course;
  if (job.ended || runMs === 0) return lines;
  const share = (Date.now() - job.createdAt - queueMs) / runMs;
  return lines.slice(0, Math.max(0, Math.ceil(Math.min(1, share) * lines.length)));
}

/** A job as the API tells of it: of its secrets, the names. */
export function jobJson(job: DoubleJob) {
  const { stage, startedAt, finishedAt, message } = stageOf(job);
  return {
    type: 'job',
    id: job.id,
    createdAt: new Date(job.createdAt).toISOString(),
    createdBy: { id: ownerOf('ada').id, name: 'ada' },
    // What has not been yet is left out.
    ...(startedAt ? { startedAt: new Date(startedAt).toISOString() } : {}),
    ...(finishedAt ? { finishedAt: new Date(finishedAt).toISOString() } : {}),
    status: {
      stage,
      message: message ?? null,
      ...(job.ended?.cancelReason ? { cancelReason: job.ended.cancelReason } : {}),
      failureCount: stage === 'ERROR' ? 1 : 0,
    },
    owner: ownerOf(job.namespace),
    ...toldSpec(job.spec),
  };
}

/** Of what was asked for what the Hub tells again: of secrets the names, the limit by another name. */
export function toldSpec(spec: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { environment = {}, secrets = {}, timeoutSeconds } = spec;
  const same = TOLD_AGAIN.filter((name) => spec[name] !== undefined).map((name) => [name, spec[name]]);
  return {
    ...Object.fromEntries(same),
    environment,
    secrets: Object.keys(Object(secrets)),
    ...(timeoutSeconds ? { timeout: timeoutSeconds } : {}),
  };
}

const TOLD_AGAIN = ['dockerImage', 'spaceId', 'command', 'arguments', 'flavor', 'labels', 'volumes'];
