import type { ChatCompletionRequest } from '@copilotkit/aimock';
import { lastText, type ModelScript, type Reply } from '../../doubles/model.ts';

type Call = { name: string; arguments: Readonly<Record<string, unknown>> };

/** What a model says and calls in one step. */
export type Turn = { text?: string; calls?: readonly Call[] };

/** What it has been told so far, for turns that depend on it: numbers are read off, never made up. */
export type Seen = {
  /** The last thing that it was told: a tool's result, or what somebody wrote. */
  last: string;
  /** What a pattern's group finds in all that it was told, the newest first. */
  find(pattern: RegExp): string | undefined;
  /** The same where there has to be something. Throws where it finds nothing. */
  read(pattern: RegExp): string;
};

/** How a model goes about a task: one turn for each of its steps. */
export type Conduct = readonly (Turn | ((seen: Seen) => Turn))[];

/** Scripts that came to their end too early, or could not read what they meant to. */
export type ConductProblems = string[];

/** The script of a model double. Which turn it is, it knows by how often it has spoken before. */
export function scriptOf(conduct: Conduct, problems: ConductProblems): ModelScript {
  return (request) => {
    const spoken = request.messages.filter(({ role }) => role === 'assistant').length;
    const turn = conduct[spoken];
    try {
      if (turn === undefined)
        throw new Error(`there is no turn ${spoken + 1}; it was told: ${lastText(request).slice(0, 300)}`);
      return replyOf(typeof turn === 'function' ? turn(seenIn(request)) : turn);
    } catch (error) {
      problems.push(String(error));
      return { error: { status: 400, message: `the script has broken off: ${String(error)}` } };
    }
  };
}

const replyOf = ({ text, calls }: Turn): Reply => ({
  ...(text === undefined ? {} : { text }),
  ...(calls === undefined ? {} : { calls }),
});

function seenIn(request: ChatCompletionRequest): Seen {
  const heard = request.messages
    .filter(({ role }) => role === 'tool' || role === 'user')
    .map(({ content }) => (typeof content === 'string' ? content : ''))
    .toReversed();
  const find = (pattern: RegExp): string | undefined => {
    for (const text of heard) {
      const found = pattern.exec(text)?.[1];
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return {
    last: heard[0] ?? '',
    find,
    read(pattern) {
      const found = find(pattern);
      if (found === undefined) throw new Error(`nothing that it was told has ${pattern}`);
      return found;
    },
  };
}

/** An answer with a number that was read off; where there is none, it says so, as a model should. */
export const told =
  (pattern: RegExp, text: (value: string) => string) =>
  ({ find }: Seen): Turn => {
    const value = find(pattern);
    return { text: value === undefined ? 'The run ended before there was a result.' : text(value) };
  };

/** Calls of tools, as scripts make them. */
export const call = (name: string, args: Readonly<Record<string, unknown>>): Call => ({
  name,
  arguments: args,
});
export const inspect = (dataset: string): Call => call('hf_inspect_dataset', { dataset });
export const details = (kind: 'model' | 'dataset', id: string): Call =>
  call('hub_repo_details', { kind, id });
export const hardware: Call = call('hf_jobs', { operation: 'hardware' });
export const bash = (command: string): Call => call('bash', { command });
export const write = (path: string, content: string): Call => call('write', { path, content });

export type RunOptions = {
  script: string;
  flavor: string;
  timeout: string;
  dependencies?: readonly string[];
  name?: string;
  more?: Readonly<Record<string, unknown>>;
};

export const run = ({
  script,
  flavor,
  timeout,
  dependencies = DEPENDENCIES,
  name,
  more = {},
}: RunOptions): Call =>
  call('hf_jobs', {
    operation: 'run',
    script,
    dependencies,
    hardware_flavor: flavor,
    timeout,
    preflight: PREFLIGHT,
    ...(name === undefined ? {} : { name }),
    ...more,
  });

/** What any run says of itself before people are asked. */
const PREFLIGHT = {
  example: 'the example of the library',
  dataset: 'the one of the task',
  columns: [],
  tried: 'see above',
  pushes_to: 'none: said by the task',
  time: 'measured before',
};

/** Of all that these scripts import. */
const DEPENDENCIES = [
  'transformers',
  'datasets',
  'accelerate',
  'torch',
  'trl',
  'peft',
  'numpy',
  'scikit-learn',
  'wandb',
  'requests',
];
