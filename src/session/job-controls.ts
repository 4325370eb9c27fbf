import type { Person } from './address.ts';
import type { Decisions } from './decisions.ts';
import type { Intake } from './intake.ts';
import type { JobRow, JobsOverview } from './jobs-overview.ts';
import type { Operation } from './operations.ts';

/** What can be done with a job, from its card or from a list. */
export type JobControl = 'log' | 'curve' | 'rerun' | 'cancel';

type Asked = { control: JobControl; watchId: string; by: Person; sourceId: string };

/** Asks a job's session for what a control means. A job may be cancelled by those who may approve in its thread. */
export async function useJobControl(
  {
    jobs,
    decisions,
    intake,
  }: { jobs: JobsOverview; decisions: Pick<Decisions, 'objectionTo'>; intake: Pick<Intake, 'operate'> },
  { control, watchId, by, sourceId }: Asked,
): Promise<{ ok: true; job: JobRow } | { ok: false; reason: string }> {
  const job = await jobs.find(watchId);
  if (job === undefined) return { ok: false, reason: 'I no longer know this job, so nothing was changed.' };
  const objection = control === 'cancel' ? await decisions.objectionTo(job.address, by) : undefined;
  if (objection !== undefined) return { ok: false, reason: objection };
  await intake.operate(job.address, OPERATIONS[control](watchId, by), sourceId);
  return { ok: true, job };
}

const OPERATIONS: Readonly<Record<JobControl, (watchId: string, by: Person) => Operation>> = {
  log: (watchId, by) => ({ kind: 'job_file', what: 'log', watchId, by }),
  curve: (watchId, by) => ({ kind: 'job_file', what: 'curve', watchId, by }),
  rerun: (watchId, by) => ({ kind: 'rerun_job', watchId, by }),
  cancel: (watchId, by) => ({ kind: 'cancel_job', watchId, by }),
};
