import { z } from 'zod';
import type { Snapshot } from '../../src/session/snapshot.ts';
import { effectiveArguments, type ToolCall } from '../../src/session/tool-calls.ts';
import type { DoubleJob } from '../doubles/hub/job.ts';
import { stageOf } from '../doubles/hub/job.ts';
import type { HubDouble } from '../doubles/hub/server.ts';

/** A call as it was made: what people saw and changed of it, and what came of it. */
export type Done = {
  id: string;
  tool: string;
  operation: string;
  /** What counted: with what was read or filled in before people were asked. */
  args: Readonly<Record<string, unknown>>;
  state: ToolCall['state']['kind'];
  output: string;
  isAsked: boolean;
  /** Its arguments held a secret, so they were not kept. */
  isRefusedForSecret: boolean;
  /** Which step of the model it belongs to, from 0 on. */
  step: number;
};

/** A job as the Hub was sent it. */
export type SentJob = {
  id: string;
  callId: string;
  /** The source that it runs, to the letter. */
  source: string;
  /** The same, with the arguments that it is started with: settings may be in either. */
  script: string;
  flavor: string;
  seconds: number;
  environment: Readonly<Record<string, string>>;
  secrets: readonly string[];
  command: readonly string[];
  lines: readonly string[];
  stage: string;
};

/** A run of a job that was put before people, or let through for them. */
export type Proposal = Done & {
  source: string;
  script: string;
  flavor: string;
  seconds: number;
  /** At most, in USD; undefined where the hardware is not known. */
  usd: number | undefined;
  dependencies: readonly string[];
  /** Its script was read from a file of the sandbox. */
  isFromFile: boolean;
  /** Why it was rejected. */
  rejected: string | undefined;
  job: SentJob | undefined;
};

type Used = {
  modelCalls: number;
  inputTokens: number;
  outputTokens: number;
  /** In USD; undefined where prices are not known. */
  usd: number | undefined;
};

/** All that was done in a run: what graders look at. */
export type Ran = {
  calls: readonly Done[];
  proposals: readonly Proposal[];
  /** Every script that a job was to run, also where the product has turned it down before people saw it. */
  attempts: readonly string[];
  jobs: readonly SentJob[];
  /** What ended each request, in order. */
  answers: readonly string[];
  /** The step of the first of them. */
  firstAnswerStep: number | undefined;
  hub: HubDouble;
  /** Why it did not come to an end by itself; undefined where it did. */
  broken: string | undefined;
  used: Used;
};

/** The last thing that people were told. */
export const lastAnswer = ({ answers }: Ran): string => answers.at(-1) ?? '';

/** What was done, out of the record of a session and what the Hub was asked for. */
export function ranOf(snapshot: Snapshot, hub: HubDouble, broken: string | undefined): Ran {
  const jobs = hub.jobs.map(sentOf);
  const calls = doneOf(snapshot);
  return {
    calls,
    proposals: calls.filter(isRun).map((call) => proposalOf(call, snapshot, jobs)),
    attempts: calls.filter(isAttempt).map((call) => attemptedIn(call, calls)),
    jobs,
    answers: answersOf(snapshot).map(({ text }) => text),
    firstAnswerStep: answersOf(snapshot)[0]?.step,
    hub,
    broken,
    used: usedBy(snapshot),
  };
}

const Args = z.record(z.string(), z.unknown()).catch({});

function parsed(text: string): Record<string, unknown> {
  try {
    return Args.parse(JSON.parse(text));
  } catch {
    return {};
  }
}

function doneOf({ messages, toolCalls }: Snapshot): Done[] {
  const steps = messages.filter(({ entry }) => entry.role === 'assistant').map(({ id }) => id);
  const inOrder = toolCalls.toSorted((a, b) => a.messageId - b.messageId || a.position - b.position);
  return inOrder.map((call) => {
    const args = parsed(effectiveArguments(call));
    const { state } = call;
    return {
      id: call.id,
      tool: call.name,
      operation: typeof args.operation === 'string' ? args.operation : '',
      args,
      state: state.kind,
      output: 'output' in state ? state.output : '',
      isAsked: call.approval !== undefined || 'request' in state,
      isRefusedForSecret: call.arguments === '{}' && 'output' in state && /hold a secret/.test(state.output),
      step: steps.indexOf(call.messageId),
    };
  });
}

