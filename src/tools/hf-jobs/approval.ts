import type { Hardware } from '../../hub/hardware.ts';
import { jobsBucket } from '../../hub/job-artifacts.ts';
import type { JobSpec } from '../../hub/jobs.ts';
import { isPassing, statusOf } from '../../hub/retry.ts';
import { dollarsAtMost } from '../../lib/dollars.ts';
import { exactDurationText } from '../../lib/duration.ts';
import { quotedWords, shellQuoted } from '../../lib/shell-words.ts';
import { type ApprovalRequest, previewOf } from '../../session/tool-calls.ts';
import { rulesText } from '../../thread/words/stop-rules.ts';
import type { Findings } from '../python-checks/findings.ts';
import { isTraining, mayBeToldToPush, pushesOf } from '../python-checks/training.ts';
import type { ToolContext } from '../tool.ts';
import type { Arguments } from './arguments.ts';
import { jobSpec, QUIET } from './command.ts';
import { HARDWARE, hardwareChoice, hardwareText } from './hardware-choice.ts';
import { influencesOf } from './influences.ts';
import { type JobParts, namespaceOf } from './operation.ts';
import { preflightFacts, tellOnce } from './preflight.ts';
import { IN_SANDBOX, readScript, SCRIPT_FROM } from './script.ts';
import { checkedScript } from './script-checks.ts';
import { SCRIPT_MOUNT } from './script-command.ts';
import { secondsOf, smokeFacts } from './smoke-test.ts';
import { chosenOf, problemOf, SCRIPT_KEPT } from './submit.ts';

/** The request to run a job, with a script as it was read for it; and the hardware that it is for. */
export async function requestToRun(
  parts: JobParts,
  asked: Arguments,
  context: ToolContext,
): Promise<{ request: ApprovalRequest; hardware: Hardware | undefined }> {
  const problem = await problemOf(parts, asked);
  if (problem !== undefined) throw new Error(problem); // before people are asked in vain
  const { script, type, from } = await readScript(parts, asked, context);
  const offered = await parts.hardware.all();
  const hardware = offered.find((item) => item.name === asked.hardware_flavor);
  const accounts = await accountsFor(parts, await namespaceOf(parts, asked, context.signal), context);
  const args = { ...asked, ...(script === undefined ? {} : { script, script_type: type }) };
  const [namespace = ''] = accounts;
  const { callId, sessionId } = context;
  const { spec } = jobSpec(args, secretsOf(args), { namespace, callId, sessionId });
  const asScript = { script, type, isFromSandbox: from?.endsWith(IN_SANDBOX) === true, image: spec.image };
  const variables = [...Object.keys(spec.environment), ...Object.keys(spec.secrets)];
  const dependencies = asked.dependencies ?? [];
  const findings = await checkedScript(parts, { ...asScript, dependencies, variables }, context);
  const endedWell = context.watches.filter((watch) => watch.snapshot.stage === 'COMPLETED');
  const hasRunBefore = endedWell.length > 0;
  const isPaid = hardware === undefined || !hardware.isCpu;
  tellOnce({ preflight: asked.preflight, findings, isPaid }, context);
  const before = preflightFacts(asked.preflight, {
    facts: findings?.facts,
    evidence: context.evidence(),
    path: asScript.isFromSandbox ? asked.script?.trim() : undefined,
    endedWell: endedWell.map(({ jobId }) => jobId),
  });
  const request = {
    ...runRequest({ args, spec, accounts, hardware, offered, hasRunBefore, from, findings, before }),
    // What was filled in or read stays as it is shown, whatever the config, a file or an address says later.
    inlined: {
      namespace,
      image: spec.image,
      hardware_flavor: spec.flavor,
      timeout: `${spec.timeoutSeconds}s`,
      ...(from === undefined || script === undefined ? {} : { script }),
      ...(script === undefined ? {} : { script_type: type }),
    },
  };
  return { request, hardware };
}

/** The names of the secrets that a job gets: what they are is shown to nobody. */
const secretsOf = (args: Arguments): Record<string, string> =>
  Object.fromEntries(['HF_TOKEN', ...chosenOf(args)].map((name) => [name, '']));

/** The account that a job would run under, then the others that people may choose instead. */
async function accountsFor({ jobs }: JobParts, first: string, { signal }: ToolContext): Promise<string[]> {
  const all = await jobs.accounts(signal).catch((error: unknown) => {
    signal.throwIfAborted();
    if (statusOf(error) === undefined && !isPassing(error)) throw error;
    return []; // only the choice is missing then
  });
  return [first, ...all.filter((name) => name !== first)];
}

type Proposed = {
  args: Arguments;
  spec: JobSpec;
  accounts: readonly string[];
  hardware: Hardware | undefined;
  /** All that there is. */
  offered: readonly Hardware[];
  hasRunBefore: boolean;
  /** Where the script was read, where it was. */
  from: string | undefined;
  /** What a look at the script has found; undefined where it is not Python. */
  findings: Findings | undefined;
  /** What the model says of it before it runs, held against what happened. */
  before: Facts;
};

