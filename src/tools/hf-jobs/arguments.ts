import { z } from 'zod';
import { StopRules } from '../../session/stop-rules.ts';
import { Env, fits, ScriptArguments, SmokeTest, TOO_LONG } from './argument-parts.ts';
import { LONGEST_JOB_SECONDS, parseDuration } from './duration.ts';
import { Preflight } from './preflight.ts';

/** A name stands in sentences, links and cards of every platform, so it has no sign that marks text up. */
const NAME = /^(?!.*\/\/)[\p{L}\p{N}][\p{L}\p{N}\p{M} .,:;+=%/()#&_·–→×-]{0,59}$/u;

/** https://packaging.python.org/en/latest/specifications/dependency-specifiers/, with a marker or without. */
const REQUIREMENT = new RegExp(
  [
    /^[A-Za-z0-9][A-Za-z0-9._\-[\],<>=!~ @:/+#&%?=*()]*/,
    /(?:;[\w ()"'.,<>=!~*+-]*\b(?:python(?:_full)?_version|os_name|sys_platform|platform_\w+|implementation_\w+|extra)\b[\w ()"'.,<>=!~*+-]*)?$/,
  ]
    .map(({ source }) => source)
    .join(''),
);

/**
 * What pip takes behind a requirement, or in a file of them, and uv does not behind `--with`: options, of
 * which some name other indexes that people would not see among the packages, and comments.
 */
const OF_PIP = /(?:^|[\s,;])(?:--?[A-Za-z]|#)/;

/** What an operation can't do without is said by the operation. */
export const Arguments = z.strictObject({
  operation: z.enum([
    'run',
    'ps',
    'logs',
    'inspect',
    'cancel',
    'hardware',
    'scheduled run',
    'scheduled ps',
    'scheduled inspect',
    'scheduled delete',
    'scheduled suspend',
    'scheduled resume',
  ]),
  name: z
    .string()
    .regex(NAME, 'must be a few words: letters, digits and . , : ; + = % / ( ) # & _ ·, 60 at most')
    .optional()
    .describe(
      'run: what people call it, in a few words that tell it from others: "IMDB baseline · lr 2e-5".',
    ),
  script: z
    .string()
    .min(1)
    .max(200_000)
    .optional()
    .describe(
      'run: source, sent inline and run with uv; or an https:// URL of one; or the path of a .py, .sh or .ipynb file in the sandbox, which is read and sent. Not with command.',
    ),
  script_type: z
    .enum(['python', 'shell', 'notebook'])
    .optional()
    .describe('run with script: what it is, where its name does not say so; Python by default.'),
  dependencies: z
    .array(
      z
        .string()
        .max(1_000)
        .regex(REQUIREMENT, 'is not a Python requirement')
        .refine((text) => !OF_PIP.test(text), 'has an option of pip or a comment behind it'),
    )
    .max(50)
    .optional()
    .describe('run with script: requirements, e.g. ["transformers>=4.50", "trl"].'),
  python: z
    .string()
    .regex(/^3\.\d{1,2}(?:\.\d{1,2})?$/, 'must be a version like "3.11"')
    .optional()
    .describe('run with script: version of Python for uv, e.g. "3.11"; the image’s by default.'),
  script_args: ScriptArguments.optional().describe(
    'run with script: what it is started with, each word by itself, e.g. ["--lr", "2e-5"].',
  ),
  command: z
    .array(z.string().min(1, 'is empty, which the Hub does not take').refine(fits, TOO_LONG))
    .min(1)
    .max(100)
    .optional()
    .describe('run: the command of a container, as a list.'),
  image: z
    .string()
    .regex(/^\S+$/, 'must be the name of an image, such as python:3.12')
    .max(300)
    .optional()
    .describe('run: Docker image; a uv image for scripts by default.'),
  hardware_flavor: z
    .string()
    .default('cpu-basic')
    .describe('run: hardware, e.g. cpu-basic, t4-small, a10g-small.'),
  timeout: z
    .union([z.string(), z.number()])
    .default('30m')
    .refine((text) => parseDuration(text) !== undefined, 'must be a duration like "30m", "2h" or "1d"')
    .refine((text) => (parseDuration(text) ?? 0) <= LONGEST_JOB_SECONDS, 'must be at most 31 days ("31d")')
    .describe(
      'run: the job is stopped after this long, whatever it has done; allow for loading and pushing.',
    ),
  stop_when: StopRules.optional().describe(
    'run: when it is stopped without anybody being asked, whatever you do then. People approve it with the job.',
  ),
  env: Env.optional().describe('run: environment variables. Never secrets: HF_TOKEN is set for you.'),
  secrets: z
    .array(z.string())
    .max(20)
    .optional()
    .describe('run: names of secrets that the team has set up for jobs, to be there as variables.'),
  smoke_test: SmokeTest.optional().describe(
    'run with script that costs much: a few steps on a few rows, which run first on the same image and hardware. People approve both at once; the run begins by itself only if the test passes.',
  ),
  preflight: Preflight.optional().describe(
    'run that trains: what people want to know before they pay. It is on their card, checked where it can be.',
  ),
  trackio_space_id: z
    .string()
    .regex(/^[\w.-]+\/[\w.-]+$/, 'is not a Space like "account/name"')
    .optional()
    .describe(
      'run: Space with the Trackio dashboard of this job, made where it is missing; pass it when the script reports to trackio.',
    ),
  trackio_project: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('run: Trackio project that the job logs to; goes with trackio_space_id.'),
  schedule: z
    .string()
    .regex(/^(@(hourly|daily|weekly|monthly|yearly|annually)|(\S+\s+){4}\S+)$/, 'is no cron expression')
    .optional()
    .describe('scheduled run: cron expression in UTC, or @hourly, @daily, @weekly, @monthly, @yearly.'),
  scheduled_job_id: z
    .string()
    .regex(/^[A-Za-z0-9]+$/, 'is not a scheduled job id')
    .optional()
    .describe('scheduled inspect, delete, suspend, resume: the scheduled job.'),
  namespace: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'is not a namespace')
    .optional()
    .describe('User or organisation that the job runs under; the default account otherwise.'),
  job_id: z
    .string()
    .regex(/^[A-Za-z0-9]+$/, 'is not a job id')
    .optional()
    .describe('logs, inspect, cancel: the job.'),
  all: z
    .boolean()
    .optional()
    .describe('ps: all that run, and how many run for other threads of this workspace.'),
});

export type Arguments = z.infer<typeof Arguments>;

/** An address of any scheme, which is no source. */
export const isUrl = (script: string) => /^[a-z][a-z0-9+.-]*:\/\/\S*$/i.test(script.trim());

/** The name of a file, which is no source: a single line that ends like one, and is no comment. */
export const isPath = (script: string) =>
  !isUrl(script) && /^[^#\n\r][^\n\r]*\.(py|ipynb|sh|bash)$/i.test(script.trim());

/**
 * Whether one line is what a shell runs, or names a file in a way that is not read, and no source: as Python
 * it would fail once the job is paid for.
 */
export const isCommandLine = (script: string): boolean => {
  const line = script.trim();
  return !/[\n\r]/.test(line) && line.length <= 2_000 && COMMANDS.some((pattern) => pattern.test(line));
};

const COMMANDS: readonly RegExp[] = [
  /^[!$%] ?\w/,
  /^(?:sudo |env |time |nohup )?(?:python[\d.]*|uvx?|pip3?|bash|sh|torchrun|accelerate|deepspeed|axolotl|trl|llamafactory-cli|cat|make|git|curl|wget|huggingface-cli|hf)\s+[\w./~$"'-]/,
  // A file or an address, and what it is started with.
  /^["'`]?[\w./~@:{}$-]{1,400}\.(?:py|ipynb|sh|bash)["'`]?(?:$|:\w|\s+-)/i,
  /^[a-z][a-z0-9+.-]*:\/\/\S+\s/i,
  /^[\w./~-]{1,400}\.(?:ya?ml|json|toml|txt|cfg|md)$/i,
  /^\.{0,2}~?\/?(?:[\w.-]{1,100}\/){1,20}[\w.-]{1,100}$/,
  /^git@|^\$\{?\w+\}?$/,
];

/** What a script is by its name, or what is in it where it has none. */
export function typeOf(name: string | undefined, script: string): NonNullable<Arguments['script_type']> {
  const [, extension = ''] = /\.(py|ipynb|sh|bash)$/i.exec(name ?? '') ?? [];
  const known = TYPES[extension.toLowerCase()];
  if (known !== undefined) return known;
  if (/^#![^\n]*\b(?:ba|da|z|k)?sh\b/.test(script)) return 'shell';
  return /^\s*\{/.test(script) && /"nbformat"\s*:/.test(script) ? 'notebook' : 'python';
}

const TYPES: Readonly<Record<string, NonNullable<Arguments['script_type']>>> = {
  py: 'python',
  sh: 'shell',
  bash: 'shell',
  ipynb: 'notebook',
};
