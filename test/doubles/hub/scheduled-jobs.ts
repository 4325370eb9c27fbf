import type { Answer, HubRequest } from './route.ts';

/** In the form of the client's ApiScheduledJob; secrets are kept here and told to nobody. */
export type DoubleScheduledJob = {
  id: string;
  namespace: string;
  schedule: string;
  suspend: boolean;
  concurrency: boolean;
  createdAt: string;
  updatedAt: string;
  jobSpec: Record<string, unknown>;
};

/** Schedules of a namespace: they are made, listed, looked at, suspended, resumed and deleted. */
export function routeScheduled(scheduled: DoubleScheduledJob[], { method, path, body }: HubRequest): Answer {
  const [, namespace = '', id, action] =
    /^\/api\/scheduled-jobs\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(path) ?? [];
  const shown = ({ jobSpec, namespace: _namespace, ...job }: DoubleScheduledJob) => {
    const { secrets: _secrets, ...spec } = jobSpec;
    return { ...job, jobSpec: spec };
  };
  if (id === undefined && method === 'POST') {
    const at = new Date().toISOString();
    const made = JSON.parse(body) as Pick<
      DoubleScheduledJob,
      'schedule' | 'suspend' | 'concurrency' | 'jobSpec'
    >;
    const job = { id: `5c${scheduled.length}`, namespace, createdAt: at, updatedAt: at, ...made };
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
