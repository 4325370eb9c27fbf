import type { HubJob, HubJobs } from '../../hub/jobs.ts';
import { isPassing, patiently, statusOf } from '../../hub/patience.ts';
import type { Sandboxes } from '../../sandbox/sandbox.ts';
import { capped, table } from '../output.ts';
import { defineTool, type Tool, type ToolContext, type ToolResult } from '../tool.ts';
import { cancelRequest, changeRequest, runRequest, scheduleRequest } from './approval.ts';
import { Arguments } from './arguments.ts';
import { readableLog } from './report.ts';
import { findScheduled, operateScheduled } from './scheduled.ts';
import { withScript } from './script.ts';
import { findSubmitted, type SubmitDeps, submit } from './submit.ts';

export type HfJobsDeps = SubmitDeps & {
  /** The configured account; the token's user without one. */
  namespace: string | undefined;
  cpuNeedsApproval: boolean;
  /** Where scripts that are named by a path are read. */
  sandboxes: Sandboxes | undefined;
};

const LISTED = 20;

export function hfJobsTool(deps: HfJobsDeps): Tool {
  const account = defaultAccount(deps);

  return defineTool({
    name: 'hf_jobs',
    description: [
      'Run and follow jobs on Hugging Face hardware.',
      '- run: Python source in `script` (+ `dependencies`) or a `command` in an `image`. People are asked to approve first. The call comes back when the job has ended, with its log; meanwhile do not poll.',
      '- ps: jobs of the account. logs, inspect, cancel: one job by `job_id`.',
      '- scheduled run (with `schedule`), scheduled ps, inspect, delete, suspend, resume: jobs that the Hub runs again and again. People are asked each time.',
      'A job has no disk that outlives it: scripts must push what they make to the Hub (HF_TOKEN is set). Choose the smallest hardware that fits, and a timeout with room to spare.',
    ].join('\n'),
    schema: Arguments,
    isReadOnly: false,
    summary: (args) =>
      args.operation === 'run'
        ? `run on ${args.hardware_flavor}`
        : [args.operation, args.job_id].filter(Boolean).join(' '),
    asks: 'run (on CPU unless `approvals.cpu_jobs` is false), scheduled run, delete, suspend and resume, cancel of a job of another thread',
    async approval(asked, context) {
      if (asked.operation === 'cancel') return approvalOfCancel(asked, context, account);
      const args = await withScript(deps.sandboxes, asked, context);
      const inlined =
        args.script !== undefined && args.script !== asked.script ? { script: args.script } : undefined;
      if (CHANGES.has(args.operation)) return changeApproval(args, context, account);
      if (args.operation !== 'run' && args.operation !== 'scheduled run') return undefined;
      const hardware = (await deps.hardware.all()).find((item) => item.name === args.hardware_flavor);
      const accounts = await accountsFor(deps, args.namespace ?? (await account(context.signal)), context);
      const hasRunBefore = context.watches.some((watch) => watch.snapshot.stage === 'COMPLETED');
      const request = {
        ...runRequest(args, accounts, hardware, hasRunBefore),
        ...(inlined ? { inlined } : {}),
      };
      if (args.schedule !== undefined && args.operation === 'scheduled run') {
        return scheduleRequest(request, args.schedule, request.estimate.usd);
      }
      return { ...request, isWaived: hardware?.isCpu === true && !deps.cpuNeedsApproval };
    },
    async run(args, context) {
      const namespace = args.namespace ?? (await account(context.signal));
      return attempt(
        async () => operate(deps, await withScript(deps.sandboxes, args, context), namespace, context),
        args.operation,
        namespace,
      );
    },
    async recover(args, context) {
      if (args.operation === 'scheduled run') return findScheduled(deps, args, context, account);
      if (args.operation !== 'run') return { kind: 'not_started' };
      return findSubmitted(deps, args, args.namespace ?? (await account(context.signal)), context);
    },
  });
}

async function operate(
  deps: HfJobsDeps,
  args: Arguments,
  namespace: string,
  context: ToolContext,
): Promise<ToolResult> {
  const { jobs } = deps;
  const { signal } = context;
  const jobId = args.job_id ?? '';
  switch (args.operation) {
    case 'run':
      return submit(deps, args, namespace, context);
    case 'ps':
      return { kind: 'done', output: listing(await jobs.list(namespace, signal), jobs, namespace) };
    case 'logs':
      return { kind: 'done', output: readableLog(await jobs.logs(namespace, jobId, signal), 20_000) };
    case 'inspect':
      return { kind: 'done', output: details(await jobs.inspect(namespace, jobId, signal), jobs, namespace) };
    case 'cancel':
      context.assertHeld();
      return {
        kind: 'done',
        output: `Job ${jobId}: ${(await jobs.cancel(namespace, jobId, signal)).status.stage}`,
      };
    case 'scheduled run':
    case 'scheduled ps':
    case 'scheduled inspect':
    case 'scheduled delete':
    case 'scheduled suspend':
    case 'scheduled resume':
      return operateScheduled(deps, args, namespace, context);
    default:
      return args.operation satisfies never;
  }
}

