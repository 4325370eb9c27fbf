import type { Decisions } from '../approvals/decisions.ts';
import type { Intake } from '../intake/intake.ts';
import type { JobRow } from '../jobs/job-row.ts';
import type { JobsOverview } from '../jobs/overview.ts';
import type { Person } from '../session/address.ts';
import type { Operation } from '../session/operations.ts';
import type { JobControl } from '../session/watches.ts';
import { UNKNOWN_JOB } from '../thread/words/answers.ts';
import { type From, readableTo } from './from.ts';

type Asked = { control: JobControl; watchId: string; by: Person; from: From };

/**
 * Asks a job's session for what a control means, as far as somebody may know of the job. A job may be
 * cancelled by those who may approve in its thread.
 */
export async function useJobControl(
  {
    jobs,
    decisions,
    intake,
  }: { jobs: JobsOverview; decisions: Pick<Decisions, 'objectionTo'>; intake: Pick<Intake, 'operate'> },
  { control, watchId, by, from }: Asked,
): Promise<{ ok: true; job: JobRow } | { ok: false; reason: string }> {
  const job = await jobs.find(from.place, watchId, readableTo(from));
  if (job === undefined) return { ok: false, reason: UNKNOWN_JOB };
  const objection = control === 'cancel' ? await decisions.objectionTo(job.address, by) : undefined;
  if (objection !== undefined) return { ok: false, reason: objection };
  await intake.operate(job.address, OPERATIONS[control](watchId, by), from.sourceId);
  return { ok: true, job };
}

const OPERATIONS: Readonly<Record<JobControl, (watchId: string, by: Person) => Operation>> = {
  log: (watchId, by) => ({ kind: 'job_file', what: 'log', watchId, by }),
  curve: (watchId, by) => ({ kind: 'job_file', what: 'curve', watchId, by }),
  rerun: (watchId, by) => ({ kind: 'rerun_job', watchId, by }),
  half_batch: (watchId, by) => ({ kind: 'rerun_job', watchId, by, remedy: 'half_batch' }),
  larger: (watchId, by) => ({ kind: 'rerun_job', watchId, by, remedy: 'larger' }),
  longer: (watchId, by) => ({ kind: 'rerun_job', watchId, by, remedy: 'longer' }),
  cancel: (watchId, by) => ({ kind: 'cancel_job', watchId, by }),
};