type Facts = ApprovalRequest['facts'];

/**
 * How each part of what the Hub is sent is shown. Made from that itself, so that nothing is sent which no
 * card shows: a new part does not compile before it stands here.
 */
const SHOWN: { [Part in keyof JobSpec]-?: (proposed: Proposed) => Facts } = {
  flavor: ({ spec, hardware }) => [
    { label: HARDWARE, value: hardware ? hardwareText(hardware) : spec.flavor },
  ],
  timeoutSeconds: ({ spec }) => [{ label: 'At most', value: exactDurationText(spec.timeoutSeconds) }],
  secrets: ({ spec }) => [{ label: 'Secrets', value: Object.keys(spec.secrets).join(', ') }],
  image: ({ spec }) => [{ label: 'Image', value: spec.image }],
  environment: ({ spec }) => optional('Environment', environmentText(ownEnvironment(spec))),
  command: ({ args: { script, dependencies = [], python, script_args = [] }, from }) => [
    ...optional(SCRIPT_FROM, from),
    ...(script === undefined
      ? []
      : [
          ...optional('Python', python),
          ...optional('Dependencies', quotedWords(dependencies)),
          ...optional('Arguments', quotedWords(script_args)),
        ]),
  ],
  volumes: ({ spec: { volumes = [] } }) =>
    volumes.map(({ source }) => ({ label: SCRIPT_KEPT, value: keptIn(source) })),
  labels: ({ args }) => optional('Name', args.name), // the others are ours: none does anything
};

const keptIn = (bucket: string) => `${bucket}, a private bucket, which the job reads at ${SCRIPT_MOUNT}`;

/** What of a job's environment is not the same in every job. */
const ownEnvironment = ({ environment }: JobSpec): Record<string, string> =>
  Object.fromEntries(Object.entries(environment).filter(([name, value]) => QUIET[name] !== value));

const environmentText = (environment: Readonly<Record<string, string>>): string =>
  Object.entries(environment)
    .map(([name, value]) => `${name}=${shellQuoted(value)}`)
    .join(' ');

/** A job with a name is known by it: what it runs on and for how long is said beside it. */
const briefly = ({ args: { name }, spec }: Proposed, flavor: string): { brief?: string } =>
  name === undefined
    ? {}
    : { brief: `${name} · ${flavor}, at most ${exactDurationText(spec.timeoutSeconds)}` };

/** What a run is said to be about on some hardware. */
const saidOn =
  (proposed: Proposed) =>
  (flavor: string): { title: string; brief?: string } => ({
    title:
      proposed.args.smoke_test === undefined
        ? `Run a Hugging Face Job on ${flavor}`
        : `Run a smoke test and then a Hugging Face Job on ${flavor}`,
    ...briefly(proposed, flavor),
  });

