import { type HubJob, type HubJobs, timeLimitOf } from '../../hub/jobs.ts';
import { pushesOf, readableLog } from '../../jobs/report.ts';
import { mayKnow } from '../../jobs/whose.ts';
import { table } from '../../lib/output.ts';
import { isFinal, jobName } from '../../session/watches.ts';
import type { ToolContext, ToolResult } from '../tool.ts';
import { cancelRequest, requestToRun } from './approval.ts';
import type { Arguments } from './arguments.ts';
import { limitText, parseDuration } from './duration.ts';
import { type JobOperation, type JobParts, jobFor, lacksSource, namespaceOf, visible } from './operation.ts';
import { isAsShown, NOT_AS_SHOWN } from './script.ts';
import { lacksScript, smokeArguments, smokeCallId, turnOf } from './smoke-test.ts';
import { findSubmitted, submit } from './submit.ts';

const LISTED = 20;
const MOST_LISTED = 200;
const LOG_CHARACTERS = 20_000;

const lacksJob = ({ operation, job_id }: Arguments): string | undefined =>
  job_id === undefined ? `${operation} needs job_id` : undefined;

export const run: JobOperation = {
  lacks: (args) => lacksSource(args) ?? lacksScript(args),
  asks: 'on CPU unless `approvals.cpu_jobs` is false',
  async approval(parts, args, context) {
    const { request, hardware } = await requestToRun(parts, args, context);
    return { ...request, isWaived: hardware?.isCpu === true && !parts.cpuNeedsApproval };
  },
  isPaid: true,
  run: async (parts, args, namespace, context) =>
    isAsShown(args, context)
      ? inTurn(args, context, (asked, own) => submit(parts, asked, namespace, own))
      : { kind: 'failed', output: NOT_AS_SHOWN },
  async recover(parts, args, context) {
    const namespace = await namespaceOf(parts, args, context.signal);
    return inTurn(args, context, (asked, own) => findSubmitted(parts, asked, namespace, own));
  },
};

/**
 * Does something for the job whose turn it is: of a pair, first for its smoke test, and once that has passed
 * for the run. What was shown is what both are made of.
 */
async function inTurn<Result extends { kind: string }>(
  args: Arguments,
  context: ToolContext,
  act: (args: Arguments, context: ToolContext) => Promise<Result>,
): Promise<Result | ToolResult> {
  const turn = turnOf(args, context);
  if (turn === 'failed') return { kind: 'failed', output: 'The smoke test did not pass: nothing was begun.' };
  if (turn !== 'smoke' || args.smoke_test === undefined) return act(args, context);
  const asked = smokeArguments(args, args.smoke_test);
  const result = await act(asked, { ...context, callId: smokeCallId(context.callId) });
  if (!isWaiting(result)) return result;
  const hourlyUsd = context.approved?.estimate.hourlyUsd ?? result.watch.hourlyUsd ?? 0;
  const usd = (hourlyUsd * (parseDuration(args.timeout) ?? 1800)) / 3600;
  const watch = { ...result.watch, toolCallId: context.callId, isSmoke: true, title: 'Smoke test' };
  return { kind: 'waiting', watch: { ...watch, experiment: undefined }, follows: { usd } };
}

const isWaiting = (result: { kind: string }): result is Extract<ToolResult, { kind: 'waiting' }> =>
  result.kind === 'waiting';

export const ps: JobOperation = {
  async run(parts, { all: isAll }, namespace, context) {
    const all = await parts.jobs.list(namespace, context.signal);
    if (isAll) return { kind: 'done', output: await running(parts, all, namespace, context) };
    const own = await visible(parts, context, all, (job) => job);
    return { kind: 'done', output: listing(own, parts.jobs, namespace) };
  },
};

/**
 * All that run of an account: those of this channel each, and of other threads of this workspace how many on
 * which hardware, since not everybody here may read those threads. Of other workspaces' nothing is told.
 */
