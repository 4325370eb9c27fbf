import { nearest } from '../../config/near.ts';
import type { Dashboards } from '../../hub/dashboards.ts';
import type { HardwareList } from '../../hub/hardware.ts';
import { type JobArtifacts, type JobFile, jobsBucket } from '../../hub/job-artifacts.ts';
import type { HubJob, HubJobs, JobSpec } from '../../hub/jobs.ts';
import { isPassing, withRetries } from '../../hub/retry.ts';
import type { HubToken } from '../../hub/token.ts';
import { CALL_LABEL } from '../../jobs/labels.ts';
import { snapshotOf } from '../../jobs/look.ts';
import { jittered } from '../../lib/backoff.ts';
import { type Clock, systemClock } from '../../lib/clock.ts';
import { cut } from '../../lib/cut.ts';
import { messageOf } from '../../lib/errors.ts';
import { measuredOn } from '../../session/experiments/measured.ts';
import { namedRepositories } from '../../session/named-repositories.ts';
import type { NewWatch } from '../../session/store/record.ts';
import type { Recovery, ToolContext, ToolResult } from '../tool.ts';
import type { Arguments } from './arguments.ts';
import { calledAfter } from './called-after.ts';
import { jobSpec } from './command.ts';
import { parseDuration } from './duration.ts';
import type { ScriptType } from './script-command.ts';

export type SubmitDeps = {
  clock: Pick<Clock, 'now'>;
  jobs: HubJobs;
  dashboards: Dashboards;
  artifacts: JobArtifacts;
  hardware: HardwareList;
  token: HubToken;
  /** What the team lets jobs have, by name. */
  secrets: Readonly<Record<string, string>>;
};

/** Before a job that did not get through is submitted once more. */
const WAITS_MS = [1_000, 4_000, 10_000] as const;

/**
 * Submits the job of a call, exactly once: whenever an answer fails to arrive, the job is looked for by the
 * label of the call before another attempt. Throws what the Hub says where it refuses.
 */
export async function submit(
  deps: SubmitDeps,
  args: Arguments,
  namespace: string,
  context: ToolContext,
): Promise<ToolResult> {
  const made = await specOf(deps, args, namespace, context);
  if (!made.ok) return { kind: 'failed', output: made.problem };
  const { spec } = made;
  const kept = await keepFile(deps, namespace, made.file, context);
  if (!kept.ok) return { kind: 'failed', output: kept.problem };
  const dashboard = await ensureDashboard(deps, args, context);
  if (!dashboard.ok) return { kind: 'failed', output: dashboard.reason };
  for (let attempt = 0; ; attempt++) {
    try {
      context.assertHeld();
      const job = await deps.jobs.run(namespace, spec, context.signal);
      return { kind: 'waiting', watch: await watchOf(deps, args, namespace, job, context) };
    } catch (error) {
      context.signal.throwIfAborted();
      if (!isPassing(error)) throw error;
      const found = await findSubmitted(deps, args, namespace, context);
      if (found.kind !== 'not_started') return found;
      const wait = WAITS_MS[attempt];
      if (wait === undefined) throw error;
      await systemClock.sleep(jittered(wait), context.signal);
    }
  }
}

/** Before anything is paid for: a job whose metrics nobody can see is not what was approved. */
async function ensureDashboard(
  { dashboards }: SubmitDeps,
  { trackio_space_id: space }: Arguments,
  { signal, assertHeld }: ToolContext,
): Promise<{ ok: true } | { ok: false; reason: string }> {
  if (space === undefined) return { ok: true };
  assertHeld();
  try {
    const made = await dashboards.ensure(space, signal);
    return made.ok ? made : { ok: false, reason: `Nothing was submitted. ${made.reason}` };
  } catch (error) {
    signal.throwIfAborted();
    const why = messageOf(error);
    return {
      ok: false,
      reason: `Nothing was submitted, because the Trackio Space ${space} could not be set up (${why}). The token needs write access there; choose a Space of the account, or leave trackio_space_id out.`,
    };
  }
}

/** Before a job is started that could not find its script. */
export async function keepFile(
  { artifacts }: SubmitDeps,
  namespace: string,
  file: JobFile | undefined,
  { signal, assertHeld, approved }: ToolContext,
): Promise<{ ok: true } | { ok: false; problem: string }> {
  if (file === undefined) return { ok: true };
  if (approved !== undefined && !approved.facts.some(({ label }) => label === SCRIPT_KEPT)) {
    return { ok: false, problem: `Nothing was submitted: ${UNSEEN_BUCKET}` };
  }
  assertHeld();
  try {
    const kept = await artifacts.keep(namespace, file, signal);
    return kept.ok ? kept : { ok: false, problem: `Nothing was submitted. ${kept.reason}` };
  } catch (error) {
    signal.throwIfAborted();
    const why = messageOf(error);
    return {
      ok: false,
      problem: `Nothing was submitted, because the script, which is too long for a command, could not be put into the bucket ${jobsBucket(namespace)} (${why}). The token needs write access to buckets there; or make the script shorter than 98,000 bytes.`,
    };
  }
}

