import type { Hardware } from '../../hub/hardware.ts';
import { dollars } from '../../ops/dollars.ts';
import { type ApprovalRequest, previewOf } from '../../session/tool-calls.ts';
import type { Arguments } from './arguments.ts';
import { parseDuration } from './duration.ts';

/** What people see before a job runs. Names of environment variables are shown, values are not. */
export function runRequest(
  args: Arguments,
  accounts: readonly string[],
  hardware: Hardware | undefined,
  hasRunBefore: boolean,
): ApprovalRequest {
  const [namespace = ''] = accounts;
  const seconds = parseDuration(args.timeout);
  const usd = hardware && seconds ? (hardware.hourlyUsd * seconds) / 3600 : undefined;
  const facts = [
    {
      label: 'Hardware',
      value: hardware ? `${hardware.name} (${hardware.description})` : args.hardware_flavor,
    },
    { label: 'At most', value: args.timeout },
    { label: 'Account', value: namespace },
    ...optional('Image', args.image),
    ...optional('Dependencies', args.dependencies?.join(', ')),
    ...optional('Environment', Object.keys(args.env ?? {}).join(', ')),
    ...optional('Secrets', args.secrets?.join(', ')),
    ...optional(
      'Dashboard',
      args.trackio_space_id && `${args.trackio_space_id} (a private Space, made if it is missing)`,
    ),
  ];
  return {
    title: `Run a Hugging Face Job on ${args.hardware_flavor}`,
    facts,
    warnings: warnings(args, hardware, seconds, hasRunBefore),
    ...sourceOf(args),
    ...(accounts.length > 1
      ? { choices: [{ argument: 'namespace', label: 'Account', options: [...accounts] }] }
      : {}),
    estimate: {
      ...(usd === undefined ? { reason: 'the price is not known' } : { usd }),
      ...(hardware ? { hourlyUsd: hardware.hourlyUsd } : {}),
    },
  };
}

/** A job that runs again and again: never by itself, and what it costs in all is not known. */
export function scheduleRequest(
  request: ApprovalRequest,
  schedule: string,
  usd: number | undefined,
): ApprovalRequest {
  const once = usd === undefined ? '' : `, at most ${dollars(usd)} each time`;
  return {
    ...request,
    title: `Schedule a Hugging Face Job (${schedule})`,
    facts: [{ label: 'Schedule (UTC)', value: schedule }, ...request.facts],
    estimate: { ...request.estimate, usd: undefined, reason: `it runs again and again${once}` },
    isAlwaysAsked: true,
  };
}

export function changeRequest(change: string, id: string, namespace: string): ApprovalRequest {
  return {
    title: `${change} scheduled job ${id}`,
    facts: [{ label: 'Account', value: namespace }],
    warnings: [],
    estimate: { usd: 0 },
    isAlwaysAsked: true,
  };
}

export function cancelRequest(jobId: string, namespace: string): ApprovalRequest {
  return {
    title: `Cancel job ${jobId}`,
    facts: [{ label: 'Account', value: namespace }],
    warnings: ['This job was not started in this thread.'],
    estimate: { usd: 0 },
  };
}

const SHORT_TRAINING_SECONDS = 2 * 3600;

function warnings(
  args: Arguments,
  hardware: Hardware | undefined,
  seconds: number | undefined,
  hasRunBefore: boolean,
): string[] {
  const source = args.script ?? args.command?.join(' ') ?? '';
  const isTraining = /\.train\(\)|SFTTrainer|Trainer\(/.test(source);
  const isPushing = /push_to_hub|upload_folder|upload_file/.test(source);
  const isPrivate = /(?:hub_)?private(?:_repo)?\s*=\s*True/.test(source);
  const isGpu = hardware !== undefined && !hardware.isCpu;
  return [
    ...(hardware === undefined ? [`"${args.hardware_flavor}" is not in the Hub's hardware list.`] : []),
    ...(isTraining && !isPushing
      ? ['Nothing is pushed to the Hub: what this job makes is lost when it ends.']
      : []),
    ...(isTraining && isGpu && seconds !== undefined && seconds < SHORT_TRAINING_SECONDS
      ? ['The time-out is short for training: at its end the job is stopped, finished or not.']
      : []),
    ...(isGpu && isTraining && !hasRunBefore
      ? ['Nothing was tried out in this thread before: this would be the first run.']
      : []),
    ...(isPushing && !isPrivate
      ? ['What is pushed may be public: the script does not ask for a private repository.']
      : []),
  ];
}

function sourceOf(args: Arguments): Pick<ApprovalRequest, 'preview' | 'editable'> {
  if (args.script === undefined) return { preview: previewOf(args.command?.join(' ') ?? '', 'sh') };
  const language = 'python';
  return { preview: previewOf(args.script, language), editable: { argument: 'script', language } };
}

const optional = (label: string, value: string | undefined) => (value ? [{ label, value }] : []);