/** What people see before a job runs. */
function runRequest(proposed: Proposed): ApprovalRequest {
  const { args, spec, accounts, hardware } = proposed;
  const [namespace = ''] = accounts;
  const smokeSeconds = args.smoke_test === undefined ? 0 : secondsOf(args.smoke_test);
  const seconds = spec.timeoutSeconds + smokeSeconds; // of both, where there are two
  const usd = hardware && (hardware.hourlyUsd * seconds) / 3600;
  const pair = (hourlyUsd?: number) => smokeFacts(args, spec.timeoutSeconds, hourlyUsd);
  const { flavor, timeoutSeconds, ...others } = SHOWN;
  const facts = [
    ...flavor(proposed),
    ...timeoutSeconds(proposed),
    ...pair(hardware?.hourlyUsd),
    { label: 'Account', value: namespace },
    ...Object.values(others).flatMap((shown) => shown(proposed)),
    ...proposed.before,
    ...optional('Perhaps wrong', doubtsText(proposed.findings)),
    ...optional('Stops by itself', args.stop_when && rulesText(args.stop_when)),
    ...optional(
      'Dashboard',
      args.trackio_space_id && `${args.trackio_space_id} (a private Space, made if it is missing)`,
    ),
  ];
  const source = sourceOf(args);
  const influences = influencesOf({
    image: spec.image,
    environment: { ...ownEnvironment(spec), ...args.smoke_test?.env },
    dependencies: args.script === undefined ? [] : (args.dependencies ?? []),
    source: [source.preview?.text ?? '', ...startedWith(args)].join('\n'),
  });
  // The bucket is the account's that people choose.
  const buckets = accounts.map((account) => [account, keptIn(jobsBucket(account))] as const);
  const followed =
    spec.volumes === undefined
      ? {}
      : { follows: [{ label: SCRIPT_KEPT, values: Object.fromEntries(buckets) }] };
  const other = hardwareChoice(hardware, proposed.offered, {
    ...{ seconds, said: saidOn(proposed) },
    also: (one) => pair(one.hourlyUsd),
  });
  const choices = [
    ...(accounts.length > 1
      ? [{ argument: 'namespace', label: 'Account', options: [...accounts], ...followed }]
      : []),
    ...(other === undefined ? [] : [other]),
  ];
  return {
    ...saidOn(proposed)(spec.flavor),
    facts,
    warnings: [...influences, ...warnings(proposed)],
    ...source,
    ...(choices.length > 0 ? { choices } : {}),
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
  const once = usd === undefined ? '' : `, at most ${dollarsAtMost(usd)} each time`;
  return {
    ...request,
    title: `Schedule a Hugging Face Job (${schedule})`,
    brief: undefined,
    facts: [{ label: 'Schedule (UTC)', value: schedule }, ...request.facts],
    // Choosing one would say that it runs once.
    choices: request.choices?.filter(({ becomes }) => becomes === undefined),
    estimate: { ...request.estimate, usd: undefined, reason: `it runs again and again${once}` },
    isAlwaysAsked: true,
  };
}

export function changeRequest(change: string, id: string, namespace: string): ApprovalRequest {
  return {
    title: `${change} scheduled job ${id}`,
    brief: `${change} a scheduled job of ${namespace}`,
    facts: [{ label: 'Account', value: namespace }],
    warnings: [],
    estimate: { usd: 0 },
    inlined: { namespace },
    isAlwaysAsked: true,
  };
}

/** `name`: what the job is called, where it is of this thread. */
export function cancelRequest(jobId: string, namespace: string, name: string | undefined): ApprovalRequest {
  return {
    title: `Cancel job ${jobId}`,
    brief: `Cancel ${name ?? `a job of ${namespace}`}`,
    facts: [{ label: 'Account', value: namespace }],
    warnings: [
      'It is stopped, and what it has not pushed is lost.',
      ...(name !== undefined ? [] : ['This job was not started in this thread.']),
    ],
    estimate: { usd: 0 },
    inlined: { namespace },
  };
}

const SHORT_TRAINING_SECONDS = 2 * 3600;

function warnings({ args, spec, hardware, hasRunBefore, findings }: Proposed): string[] {
  const seconds = spec.timeoutSeconds;
  const source = args.script ?? args.command?.join(' ') ?? '';
  const { facts } = findings ?? {};
  const trains = facts ? isTraining(facts) : /\.train\(\)|SFTTrainer|Trainer\(/.test(source);
  // What is told by arguments may push, and so may what nobody could read.
  const mayPush = facts ? mayBeToldToPush(facts) : /push_to_hub|upload_folder|upload_file/.test(source);
  const isPushing = mayPush || (facts !== undefined && pushesOf(facts).length > 0);
  const isPrivate = /(?:hub_)?private(?:_repo)?\s*=\s*True/.test(source);
  const isGpu = hardware !== undefined && !hardware.isCpu;
  return [
    ...(trains && !isPushing
      ? ['Nothing is pushed to the Hub: what this job makes is lost when it ends.']
      : []),
    ...(trains && isGpu && seconds < SHORT_TRAINING_SECONDS
      ? ['The time-out is short for training: at its end the job is stopped, finished or not.']
      : []),
    ...(isGpu && trains && !hasRunBefore
      ? ['Nothing was tried out in this thread before: this would be the first run.']
      : []),
    ...(isPushing && !isPrivate
      ? ['What is pushed may be public: the script does not ask for a private repository.']
      : []),
  ];
}

/** What the script is started with, in the run and in its smoke test, a line each. */
const startedWith = ({ script_args, smoke_test }: Arguments): string[] =>
  [script_args, smoke_test?.script_args].map((words = []) => words.join(' '));

function sourceOf(args: Arguments): Pick<ApprovalRequest, 'preview' | 'editable'> {
  if (args.script === undefined) return { preview: previewOf(quotedWords(args.command ?? []), 'sh') };
  const language = LANGUAGES[args.script_type ?? 'python'];
  return { preview: previewOf(args.script, language), editable: { argument: 'script', language } };
}

/** What a look at the script leaves open, as short as a card needs it. */
function doubtsText(findings: Findings | undefined): string | undefined {
  const all = findings?.doubts ?? [];
  const some = all.slice(0, 3).map(({ line, text }) => (line === undefined ? text : `line ${line}: ${text}`));
  const more = all.length > 3 ? [`and ${all.length - 3} more`] : [];
  return some.length === 0 ? undefined : [...some, ...more].join('; ');
}

const LANGUAGES = { python: 'python', shell: 'sh', notebook: 'json' } as const;

const optional = (label: string, value: string | undefined) => (value ? [{ label, value }] : []);
