import { z } from 'zod';
import { flag, idList, seconds, url } from '../setting-types.ts';

const JobSecrets = z
  .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is not a variable name'), z.string().min(1))
  .default({});

/** What people are called about in the middle of a job. */
const Alarms = z.strictObject({
  on: flag
    .default(true)
    .describe(
      'Whether whoever asked for a job is called while it runs: a loss that is NaN or has jumped, out of memory, a full disk, no progress, a time limit that will cut it off.',
    ),
  off_in: z.array(z.string()).default([]).describe('Channels without them, by platform id.'),
  wake_model: flag
    .default(false)
    .describe('Whether the agent is told too, and looks into it, which costs a turn.'),
});

/** The Hugging Face Hub, and the jobs that run there. */
export const Jobs = z.strictObject({
  hub_url: url.default('https://huggingface.co'),
  datasets_server_url: url.default('https://datasets-server.huggingface.co'),
  namespace: z.string().optional().describe("User or organisation that pays. The token's user by default."),
  collections: flag
    .default(true)
    .describe(
      'Whether what a session makes on the Hub is tagged and put into a private collection of the session.',
    ),
  read_others: flag
    .optional()
    .describe(
      'Whether jobs of the account that no session of the bot began may be listed, read and followed, and cancelled once approved. By default where one workspace alone uses the account. Jobs of other channels’ sessions never are.',
    ),
  secrets: JobSecrets.describe(
    'Secrets that jobs may ask for by name, e.g. {"WANDB_API_KEY": "${WANDB_API_KEY}"}.',
  ),
  poll_seconds: seconds.default(15).describe('How often a running job is looked at.'),
  alarms: Alarms.prefault({}),
});

/** An account on the Hub besides the one of HF_TOKEN. */
const Account = z.strictObject({
  token: z.string().startsWith('hf_', 'must be a token of Hugging Face, such as "${HF_TOKEN_ML}"'),
  namespace: z.string().optional().describe("User or organisation that pays. The token's user by default."),
  secrets: JobSecrets.describe('In place of `jobs.secrets`, for jobs of this account.'),
});

export const Accounts = z
  .record(z.string(), Account)
  .default({})
  .describe(
    'Accounts of the bot on the Hub for single workspaces or servers, by platform id, e.g. {"T0123ABCD": {"token": "${HF_TOKEN_ML}"}}; "@me" is Discord’s direct messages.',
  );

export const SharedAccount = idList(/^(?:@me|[\w-]+)$/, 'must be ids of workspaces or servers').describe(
  'The workspaces and servers that use the account of HF_TOKEN, where a platform names several that may use the bot: each of those needs this or an account of its own.',
);

/** Sessions as datasets of the Hub. */
export const Traces = z.strictObject({
  share: flag.default(true).describe('Whether `share` may upload a session to a private dataset on the Hub.'),
  dataset: z
    .string()
    .regex(/^[\w.-]+\/[\w.-]+$/)
    .optional()
    .describe('The dataset; "<token’s user>/ml-intern-sessions" by default.'),
});
