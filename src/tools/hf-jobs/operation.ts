import { HubApiError } from '@huggingface/hub';
import type { HubJob, ScheduledJob } from '../../hub/jobs.ts';
import { type JobOwnership, type Labelled, mayKnow } from '../../jobs/whose.ts';
import type { ParseApart } from '../../parse-apart/parse-apart.ts';
import type { ApprovalRequest } from '../../session/tool-calls.ts';
import type { Recovery, ToolContext, ToolResult } from '../tool.ts';
import type { Arguments } from './arguments.ts';
import type { ScriptSources } from './script.ts';
import type { SubmitDeps } from './submit.ts';

export type HfJobsDeps = SubmitDeps &
  ScriptSources & {
    /** The configured account; the token's user without one. */
    namespace: string | undefined;
    cpuNeedsApproval: boolean;
    apart: ParseApart;
    ownership: JobOwnership;
    /** Whether jobs of the account that no session began are for the sessions as well. */
    sharesOthers: boolean;
  };

export type JobParts = HfJobsDeps & {
  /** The account that a call works under where it names none. */
  account(signal: AbortSignal): Promise<string>;
};

/** One operation of the tool, with everything that has to be known of it. */
export type JobOperation = {
  /** What is missing among its arguments, said so that the model can mend the call. */
  lacks?(args: Arguments): string | undefined;
  /** When people are asked first: `always`, or on what that depends, in words. Never where it is missing. */
  asks?: string;
  approval?(parts: JobParts, args: Arguments, context: ToolContext): Promise<ApprovalRequest | undefined>;
  /** Takes credits: where there are none, people are asked to add some, and it is tried again. */
  isPaid?: true;
  run(parts: JobParts, args: Arguments, namespace: string, context: ToolContext): Promise<ToolResult>;
  /** What it came to in a process that died; an operation without this is simply done again. */
  recover?(parts: JobParts, args: Arguments, context: ToolContext): Promise<Recovery>;
};

export const namespaceOf = async ({ account }: JobParts, args: Arguments, signal: AbortSignal) =>
  args.namespace ?? (await account(signal));

/** What a job is made of is either a script or a command. */
export function lacksSource(args: Arguments): string | undefined {
  const { operation, script, command } = args;
  if ((script === undefined) === (command === undefined))
    return `${operation} needs either script or command`;
  const without = (['python', 'script_args'] as const).find((name) => args[name] !== undefined);
  return command !== undefined && without !== undefined
    ? `${without} goes with script: put it into command`
    : undefined;
}

/** The jobs among several of the account that a session may know of: others are not told of at all. */
export async function visible<Job>(
  { ownership, sharesOthers }: Pick<HfJobsDeps, 'ownership' | 'sharesOthers'>,
  { sessionId }: Pick<ToolContext, 'sessionId'>,
  jobs: readonly Job[],
  labelled: (job: Job) => Labelled,
): Promise<Job[]> {
  const whose = await ownership.of(sessionId, jobs.map(labelled));
  return jobs.filter((_job, i) => mayKnow(whose[i], sharesOthers));
}

/** Said of what does not exist and of what is not for a session alike. */
export const NOT_HERE =
  'it does not exist, or it was begun by somebody else than the sessions of this channel';

/** A job by its id, for a session that may know of it; throws HubApiError as where there is none. */
export async function jobFor(
  parts: Pick<HfJobsDeps, 'jobs' | 'ownership' | 'sharesOthers'>,
  namespace: string,
  jobId: string,
  context: Pick<ToolContext, 'sessionId' | 'watches' | 'signal'>,
): Promise<HubJob> {
  const job = await parts.jobs.inspect(namespace, jobId, context.signal);
  const isFollowed = context.watches.some((watch) => watch.jobId === jobId);
  const [found] = isFollowed ? [job] : await visible(parts, context, [job], (one) => one);
  if (found === undefined) throw new HubApiError(parts.jobs.url(namespace, jobId), 404, undefined, NOT_HERE);
  return found;
}

/** The same for a job that the Hub runs on a schedule. */
export async function scheduledFor(
  parts: Pick<HfJobsDeps, 'jobs' | 'ownership' | 'sharesOthers'>,
  namespace: string,
  id: string,
  context: Pick<ToolContext, 'sessionId' | 'signal'>,
): Promise<ScheduledJob> {
  const job = await parts.jobs.inspectScheduled(namespace, id, context.signal);
  const [found] = await visible(parts, context, [job], ({ jobSpec }) => jobSpec);
  if (found === undefined) throw new HubApiError(parts.jobs.url(namespace, id), 404, undefined, NOT_HERE);
  return found;
}
