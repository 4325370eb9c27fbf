import { z } from 'zod';
import { quotedWords } from '../../lib/shell-words.ts';
import { parseDuration } from './duration.ts';

/* Parts of arguments that stand in several places. */

/** https://huggingface.co/.well-known/openapi.json, `environment` of POST /api/jobs/{namespace}. */
const VARIABLE = /^[a-zA-Z][_a-zA-Z0-9]+$/;

/** Linux takes at most so many bytes in one argument or variable: MAX_ARG_STRLEN of execve(2). */
const LONGEST = 128 * 1024;
export const fits = (text: string): boolean => Buffer.byteLength(text) < LONGEST;
export const TOO_LONG =
  'is longer than Linux takes in one argument or variable (128 KiB): use a script or a file';

const SECRET_NAME = /(TOKEN|KEY|SECRET|PASSWORD)$/i;

/** What stands behind a script in one command, as a shell reads it: the command holds more than that. */
const LONGEST_WORDS = 32_000;

/** What a script is started with, each word by itself. */
export const ScriptArguments = z
  .array(z.string())
  .max(100)
  .refine(
    (words) => Buffer.byteLength(quotedWords(words)) <= LONGEST_WORDS,
    'takes more than 32,000 bytes, quoted for a shell: put it into the script',
  );

/** Variables of a job's environment that are no secrets. */
export const Env = z
  .record(z.string(), z.string())
  .refine((env) => Object.keys(env).every((name) => VARIABLE.test(name)), {
    error: 'has a name that the Hub does not take: a letter, and then letters, digits or _, are one',
  })
  .refine((env) => !Object.keys(env).some((name) => SECRET_NAME.test(name)), {
    error: 'must not hold secrets; HF_TOKEN is there as a secret anyway',
  })
  .refine((env) => Object.entries(env).every(([name, value]) => fits(`${name}=${value}`)), TOO_LONG);

/** Installing takes most of it; what takes longer is no test of a few steps. */
export const LONGEST_SMOKE_SECONDS = 15 * 60;

/** A few steps of a job on a few rows, with the same script on the same image and hardware. */
export const SmokeTest = z
  .strictObject({
    script_args: ScriptArguments.optional().describe('What the script is started with for the test.'),
    env: Env.optional().describe('Variables besides those of the run, e.g. {"MAX_STEPS": "5"}.'),
    timeout: z
      .union([z.string(), z.number()])
      .default('15m')
      .refine((text) => parseDuration(text) !== undefined, 'must be a duration like "10m"')
      .refine((text) => (parseDuration(text) ?? 0) <= LONGEST_SMOKE_SECONDS, 'must be at most 15 minutes'),
  })
  .refine(({ script_args, env }) => script_args !== undefined || env !== undefined, {
    error: 'needs script_args or env that make the test small',
  });
export type SmokeTest = z.infer<typeof SmokeTest>;