/** A call that was never put before people, such as one with wrong arguments, proposed nothing. */
const isRun = (call: Done): boolean => isAttempt(call) && call.isAsked;

const isAttempt = ({ tool, operation }: Done): boolean => tool === 'hf_jobs' && operation === 'run';

/** The script of a call, also where it names a file that was written before and was not read. */
function attemptedIn({ args, step }: Done, calls: readonly Done[]): string {
  const script = String(args.script ?? '');
  const isWritten = (call: Done) => call.tool === 'write' && call.step < step && call.args.path === script;
  return String(calls.findLast(isWritten)?.args.content ?? script);
}

function proposalOf(call: Done, { toolCalls }: Snapshot, jobs: readonly SentJob[]): Proposal {
  const made = toolCalls.find(({ id }) => id === call.id);
  const state = made?.state;
  const request = state && 'request' in state ? state.request : made?.approval?.request;
  const { script, script_args, command, hardware_flavor, timeout, dependencies } = call.args;
  const job = jobs.find(({ callId }) => callId === call.id);
  const source = typeof script === 'string' ? script : job ? job.source : textOf(command);
  return {
    ...call,
    source,
    script: started(source, textOf(script_args)),
    flavor: typeof hardware_flavor === 'string' ? hardware_flavor : '',
    seconds: Number(/^(\d+)s$/.exec(String(timeout))?.[1] ?? job?.seconds ?? Number.NaN),
    usd: request?.estimate.usd,
    dependencies: Array.isArray(dependencies) ? dependencies.map(String) : [],
    isFromFile: /^[^\n]*\.(?:py|sh|ipynb)$/.test(String(parsed(made?.arguments ?? '').script).trim()),
    rejected: state?.kind === 'rejected' ? (state.decision.feedback ?? '') : undefined,
    job,
  };
}

const textOf = (words: unknown): string => (Array.isArray(words) ? words.join(' ') : '');

/** A script with what it is started with, where that is anything. */
const started = (source: string, words: string): string => (words === '' ? source : `${source}\n${words}`);

/** A job as the double has it, with the script that its command holds. */
export function sentOf(job: DoubleJob): SentJob {
  const { spec, course } = job;
  const { command = [], labels = {}, flavor = '' } = spec;
  const { environment, secrets, timeoutSeconds } = spec;
  return {
    id: job.id,
    callId: Object.entries(labels).find(([, value]) => value.startsWith('c_'))?.[1] ?? '',
    ...scriptIn(command),
    flavor,
    seconds: Number(timeoutSeconds),
    environment: z.record(z.string(), z.string()).catch({}).parse(environment),
    secrets: Object.keys(Object(secrets)),
    command,
    lines: course.lines,
    stage: stageOf(job).stage,
  };
}

/** What a command runs: the source that it carries, else the command itself. */
function scriptIn(command: readonly string[]): Pick<SentJob, 'source' | 'script'> {
  const text = command.join(' ');
  const [, encoded] = /echo ([A-Za-z0-9+/=]+) \| base64 -d/.exec(text) ?? [];
  if (encoded === undefined) return { source: text, script: text };
  const source = Buffer.from(encoded, 'base64').toString('utf8');
  const [, words = ''] = /(?: -|"\$d\/script[.\w]*") ([^|]+)$/.exec(text) ?? [];
  return { source, script: started(source, words) };
}

/** Texts of the model behind which nothing was called. */
function answersOf({ messages, toolCalls }: Snapshot): { text: string; step: number }[] {
  const calling = new Set(toolCalls.map(({ messageId }) => messageId));
  const spoken = messages.flatMap(({ id, entry }) =>
    entry.role === 'assistant' ? [{ id, text: entry.text }] : [],
  );
  return spoken.flatMap(({ id, text }, step) => (calling.has(id) ? [] : [{ text, step }]));
}

function usedBy({ exchanges }: Snapshot): Used {
  const sum = (of: (exchange: Snapshot['exchanges'][number]) => number) =>
    exchanges.reduce((total, exchange) => total + of(exchange), 0);
  const isPriced = exchanges.every(({ usage, modelCalls }) => usage.usd !== undefined || modelCalls === 0);
  return {
    modelCalls: sum(({ modelCalls }) => modelCalls),
    inputTokens: sum(({ usage }) => usage.inputTokens),
    outputTokens: sum(({ usage }) => usage.outputTokens),
    usd: isPriced ? sum(({ usage }) => usage.usd ?? 0) : undefined,
  };
}
