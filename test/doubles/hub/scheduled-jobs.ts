import { z } from 'zod';
import { toldSpec } from './job.ts';
import { JobRequest } from './job-request.ts';
import { ownerOf } from './people.ts';
import type { Answer, HubRequest } from './route.ts';

/** In the form of the client's ApiScheduledJob; secrets are kept here and told to nobody. */
export type DoubleScheduledJob = {
  id: string;
  namespace: string;
  schedule: string;
  suspend: boolean;
  concurrency: boolean;
  createdAt: string;
  jobSpec: Record<string, unknown>;
};

/** Schedules of a namespace: they are made, listed, looked at, suspended, resumed and deleted. */
export function routeScheduled(scheduled: DoubleScheduledJob[], { method, path, body }: HubRequest): Answer {
  const [, namespace = '', id, action] =
    /^\/api\/scheduled-jobs\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(path) ?? [];
  if (id === undefined && method === 'POST') {
    const at = new Date().toISOString();
    const made = JSON.parse(body) as Pick<
      DoubleScheduledJob,
      'schedule' | 'suspend' | 'concurrency' | 'jobSpec'
    >;
    const asked = JobRequest.safeParse(made.jobSpec);
    if (!asked.success) return { status: 400, answer: { error: z.prettifyError(asked.error) } };
    const job = { id: `5c${scheduled.length}`, namespace, createdAt: at, ...made };
    scheduled.push(job);
    return { status: 200, answer: shown(job) };
  }
  const own = scheduled.filter((job) => job.namespace === namespace);
  if (id === undefined) return { status: 200, answer: own.map(shown) };
  const job = own.find((item) => item.id === id);
  if (job === undefined) return { status: 404, answer: { error: 'Scheduled job not found' } };
  if (method === 'DELETE') scheduled.splice(scheduled.indexOf(job), 1);
  if (action === 'suspend' || action === 'resume') job.suspend = action === 'suspend';
  return { status: 200, answer: shown(job) };
}

/** As the API tells of it: of its secrets, the names; and its limit by another name than it takes it. */
function shown({ jobSpec, namespace, ...job }: DoubleScheduledJob): Record<string, unknown> {
  return {
    ...job,
    type: 'scheduled-job',
    owner: ownerOf(namespace),
    status: { lastJob: null, nextJobRunAt: NEXT_RUN },
    jobSpec: toldSpec(jobSpec),
  };
}

const NEXT_RUN = '2100-01-01T00:00:00.000Z';
