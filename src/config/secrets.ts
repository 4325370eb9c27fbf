import { z } from 'zod';
import { keyProblem, postgresProblem, redisProblem, wrongCharacter } from './shapes.ts';

/** What tells what a value looks like that was set in another's place. */
export type KindOf = (value: string) => string | undefined;

/** Says what is wrong with a value, if anything, and never repeats it. */
export type Check = (value: string, kindOf: KindOf) => string | undefined;

/** An environment variable that a platform reads by its name. */
export type Variable = {
  check: Check;
  /** What it is for and where it is had: the second half of every message about it. */
  help: string;
  /** Its refusal does not show in the status of an answer: the adapter tells of it (`lib/tokens.ts`). */
  isWatchedByAdapter?: true;
};

/** A token or key, as it is sent in a header. */
export const token =
  (check: Check = () => undefined): Check =>
  (value, kindOf) =>
    check(value, kindOf) ?? wrongCharacter(value);

/** A token that begins with something. */
export const starting = (prefix: string): Check =>
  token((value) => (value.startsWith(prefix) ? undefined : `must start with ${prefix}`));

/** A text of which `check` says what is wrong with it, if anything. */
const checked = (check: Check, kindOf: KindOf = () => undefined) =>
  z
    .string()
    .superRefine((value, context) => {
      const message = check(value, kindOf);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    })
    .optional();

const baseUrl = z.url({ protocol: /^https?$/, error: 'must look like http://localhost:8000' }).optional();

const FIRST = {
  HF_TOKEN: checked(starting('hf_')),
  MODEL_API_KEY: checked(token()),
  OPENAI_API_KEY: checked(token()),
  ANTHROPIC_API_KEY: checked(token()),
  OPENAI_BASE_URL: baseUrl,
  ANTHROPIC_BASE_URL: baseUrl,
  OLLAMA_BASE_URL: baseUrl,
  OLLAMA_API_KEY: checked(token()),
  VLLM_BASE_URL: baseUrl,
  VLLM_API_KEY: checked(token()),
  LM_STUDIO_BASE_URL: baseUrl,
  LM_STUDIO_API_KEY: checked(token()),
  LLAMACPP_BASE_URL: baseUrl,
  LLAMACPP_API_KEY: checked(token()),
  LOCAL_LLM_BASE_URL: baseUrl,
  LOCAL_LLM_API_KEY: checked(token()),
  GITHUB_TOKEN: checked(token()),
  S2_API_KEY: checked(token()),
  DATABASE_URL: checked(postgresProblem),
  DATABASE_DIRECT_URL: checked(postgresProblem),
  REDIS_URL: checked(redisProblem),
};

const LAST = { ENCRYPTION_KEY: checked(keyProblem) };

const OwnSecrets = z.object({ ...FIRST, ...LAST });

/** Values of variables that are read by their names: those of the program itself, and those of platforms. */
export type Secrets = z.infer<typeof OwnSecrets> & Record<string, string | undefined>;

/** Every environment variable that the program reads besides those named in the config file. */
export function secretsSchema(variables: Readonly<Record<string, Variable>>, kindOf: KindOf) {
  const ofPlatforms = Object.entries(variables).map(
    ([name, { check }]) => [name, checked(check, kindOf)] as const,
  );
  return z.object({ ...FIRST, ...Object.fromEntries(ofPlatforms), ...LAST });
}

/**
 * What each variable of the program itself is for and where it is had: the second half of every message about
 * one.
 */
export const OWN_HELP: Readonly<Record<string, string>> = {
  HF_TOKEN:
    'the Hugging Face token for models, datasets and Jobs; create one with "Make calls to Inference Providers" and "Jobs: write" at https://huggingface.co/settings/tokens',
  MODEL_API_KEY:
    'the key for model.base_url when that is not the Hugging Face router; from your model provider',
  GITHUB_TOKEN:
    'a token for reading GitHub, which takes more requests with one and searches code only with one; a fine-grained token without any permission does: https://github.com/settings/tokens',
  S2_API_KEY:
    'a key for Semantic Scholar, which takes more requests with one; from https://www.semanticscholar.org/product/api',
  DATABASE_URL: 'the Postgres that keeps the record; leave it unset to use the embedded database in .data/',
  DATABASE_DIRECT_URL:
    'the same database as DATABASE_URL, without the pooler (such as PgBouncer) that DATABASE_URL may lead through',
  REDIS_URL: 'the Redis that BullMQ runs on; leave it unset to run the queues on the database',
  ENCRYPTION_KEY:
    'what tokens in the record are encrypted with, at least 32 characters that you keep; make one with: openssl rand -hex 32',
  MODEL_ID: 'the model that runs the agent; any id of https://huggingface.co/models?inference_provider=all',
};
