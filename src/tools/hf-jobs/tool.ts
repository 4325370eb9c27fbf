import { statusOf, withRetries } from '../../hub/retry.ts';
import { capped } from '../../lib/output.ts';
import { refuseInTransaction } from '../../lib/transaction-scope.ts';
import { asksOf } from '../operations.ts';
import { defineTool, type Tool, type ToolResult } from '../tool.ts';
import { Arguments } from './arguments.ts';
import { hardware } from './hardware.ts';
import * as jobs from './jobs.ts';
import { type HfJobsDeps, type JobOperation, type JobParts, NOT_HERE, namespaceOf } from './operation.ts';
import * as scheduled from './scheduled.ts';
import { stepOf } from './steps.ts';

const OPERATIONS: Readonly<Record<Arguments['operation'], JobOperation>> = {
  run: jobs.run,
  ps: jobs.ps,
  logs: jobs.logs,
  inspect: jobs.inspect,
  cancel: jobs.cancel,
  hardware,
  'scheduled run': scheduled.scheduledRun,
  'scheduled ps': scheduled.scheduledPs,
  'scheduled inspect': scheduled.scheduledInspect,
  'scheduled delete': scheduled.scheduledDelete,
  'scheduled suspend': scheduled.scheduledSuspend,
  'scheduled resume': scheduled.scheduledResume,
};

export function hfJobsTool(deps: HfJobsDeps): Tool {
  const parts: JobParts = { ...deps, account: defaultAccount(deps) };
  return defineTool({
    name: 'hf_jobs',
    description: [
      'Run and follow jobs on Hugging Face hardware.',
      '- run: Python source in `script` (+ `dependencies`) or a `command` in an `image`. People are asked to approve first. The call comes back when the job has ended, with its log; meanwhile do not poll.',
      '- ps: jobs of this channel’s sessions; with `all` those of the workspace that run. logs, inspect, cancel: one of them by `job_id`.',
      '- hardware: what there is, what it costs an hour, models of which size fit, and whose account pays. Read it before you choose.',
      '- scheduled run (with `schedule`), scheduled ps, inspect, delete, suspend, resume: jobs that the Hub runs again and again. People are asked each time.',
      'A job has no disk that outlives it: scripts must push what they make to the Hub (HF_TOKEN is set). The default timeout of 30 minutes ends most training: 1–3B models take 3 to 4 hours, 7–13B 6 to 8, 30B and more 12 to 24; add what installing, loading, evaluating and pushing take.',
    ].join('\n'),
    schema: Arguments.superRefine((args, check) => {
      const message = OPERATIONS[args.operation].lacks?.(args);
      if (message !== undefined) check.addIssue({ code: 'custom', message });
    }),
    isReadOnly: false,
    actsAsOwner: true,
    jobOf: ({ job_id }) => job_id,
    summary: (args) =>
      args.operation === 'run'
        ? `run on ${args.hardware_flavor}`
        : [args.operation, args.job_id].filter(Boolean).join(' '),
    step: stepOf,
    asks: asksOf(OPERATIONS, ({ asks }) => asks),
    approval: async (args, context) => OPERATIONS[args.operation].approval?.(parts, args, context),
    async run(args, context) {
      const namespace = await namespaceOf(parts, args, context.signal);
      const { run } = OPERATIONS[args.operation];
      return attempt(() => run(parts, args, namespace, context), args, namespace);
    },
    recover: async (args, context) =>
      (await OPERATIONS[args.operation].recover?.(parts, args, context)) ?? { kind: 'not_started' },
  });
}

/** Errors of the Hub as results the model can act on. */
async function attempt(
  action: () => Promise<ToolResult>,
  { operation }: Arguments,
  namespace: string,
): Promise<ToolResult> {
  try {
    return await action();
  } catch (error) {
    const status = statusOf(error);
    if (status === undefined || !(error instanceof Error)) throw error;
    if (status === 402 && OPERATIONS[operation].isPaid)
      return { kind: 'blocked', reason: noCredits(namespace) };
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
  if (status === 404) return `there is no such job or account here: ${NOT_HERE}. Check the id and namespace.`;
  return `${message} (status ${status})`;
}

function defaultAccount({ jobs, namespace }: HfJobsDeps): (signal: AbortSignal) => Promise<string> {
  let known = namespace;
  return async (signal) => {
    if (namespace === undefined) refuseInTransaction(() => 'a look-up of the Hub’s account');
    known ??= await withRetries(() => jobs.whoAmI(signal), signal);
    return known;
  };
}