/** What a card calls the bucket that a script is put into. */
export const SCRIPT_KEPT = 'Script kept in';

const UNSEEN_BUCKET =
  'the script has become too long for a command, and people have not been asked about the bucket that it would be put into. Propose the call again.';

/** What is wrong with a job, as far as that is known before it is sent. */
export async function problemOf(
  { hardware, secrets }: Pick<SubmitDeps, 'hardware' | 'secrets'>,
  args: Arguments,
): Promise<string | undefined> {
  const known = await hardware.all();
  if (!known.some((item) => item.name === args.hardware_flavor)) {
    const names = known.map((item) => item.name).join(', ');
    const near = nearest(
      args.hardware_flavor,
      known.map((item) => item.name),
    );
    const meant = near === undefined ? '' : ` Perhaps ${near} is meant.`;
    return `There is no hardware "${args.hardware_flavor}".${meant} There is: ${names}.`;
  }
  const missing = chosenOf(args).find((name) => !Object.hasOwn(secrets, name));
  if (missing !== undefined) {
    const names = Object.keys(secrets).join(', ') || 'none';
    return `There is no secret "${missing}" for jobs. Set up are: ${names}. Whoever runs this bot adds one under jobs.secrets of its config; HF_TOKEN is there anyway.`;
  }
  return undefined;
}

/** The secrets that a job is to have besides the token that every job has. */
export const chosenOf = ({ secrets = [] }: Arguments): string[] =>
  secrets.filter((name) => name !== 'HF_TOKEN');

/** The job of a call with the file that it is given, or what is wrong with it. */
export async function specOf(
  { hardware, secrets, token }: SubmitDeps,
  args: Arguments,
  namespace: string,
  { callId, sessionId }: ToolContext,
): Promise<{ ok: true; spec: JobSpec; file: JobFile | undefined } | { ok: false; problem: string }> {
  const problem = await problemOf({ hardware, secrets }, args);
  if (problem !== undefined) return { ok: false, problem };
  const chosen = Object.fromEntries(chosenOf(args).map((name) => [name, secrets[name] ?? '']));
  const made = jobSpec(args, { ...chosen, HF_TOKEN: token }, { namespace, callId, sessionId });
  return { ok: true, ...made };
}

/**
 * Looks for the job of this very call by its label. Where the Hub does not tell, the outcome stays unknown.
 */
export async function findSubmitted(
  deps: SubmitDeps,
  args: Arguments,
  namespace: string,
  context: ToolContext,
): Promise<Recovery> {
  const { callId, signal } = context;
  let jobs: HubJob[];
  try {
    jobs = await withRetries(() => deps.jobs.withLabel(namespace, CALL_LABEL, callId, signal), signal);
  } catch (error) {
    signal.throwIfAborted();
    return {
      kind: 'unknown',
      output: `${UNKNOWN} (${messageOf(error)})`,
    };
  }
  const job = jobs.find((item) => item.labels?.[CALL_LABEL] === callId);
  return job
    ? { kind: 'waiting', watch: await watchOf(deps, args, namespace, job, context) }
    : { kind: 'not_started' };
}

const UNKNOWN =
  'The Hub did not answer, so it is not known whether the job was submitted. Look with hf_jobs ps before you run it again.';

async function watchOf(
  { clock, jobs, hardware, dashboards }: SubmitDeps,
  args: Arguments,
  namespace: string,
  job: HubJob,
  { callId: toolCallId, approved }: Pick<ToolContext, 'callId' | 'approved'>,
): Promise<NewWatch> {
  const price = (await hardware.all()).find((item) => item.name === args.hardware_flavor);
  return {
    id: `w_${job.id}`,
    toolCallId,
    namespace,
    jobId: job.id,
    url: jobs.url(namespace, job.id),
    dashboardUrl: args.trackio_space_id && dashboards.url(args.trackio_space_id),
    title:
      args.script === undefined
        ? cut(args.command?.join(' ') ?? '', 80)
        : SCRIPTS[args.script_type ?? 'python'],
    name: args.name,
    calledAfter: calledAfter(args, { approved }),
    stopWhen: args.stop_when,
    experiment: measuredOn(args),
    flavor: args.hardware_flavor,
    hourlyUsd: price?.hourlyUsd,
    timeoutSeconds: parseDuration(args.timeout) ?? 1800,
    snapshot: { ...snapshotOf(job, clock), named: namedRepositories(args) },
  };
}

const SCRIPTS: Record<ScriptType, string> = {
  python: 'Python script',
  shell: 'Shell script',
  notebook: 'Notebook',
};
