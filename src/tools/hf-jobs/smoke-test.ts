import { beginningOf } from '../../lib/cut.ts';
import { dollarsAtMost } from '../../lib/dollars.ts';
import { exactDurationText } from '../../lib/duration.ts';
import { quotedWords, shellQuoted } from '../../lib/shell-words.ts';
import type { ApprovalRequest } from '../../session/tool-calls.ts';
import type { Watch } from '../../session/watches.ts';
import type { ToolContext } from '../tool.ts';
import { LONGEST_SMOKE_SECONDS, type SmokeTest } from './argument-parts.ts';
import type { Arguments } from './arguments.ts';
import { parseDuration } from './duration.ts';

/** Which of a pair is a call's turn; `failed` where the test did not pass. */
type Turn = 'only' | 'smoke' | 'run' | 'failed';

/** What a call is to do next, by the jobs that were begun for it: durable, whatever process asks. */
export function turnOf(
  { smoke_test }: Pick<Arguments, 'smoke_test'>,
  { watches, callId }: Pick<ToolContext, 'watches' | 'callId'>,
): Turn {
  if (smoke_test === undefined) return 'only';
  const test = watches.find((watch) => watch.toolCallId === callId && watch.isSmoke);
  if (test === undefined) return 'smoke';
  return hasPassed(test) ? 'run' : 'failed';
}

/** Only what the Hub has seen end well has passed. */
const hasPassed = ({ snapshot, endedAt }: Watch): boolean =>
  endedAt !== undefined && snapshot.stage === 'COMPLETED' && snapshot.isEndUnknown !== true;

/** What a pair lacks: a command has no arguments that could be others in its test. */
export const lacksScript = ({ script, smoke_test }: Arguments): string | undefined =>
  script === undefined && smoke_test?.script_args !== undefined
    ? 'smoke_test.script_args needs script: make a command small by env'
    : undefined;

/** The job of a smoke test: that of the run in everything but this. */
export function smokeArguments(args: Arguments, smoke: SmokeTest): Arguments {
  const { smoke_test, stop_when, ...same } = args;
  return {
    ...same,
    ...(smoke.script_args ? { script_args: smoke.script_args } : {}),
    env: { ...args.env, ...smoke.env },
    timeout: smoke.timeout,
    name: args.name && `${beginningOf(args.name, 45)} · smoke test`,
  };
}

/** Which call a smoke test is known by among the jobs of the Hub: not its run's. */
export const smokeCallId = (callId: string): string => `${callId}-smoke`;

export const secondsOf = ({ timeout }: SmokeTest): number => parseDuration(timeout) ?? LONGEST_SMOKE_SECONDS;

/** What a card says of a smoke test: all that is not as in the run, and what each of both can cost. */
export function smokeFacts(
  { smoke_test }: Arguments,
  runSeconds: number,
  hourlyUsd: number | undefined,
): ApprovalRequest['facts'] {
  if (smoke_test === undefined) return [];
  const { script_args, env = {} } = smoke_test;
  const differs = [
    ...(script_args ? [`arguments ${quotedWords(script_args) || '(none)'}`] : []),
    ...Object.entries(env).map(([name, value]) => `${name}=${shellQuoted(value)}`),
  ];
  const most = (seconds: number) =>
    hourlyUsd === undefined ? 'price not known' : `at most ${dollarsAtMost((hourlyUsd * seconds) / 3600)}`;
  const seconds = secondsOf(smoke_test);
  return [
    { label: SMOKE, value: `with ${differs.join(' ')} · ${exactDurationText(seconds)}, ${most(seconds)}` },
    { label: RUN, value: `by itself, only if that passes · ${most(runSeconds)}` },
  ];
}

/** What a card calls the two. */
const SMOKE = 'Smoke test first';
const RUN = 'Then the run';
