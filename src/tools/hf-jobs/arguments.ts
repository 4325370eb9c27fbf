import { z } from 'zod';
import { parseDuration } from './duration.ts';

const SECRET_NAME = /(TOKEN|KEY|SECRET|PASSWORD)$/i;

const Fields = z.strictObject({
  operation: z.enum([
    'run',
    'ps',
    'logs',
    'inspect',
    'cancel',
    'scheduled run',
    'scheduled ps',
    'scheduled inspect',
    'scheduled delete',
    'scheduled suspend',
    'scheduled resume',
  ]),
  script: z
    .string()
    .min(1)
    .max(200_000)
    .optional()
    .describe(
      'run: Python source, sent inline and run with uv; or an https:// URL of one; or the path of a file in the sandbox, which is read and sent. Not with command.',
    ),
  dependencies: z
    .array(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._\-[\],<>=!~ @:/+]*$/, 'is not a Python requirement'))
    .max(50)
    .optional()
    .describe('run with script: requirements, e.g. ["transformers>=4.50", "trl"].'),
  command: z
    .array(z.string())
    .min(1)
    .max(100)
    .optional()
    .describe('run: the command of a container, as a list.'),
  image: z
    .string()
    .min(1)
    .max(300)
    .optional()
    .describe('run: Docker image; a uv image for scripts by default.'),
  hardware_flavor: z
    .string()
    .default('cpu-basic')
    .describe('run: hardware, e.g. cpu-basic, t4-small, a10g-small.'),
  timeout: z
    .string()
    .default('30m')
    .refine((text) => parseDuration(text) !== undefined, 'must be a duration like "30m", "2h" or "1d"')
    .describe(
      'run: the job is stopped after this long, whatever it has done; allow for loading and pushing.',
    ),
  env: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is not a variable name'), z.string())
    .refine((env) => !Object.keys(env).some((name) => SECRET_NAME.test(name)), {
      error: 'must not hold secrets; HF_TOKEN is there as a secret anyway',
    })
    .optional()
    .describe('run: environment variables. Never secrets: HF_TOKEN is set for you.'),
  secrets: z
    .array(z.string())
    .max(20)
    .optional()
    .describe('run: names of secrets that the team has set up for jobs, to be there as variables.'),
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
});

/** Each operation's own demands, said so that the model can mend the call. */
export const Arguments = Fields.superRefine((args, check) => {
  const problem = problemOf(args);
  if (problem !== undefined) check.addIssue({ code: 'custom', message: problem });
});
export type Arguments = z.infer<typeof Arguments>;

function problemOf(args: z.infer<typeof Fields>): string | undefined {
  if (args.operation === 'scheduled run' && args.schedule === undefined) {
    return 'scheduled run needs schedule';
  }
  if (args.operation === 'run' || args.operation === 'scheduled run') {
    if ((args.script === undefined) === (args.command === undefined))
      return `${args.operation} needs either script or command`;
    return undefined;
  }
  if (args.operation === 'scheduled ps') return undefined;
  if (args.operation.startsWith('scheduled')) {
    return args.scheduled_job_id === undefined ? `${args.operation} needs scheduled_job_id` : undefined;
  }
  if (args.operation !== 'ps' && args.job_id === undefined) return `${args.operation} needs job_id`;
  return undefined;
}

export const isUrl = (script: string) => /^https:\/\/\S+$/.test(script.trim());

export const isPath = (script: string) =>
  !isUrl(script) && /^(file:|[~./\\]|[A-Za-z]:\\)?[\w./\\ -]*\.(py|ipynb|sh)$/.test(script.trim());