const CHANGES: ReadonlySet<string> = new Set(['scheduled delete', 'scheduled suspend', 'scheduled resume']);

async function changeApproval(
  args: Arguments,
  context: ToolContext,
  account: (s: AbortSignal) => Promise<string>,
) {
  const verb = args.operation.replace('scheduled ', '');
  const change = `${verb[0]?.toUpperCase()}${verb.slice(1)}`;
  return changeRequest(
    change,
    args.scheduled_job_id ?? '',
    args.namespace ?? (await account(context.signal)),
  );
}

/** The account that a job would run under, then the others that people may choose instead. */
async function accountsFor({ jobs }: HfJobsDeps, first: string, { signal }: ToolContext): Promise<string[]> {
  const all = await jobs.accounts(signal).catch((error: unknown) => {
    signal.throwIfAborted();
    if (statusOf(error) === undefined && !isPassing(error)) throw error;
    return []; // only the choice is missing then
  });
  return [first, ...all.filter((name) => name !== first)];
}

async function approvalOfCancel(
  args: Arguments,
  context: ToolContext,
  account: (s: AbortSignal) => Promise<string>,
) {
  if (context.watches.some((watch) => watch.jobId === args.job_id)) return undefined;
  return cancelRequest(args.job_id ?? '', args.namespace ?? (await account(context.signal)));
}

/** Errors of the Hub as results the model can act on. */
async function attempt(
  action: () => Promise<ToolResult>,
  operation: string,
  namespace: string,
): Promise<ToolResult> {
  try {
    return await action();
  } catch (error) {
    const status = statusOf(error);
    if (status === undefined || !(error instanceof Error)) throw error;
    if (status === 402 && operation.endsWith('run')) return { kind: 'blocked', reason: noCredits(namespace) };
    return {
      kind: 'failed',
      output: capped(`hf_jobs ${operation} failed: ${explain(status, error.message, namespace)}`, 2_000),
    };
  }
}

const noCredits = (namespace: string) =>
  `The account "${namespace}" has no credits for Jobs (they are separate from a PRO subscription), so nothing was started. Add some at https://huggingface.co/settings/billing, then press Retry.`;

function explain(status: number, message: string, namespace: string): string {
  if (status === 402) return noCredits(namespace);
  if (status === 401 || status === 403) {
    return `the Hub refused access to "${namespace}" (${message}). The bot's token needs the permission for Jobs there; tell people so.`;
  }
  if (status === 404) return `there is no such job or account (${message}). Check job_id and namespace.`;
  return `${message} (status ${status})`;
}

function defaultAccount({ jobs, namespace }: HfJobsDeps): (signal: AbortSignal) => Promise<string> {
  let known = namespace;
  return async (signal) => {
    known ??= await patiently(() => jobs.whoAmI(signal), signal);
    return known;
  };
}

function listing(jobs: readonly HubJob[], hub: HubJobs, namespace: string): string {
  if (jobs.length === 0) return `There are no jobs of ${namespace}.`;
  const newest = [...jobs].sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime());
  const rows = newest
    .slice(0, LISTED)
    .map((job) => [
      job.id,
      job.status.stage,
      job.flavor ?? '',
      job.createdAt.toISOString(),
      hub.url(namespace, job.id),
    ]);
  const cut = newest.length > LISTED ? `\n\n${newest.length - LISTED} older jobs are not shown.` : '';
  return table(['job', 'stage', 'hardware', 'created', 'link'], rows) + cut;
}

function details(job: HubJob, hub: HubJobs, namespace: string): string {
  return [
    `Job ${job.id}: ${job.status.stage}${job.status.message ? ` (${job.status.message})` : ''}`,
    `Hardware: ${job.flavor ?? 'unknown'}; time-out: ${job.timeoutSeconds ?? 'unknown'} s`,
    `Created ${job.createdAt.toISOString()}, started ${job.startedAt?.toISOString() ?? '-'}, finished ${job.finishedAt?.toISOString() ?? '-'}`,
    hub.url(namespace, job.id),
  ].join('\n');
}
