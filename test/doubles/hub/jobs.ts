import { z } from 'zod';
import { type DoubleJob, jobJson, stageOf } from './job.ts';
import { runAsProcess } from './job-process.ts';
import { JobRequest } from './job-request.ts';
import type { Answer, HubRequest } from './route.ts';
import type { HubState } from './state.ts';

/** Jobs of a namespace: they are made, listed, looked at and cancelled. */
export function routeJobs(hub: HubState, { method, path, query, body }: HubRequest): Answer {
  const [, namespace = '', id = '', action] =
    /^\/api\/jobs\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(path) ?? [];
  if (namespace === '') return { status: 404, answer: { error: 'Not found' } };
  if (id === '' && method === 'POST') {
    const asked = JobRequest.safeParse(JSON.parse(body));
    if (!asked.success) return { status: 400, answer: { error: z.prettifyError(asked.error) } };
    return { status: 200, answer: jobJson(create(hub, namespace, body)) };
  }
  if (id === '') return { status: 200, answer: list(hub, namespace, query) };
  const job = hub.jobs.find((item) => item.id === id && item.namespace === namespace);
  if (job === undefined) return { status: 404, answer: { error: 'Job not found' } };
  if (action === 'cancel') job.ended ??= { stage: 'CANCELED', at: Date.now() };
  return { status: 200, answer: jobJson(job) };
}

/**
 * One page, newest first, filtered by `label=key=value` and `stage`, as huggingface_hub's list_jobs asks.
 */
function list(hub: HubState, namespace: string, query: URLSearchParams) {
  const labels = query.getAll('label').map((pair) => pair.split('='));
  const stages = query.getAll('stage');
  return hub.jobs
    .filter((job) => job.namespace === namespace)
    .filter((job) => labels.every(([key = '', value]) => job.spec.labels?.[key] === value))
    .filter((job) => stages.length === 0 || stages.includes(stageOf(job).stage))
    .reverse()
    .slice(0, PAGE)
    .map(jobJson);
}

function create(hub: HubState, namespace: string, body: string): DoubleJob {
  const spec = JSON.parse(body) as DoubleJob['spec'];
  const id = (0x687f911eaea8n * 0x1000000n + BigInt(hub.jobs.length + 1)).toString(16).padStart(24, '6');
  const course = hub.course(spec);
  const job: DoubleJob = {
    id,
    namespace,
    spec,
    createdAt: Date.now() - (course.agoMs ?? 0),
    course,
    ended: undefined,
  };
  hub.jobs.push(job);
  const { runsIn } = job.course;
  if (runsIn !== undefined) {
    const lines = [...job.course.lines];
    job.course = { ...job.course, lines };
    runAsProcess(job, runsIn, lines, hub.repos);
  }
  const { pushes = [], queueMs } = job.course;
  for (const model of pushes) hub.repos.push('model', model, namespace, job.createdAt + queueMs);
  return job;
}

/** Jobs on one page of the list. */
const PAGE = 50;