async function running(
  { ownership, sharesOthers, jobs: hub }: JobParts,
  all: readonly HubJob[],
  namespace: string,
  { sessionId }: ToolContext,
): Promise<string> {
  const run = all.filter(({ status }) => !isFinal(status));
  const whose = await ownership.of(sessionId, run);
  const own = run.filter((_job, i) => mayKnow(whose[i], sharesOthers));
  const others = run.filter((_job, i) => whose[i] === 'workspace');
  const counts = [...Map.groupBy(others, ({ flavor }) => flavor ?? 'hardware that is not told')];
  const told = counts.map(([flavor, some]) => `${some.length} on ${flavor}`).join(', ');
  return [
    own.length === 0
      ? `No jobs of this channel run on ${namespace}.`
      : rowsOf(own, MOST_LISTED, hub, namespace),
    others.length === 0 ? '' : `For other threads of this workspace run: ${told}.`,
  ]
    .filter((text) => text !== '')
    .join('\n\n');
}

export const logs: JobOperation = {
  lacks: lacksJob,
  async run(parts, { job_id = '' }, namespace, context) {
    await jobFor(parts, namespace, job_id, context);
    const log = await parts.jobs.logs(namespace, job_id, context.signal);
    return { kind: 'done', output: readableLog(log, LOG_CHARACTERS) };
  },
};

export const inspect: JobOperation = {
  lacks: lacksJob,
  async run(parts, { job_id = '' }, namespace, context) {
    const job = await jobFor(parts, namespace, job_id, context);
    const followed = context.watches.find((watch) => watch.jobId === job_id);
    const pushed = followed === undefined ? [] : pushesOf(followed).map((one) => `Pushed to: ${one}`);
    return { kind: 'done', output: [details(job, parts.jobs, namespace), ...pushed].join('\n') };
  },
};

export const cancel: JobOperation = {
  lacks: lacksJob,
  asks: 'always',
  // Whoever writes may steer the model: ending what is paid for takes the same right as the button. Also
  // asked of
  // what is not this channel's to cancel: the card does not tell what there is, and the call does.
  async approval(parts, args, { watches, signal }) {
    const ofThread = watches.find((watch) => watch.jobId === args.job_id);
    return cancelRequest(
      args.job_id ?? '',
      await namespaceOf(parts, args, signal),
      ofThread && jobName(ofThread),
    );
  },
  async run(parts, { job_id = '' }, namespace, context) {
    await jobFor(parts, namespace, job_id, context);
    context.assertHeld();
    const { status } = await parts.jobs.cancel(namespace, job_id, context.signal);
    return { kind: 'done', output: `Job ${job_id}: ${status.stage}` };
  },
};

function listing(jobs: readonly HubJob[], hub: HubJobs, namespace: string): string {
  if (jobs.length === 0) return `There are no jobs of ${namespace}.`;
  return rowsOf(jobs, LISTED, hub, namespace);
}

/** The newest of several jobs, and how many others there are. */
function rowsOf(jobs: readonly HubJob[], most: number, hub: HubJobs, namespace: string): string {
  const newest = jobs.toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime());
  const rows = newest
    .slice(0, most)
    .map((job) => [
      job.id,
      job.status.stage,
      job.flavor ?? '',
      job.createdAt.toISOString(),
      hub.url(namespace, job.id),
    ]);
  const cut = newest.length > most ? `\n\n${newest.length - most} older jobs are not shown.` : '';
  return table(['job', 'stage', 'hardware', 'created', 'link'], rows) + cut;
}

function details(job: HubJob, hub: HubJobs, namespace: string): string {
  return [
    `Job ${job.id}: ${job.status.stage}${job.status.message ? ` (${job.status.message})` : ''}`,
    `Hardware: ${job.flavor ?? 'unknown'}; time-out: ${limitText(timeLimitOf(job))}`,
    `Created ${job.createdAt.toISOString()}, started ${job.startedAt?.toISOString() ?? '-'}, finished ${job.finishedAt?.toISOString() ?? '-'}`,
    hub.url(namespace, job.id),
  ].join('\n');
}
