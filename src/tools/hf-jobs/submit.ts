import type { Dashboards } from '../../hub/dashboards.ts';
import type { HardwareList } from '../../hub/hardware.ts';
import type { HubJob, HubJobs, JobSpec } from '../../hub/jobs.ts';
import { isPassing, withRetries } from '../../hub/retry.ts';
import type { HubToken } from '../../hub/token.ts';
import { CALL_LABEL } from '../../jobs/labels.ts';
import { snapshotOf } from '../../jobs/look.ts';
import { jittered } from '../../lib/backoff.ts';
import { type Clock, systemClock } from '../../lib/clock.ts';
import { cut } from '../../lib/cut.ts';
import { messageOf } from '../../lib/errors.ts';
import type { NewWatch } from '../../session/store/record.ts';
import type { Recovery, ToolContext, ToolResult } from '../tool.ts';
import type { Arguments } from './arguments.ts';
import { jobSpec } from './command.ts';
import { parseDuration } from './duration.ts';

export type SubmitDeps = {
  clock: Pick<Clock, 'now'>;
  jobs: HubJobs;
  dashboards: Dashboards;
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
  const made = await specOf(deps, args, context);
  if (!made.ok) return { kind: 'failed', output: made.problem };
  const { spec } = made;
  const dashboard = await ensureDashboard(deps, args, context);
  if (!dashboard.ok) return { kind: 'failed', output: dashboard.reason };
  for (let attempt = 0; ; attempt++) {
    try {
      context.assertHeld();
      const job = await deps.jobs.run(namespace, spec, context.signal);
      return { kind: 'waiting', watch: await watchOf(deps, args, namespace, job, context.callId) };
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

/** The job of a call, or what is wrong with it. */
export async function specOf(
  { hardware, secrets, token }: SubmitDeps,
  args: Arguments,
  { callId, sessionId }: ToolContext,
): Promise<{ ok: true; spec: JobSpec } | { ok: false; problem: string }> {
  const known = await hardware.all();
  if (!known.some((item) => item.name === args.hardware_flavor)) {
    const names = known.map((item) => item.name).join(', ');
    return { ok: false, problem: `There is no hardware "${args.hardware_flavor}". There is: ${names}.` };
  }
  const missing = (args.secrets ?? []).find((name) => !Object.hasOwn(secrets, name));
  if (missing !== undefined) {
    const names = Object.keys(secrets).join(', ') || 'none';
    return {
      ok: false,
      problem: `There is no secret "${missing}" for jobs. Set up are: ${names}. Whoever runs this bot adds one under jobs.secrets of its config; HF_TOKEN is there anyway.`,
    };
  }
  const chosen = Object.fromEntries((args.secrets ?? []).map((name) => [name, secrets[name] ?? '']));
  return { ok: true, spec: jobSpec(args, { ...chosen, HF_TOKEN: token }, callId, sessionId) };
}

/**
 * Looks for the job of this very call by its label. Where the Hub does not tell, the outcome stays unknown.
 */
export async function findSubmitted(
  deps: SubmitDeps,
  args: Arguments,
  namespace: string,
  { callId, signal }: ToolContext,
): Promise<Recovery> {
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
    ? { kind: 'waiting', watch: await watchOf(deps, args, namespace, job, callId) }
    : { kind: 'not_started' };
}

const UNKNOWN =
  'The Hub did not answer, so it is not known whether the job was submitted. Look with hf_jobs ps before you run it again.';

async function watchOf(
  { clock, jobs, hardware, dashboards }: SubmitDeps,
  args: Arguments,
  namespace: string,
  job: HubJob,
  toolCallId: string,
): Promise<NewWatch> {
  const price = (await hardware.all()).find((item) => item.name === args.hardware_flavor);
  return {
    id: `w_${job.id}`,
    toolCallId,
    namespace,
    jobId: job.id,
    url: jobs.url(namespace, job.id),
    dashboardUrl: args.trackio_space_id && dashboards.url(args.trackio_space_id),
    title: args.script === undefined ? cut(args.command?.join(' ') ?? '', 80) : 'Python script',
    flavor: args.hardware_flavor,
    hourlyUsd: price?.hourlyUsd,
    timeoutSeconds: parseDuration(args.timeout) ?? 1800,
    snapshot: snapshotOf(job, clock),
  };
}
