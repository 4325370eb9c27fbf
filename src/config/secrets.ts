import { z } from 'zod';

const postgresUrl = z
  .string()
  .regex(/^postgres(ql)?:\/\//, 'must look like postgres://user:password@host:5432/database');
const redisUrl = z.string().regex(/^rediss?:\/\//, 'must look like redis://host:6379');
const baseUrl = z.url({ protocol: /^https?$/, error: 'must look like http://localhost:8000' }).optional();
const starting = (prefix: string) => z.string().regex(new RegExp(`^${prefix}`), `must start with ${prefix}`);

/** Every environment variable that the program reads besides those named in the config file. */
export const Secrets = z.object({
  HF_TOKEN: starting('hf_').optional(),
  MODEL_API_KEY: z.string().optional(),
  OPENAI_API_KEY: z.string().optional(),
  ANTHROPIC_API_KEY: z.string().optional(),
  OPENAI_BASE_URL: baseUrl,
  ANTHROPIC_BASE_URL: baseUrl,
  OLLAMA_BASE_URL: baseUrl,
  OLLAMA_API_KEY: z.string().optional(),
  VLLM_BASE_URL: baseUrl,
  VLLM_API_KEY: z.string().optional(),
  LM_STUDIO_BASE_URL: baseUrl,
  LM_STUDIO_API_KEY: z.string().optional(),
  LLAMACPP_BASE_URL: baseUrl,
  LLAMACPP_API_KEY: z.string().optional(),
  LOCAL_LLM_BASE_URL: baseUrl,
  LOCAL_LLM_API_KEY: z.string().optional(),
  GITHUB_TOKEN: z.string().optional(),
  S2_API_KEY: z.string().optional(),
  DATABASE_URL: postgresUrl.optional(),
  REDIS_URL: redisUrl.optional(),
  SLACK_BOT_TOKEN: starting('xoxb-').optional(),
  SLACK_APP_TOKEN: starting('xapp-').optional(),
  SLACK_SIGNING_SECRET: z.string().min(8).optional(),
  DISCORD_TOKEN: z
    .string()
    .regex(/^[\w-]+\.[\w-]+\.[\w-]+$/, 'must have three parts with dots between them')
    .optional(),
  SLACK_CLIENT_ID: z.string().optional(),
  SLACK_CLIENT_SECRET: z.string().optional(),
  ENCRYPTION_KEY: z.string().min(32, 'must have at least 32 characters').optional(),
});
export type Secrets = z.infer<typeof Secrets>;

/** What each variable is for and where it is had: the second half of every message about one. */
export const VARIABLE_HELP: Readonly<Record<string, string>> = {
  HF_TOKEN:
    'the Hugging Face token for models, datasets and Jobs; create one with "Make calls to Inference Providers" and "Jobs: write" at https://huggingface.co/settings/tokens',
  MODEL_API_KEY:
    'the key for model.base_url when that is not the Hugging Face router; from your model provider',
  GITHUB_TOKEN:
    'a token for reading GitHub, which takes more requests with one and searches code only with one; a fine-grained token without any permission does: https://github.com/settings/tokens',
  S2_API_KEY:
    'a key for Semantic Scholar, which takes more requests with one; from https://www.semanticscholar.org/product/api',
  DATABASE_URL: 'the Postgres that keeps the record; leave it unset to use the embedded database in .data/',
  REDIS_URL: 'the Redis that BullMQ runs on; leave it unset to run the queues on the database',
  SLACK_BOT_TOKEN: 'the bot token of your Slack app; from "OAuth & Permissions" after installing the app',
  SLACK_APP_TOKEN: 'the app-level token for Socket Mode (scope connections:write); from "Basic Information"',
  SLACK_SIGNING_SECRET: 'the secret that proves HTTP requests come from Slack; from "Basic Information"',
  SLACK_CLIENT_ID:
    'the client id of your Slack app, for installs in many workspaces; from "Basic Information"',
  SLACK_CLIENT_SECRET: 'the client secret of your Slack app; from "Basic Information"',
  ENCRYPTION_KEY:
    'what tokens in the record are encrypted with, at least 32 characters that you keep; make one with: openssl rand -hex 32',
  DISCORD_TOKEN:
    'the token of your Discord bot; from "Bot > Reset Token" at https://discord.com/developers/applications',
  MODEL_ID: 'the model that runs the agent; any id of https://huggingface.co/models?inference_provider=all',
};
