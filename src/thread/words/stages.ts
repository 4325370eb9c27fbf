import type { JobSnapshot } from '../../session/watches.ts';

/** The Hub's stages of a job as people say them; one that is not known here is shown as it is. */
const STAGES: Readonly<Record<string, string>> = {
  SCHEDULING: 'waiting for hardware',
  PENDING: 'waiting for hardware',
  RUNNING: 'running',
  COMPLETED: 'done',
  ERROR: 'failed',
  CANCELED: 'cancelled',
  DELETED: 'no longer known to Hugging Face',
  UNKNOWN: 'out of sight',
};

/** How a job stands, in a word or two. */
export function stageText({ stage, isEndUnknown }: Pick<JobSnapshot, 'stage' | 'isEndUnknown'>): string {
  const isUnsure = isEndUnknown && ['SCHEDULING', 'PENDING', 'RUNNING'].includes(stage);
  return isUnsure ? 'out of sight' : (STAGES[stage] ?? stage);
}
