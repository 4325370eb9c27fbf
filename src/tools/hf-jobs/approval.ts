import type { Hardware } from '../../hub/hardware.ts';
import type { ApprovalRequest } from '../../session/tool-calls.ts';
import type { Arguments } from './arguments.ts';
import { parseDuration } from './duration.ts';

/** Most scripts whole: who approves should have seen what will run. The card folds it away once it is decided. */
const PREVIEW_LINES = 40;
const PREVIEW_CHARACTERS = 2_300;

/** What people see before a job runs. Names of environment variables are shown, values are not. */
export function runRequest(
  args: Arguments,
  namespace: string,
  hardware: Hardware | undefined,
): ApprovalRequest {
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
  ];
  return {
    title: `Run a Hugging Face Job on ${args.hardware_flavor}`,
    facts,
    warnings: warnings(args, hardware),
    preview: preview(args),
    estimate: {
      ...(usd === undefined ? { reason: 'the price is not known' } : { usd }),
      ...(hardware ? { hourlyUsd: hardware.hourlyUsd } : {}),
    },
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

function warnings(args: Arguments, hardware: Hardware | undefined): string[] {
  const source = args.script ?? args.command?.join(' ') ?? '';
  const isTraining = /\.train\(\)|SFTTrainer|Trainer\(/.test(source);
  return [
    ...(hardware === undefined ? [`"${args.hardware_flavor}" is not in the Hub's hardware list.`] : []),
    ...(isTraining && !/push_to_hub|upload_folder|upload_file/.test(source)
      ? ['Nothing is pushed to the Hub: what this job makes is lost when it ends.']
      : []),
  ];
}

function preview(args: Arguments): ApprovalRequest['preview'] {
  const text = args.script ?? args.command?.join(' ') ?? '';
  const lines = text.trimEnd().split('\n');
  const shown = lines.slice(0, PREVIEW_LINES).join('\n').slice(0, PREVIEW_CHARACTERS);
  return { language: args.script === undefined ? 'sh' : 'python', text: shown, lines: lines.length };
}

const optional = (label: string, value: string | undefined) => (value ? [{ label, value }] : []);
