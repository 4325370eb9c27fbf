import { z } from 'zod';
import { Effort } from './effort.ts';

/** A boolean or number may also be written as a string, because `${VAR}` always gives one. */
const flag = z.union([z.boolean(), z.stringbool()]);
const count = z.coerce.number().int().positive();
const url = z.url({ protocol: /^https?$/ }).transform((text) => text.replace(/\/+$/, ''));

const usd = z.coerce.number().nonnegative();

const Model = z.strictObject({
  id: z.string().min(1).describe('Model id as the provider names it, e.g. "moonshotai/Kimi-K2.5:fastest".'),
  base_url: url.describe('OpenAI-compatible base URL. The Hugging Face router by default.'),
  effort: Effort.optional().describe(
    'How hard models are to think, where they can; a level that a provider does not know becomes the next lower one.',
  ),
  small: z
    .string()
    .optional()
    .describe(
      'A cheaper model for titles and summaries. Without it summaries are made by the model of the session.',
    ),
  research: z
    .string()
    .optional()
    .describe('The model of the research assistant; `small` by default, else the one of the session.'),
  fallbacks: z
    .array(z.string())
    .default([])
    .describe('Models to go on with, in order, while the provider of the chosen one is out.'),
  choices: z.array(z.string()).max(24).default([]).describe('Models that menus offer.'),
  defaults: z
    .array(
      z.strictObject({
        platform: z.string().optional(),
        channel: z.string().optional(),
        person: z.string().optional(),
        id: z.string(),
      }),
    )
    .default([])
    .describe(
      'Other models for a platform, a channel or a person (platform ids); the most exact one counts.',
    ),
  direct: flag
    .default(false)
    .describe(
      'Whether "openai/…" and "anthropic/…" go to those providers where OPENAI_API_KEY or ANTHROPIC_API_KEY is set.',
    ),
  responses_api: z
    .array(z.enum(['openai', 'router', 'vllm', 'lm_studio', 'ollama']))
    .default([])
    .describe('Providers that are spoken to over the Responses API instead of chat completions.'),
  context_tokens: count
    .default(131_072)
    .describe('The context window, in tokens, of models that the catalogue does not tell it of.'),
  max_output_tokens: count.default(16_384).describe('Upper bound of one answer, in tokens.'),
  idle_timeout_seconds: count
    .default(120)
    .describe('A stream that is silent for this long is cut and retried.'),
  price: z
    .strictObject({
      input_usd_per_million: z.coerce.number().nonnegative(),
      output_usd_per_million: z.coerce.number().nonnegative(),
    })
    .optional()
    .describe('Price of tokens in place of the one that the catalogue tells.'),
});

const Limits = z.strictObject({
  model_calls_per_turn: z.coerce
    .number()
    .int()
    .refine((n) => n === -1 || n > 0, 'must be positive, or -1 for no limit')
    .default(300)
    .describe('Model calls in one turn; -1 for no limit.'),
  message_characters: count.default(40_000).describe('Longer messages are refused with a clear answer.'),
  tool_output_characters: count.default(25_000).describe('Cap of one tool result.'),
  research_steps: count.default(60).describe('Model calls of one research.'),
  research_usd: usd
    .default(2)
    .describe('What one research may cost in model calls, in USD, before it has to come to an end.'),
  tool_timeout_seconds: count.default(600).describe('A tool call that runs longer is stopped.'),
});

const Approvals = z.strictObject({
  approvers: z
    .array(z.string().min(1))
    .min(1)
    .default(['requester'])
    .describe(
      'Who may decide: "requester", "thread" (whoever wrote in it), "anyone", user ids, or user group ids.',
    ),
  cpu_jobs: flag.default(true).describe('Whether jobs on CPU hardware need approval too.'),
  second_above_usd: usd
    .optional()
    .describe('Above this estimate (or where the cost is not known) a second person has to approve.'),
  second_approvers: z
    .array(z.string().min(1))
    .min(1)
    .default(['anyone'])
    .describe('Who may be the second person; never the first one.'),
  remind_minutes: z.coerce
    .number()
    .nonnegative()
    .default(60)
    .describe('An approval that is open for so long is brought to mind once, with a mention; 0 is never.'),
  lapse_hours: z.coerce
    .number()
    .nonnegative()
    .default(72)
    .describe('After so long an open approval lapses and its call is not run; 0 is never.'),
  side_questions: flag
    .default(true)
    .describe('A message that is a short question leaves an open approval open; any other sets it aside.'),
});

const Budgets = z
  .strictObject({
    session_usd: usd.optional().describe('Of one session, in USD.'),
    person_day_usd: usd.optional().describe('Of the sessions that one person began, a UTC day.'),
    channel_day_usd: usd.optional().describe('Of one channel, a UTC day.'),
    day_usd: usd.optional().describe('Of everything, a UTC day.'),
    workspaces: z
      .record(z.string(), z.strictObject({ day_usd: usd }))
      .optional()
      .describe('Of single workspaces or servers, by platform id, a UTC day.'),
    roles: z
      .record(z.string(), z.strictObject({ person_day_usd: usd }))
      .optional()
      .describe(
        'In place of person_day_usd, for who is in a role of Discord ("role:<id>") or a user group of Slack ("S…") when a session begins; the highest counts.',
      ),
    approvers: z
      .array(z.string().min(1))
      .default([])
      .describe('Who may approve what passes a budget: user ids or user group ids.'),
    warn_usd: usd
      .default(5)
      .describe(
        'A session that has spent so much asks whether to go on, and again at each doubling; 0 is never.',
      ),
  })
  .refine(
    ({ approvers, warn_usd: _warn, ...limits }) =>
      approvers.length > 0 || Object.values(limits).every((limit) => limit === undefined),
    'approvers must name who may approve what passes a budget',
  );

const Prompts = z.strictObject({
  time_zone: z.string().default('UTC').describe('In which the agent is told the date.'),
  channels: z
    .record(z.string(), z.string().max(8_000))
    .default({})
    .describe('Instructions for the agent in a channel, by the platform’s channel id.'),
});

const replies = z.enum(['all', 'mentions']);

const PlaceRules = z.strictObject({
  users: z.array(z.string()).optional().describe('The only people who may use it there.'),
  approvers: z.array(z.string()).min(1).optional().describe('In place of approvals.approvers.'),
  replies: replies.optional(),
});

const Access = z.strictObject({
  deny_people: z.array(z.string()).default([]).describe('People who may not use the bot (platform ids).'),
  deny_channels: z.array(z.string()).default([]).describe('Channels where it may not be used.'),
  allow_channels: z
    .array(z.string())
    .default([])
    .describe('The only channels where it may be used; [] is all.'),
  guests: flag.default(false).describe('Whether guests of the workspace may use it.'),
  strangers: flag
    .default(false)
    .describe('Whether people of other workspaces, who share a channel with this one, may use it.'),
  admins: z
    .array(z.string())
    .default(['admins'])
    .describe(
      'Who may change the settings of channels from the chat: "admins" (of the workspace), user ids, user group ids; [] is nobody.',
    ),
  accounts: flag
    .default(true)
    .describe(
      'Whether people may sign in with a Hugging Face token of their own, under which their sessions then act once they approve it. Takes ENCRYPTION_KEY.',
    ),
  replies: replies
    .default('all')
    .describe('In threads of its own: "all" replies are for the bot, or only "mentions" are.'),
  channels: z
    .record(z.string(), PlaceRules)
    .default({})
    .describe('Rules of single channels, by platform id.'),
  workspaces: z
    .record(z.string(), PlaceRules)
    .default({})
    .describe('The same for whole workspaces or servers; what is said of a channel goes before it.'),
});

const Traces = z.strictObject({
  share: flag.default(true).describe('Whether `share` may upload a session to a private dataset on the Hub.'),
  dataset: z
    .string()
    .regex(/^[\w.-]+\/[\w.-]+$/)
    .optional()
    .describe('The dataset; "<token’s user>/ml-intern-sessions" by default.'),
});

const Jobs = z.strictObject({
  hub_url: url.default('https://huggingface.co'),
  datasets_server_url: url.default('https://datasets-server.huggingface.co'),
  namespace: z.string().optional().describe("User or organisation that pays. The token's user by default."),
  collections: flag
    .default(true)
    .describe(
      'Whether what a session makes on the Hub is tagged and put into a private collection of the session.',
    ),
  secrets: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is not a variable name'), z.string().min(1))
    .default({})
    .describe('Secrets that jobs may ask for by name, e.g. {"WANDB_API_KEY": "${WANDB_API_KEY}"}.'),
  poll_seconds: z.coerce.number().positive().default(15).describe('How often a running job is looked at.'),
});

const Web = z.strictObject({
  docs_url: url.default('https://huggingface.co').describe('Where the documentation is, below /docs.'),
  gradio_url: url.default('https://gradio.app'),
  arxiv_url: url.default('https://arxiv.org'),
  ar5iv_url: url.default('https://ar5iv.labs.arxiv.org'),
  scholar_url: url.default('https://api.semanticscholar.org'),
  github_url: url.default('https://api.github.com'),
  search_url: url
    .default('https://html.duckduckgo.com/html')
    .describe('A search page: DuckDuckGo’s without scripts, or one of the same form.'),
});

const Sandbox = z.strictObject({
  kind: z
    .enum(['local', 'space', 'none'])
    .default('local')
    .describe(
      'Where the agent runs its code: "local" (confined with bubblewrap), "space" (a private Hugging Face Space a session), "none".',
    ),
  directory: z
    .string()
    .optional()
    .describe('local: where the workspaces of sessions live; "sandboxes" in data_dir by default.'),
  allowed_hosts: z
    .array(z.string().regex(/^(\*\.)?[a-z0-9.-]+(:\d+)?$/, 'is not "host", "*.host" or "host:port"'))
    .default(['pypi.org', 'files.pythonhosted.org', 'huggingface.co', '*.huggingface.co', '*.hf.co'])
    .describe(
      'local: hosts that code may reach, over HTTPS; [] is no network. Only "host:port" may name a private address.',
    ),
  memory_mb: count.default(4_096).describe('local: memory of a command, all its processes together.'),
  processes: count.default(256).describe('local: processes of a command.'),
  cpu_seconds: count.default(1_800).describe('local: processor time of one process.'),
  disk_mb: count.default(4_096).describe('local: size of a workspace.'),
  namespace: z
    .string()
    .optional()
    .describe("space: user or organisation that owns the Spaces. The token's user by default."),
  idle_minutes: count.default(30).describe('space: a Space that nobody uses for so long is put to sleep.'),
});

const McpServer = z
  .strictObject({
    enabled: flag.default(true),
    command: z.string().optional().describe('A program that speaks MCP on its standard input and output.'),
    args: z.array(z.string()).default([]),
    env: z
      .record(z.string(), z.string())
      .default({})
      .describe('Its environment; it gets nothing of the bot’s own.'),
    url: url.optional().describe('Or where it is: streamable HTTP, or the older SSE.'),
    headers: z
      .record(z.string(), z.string())
      .default({})
      .describe('E.g. {"Authorization": "Bearer ${TOKEN}"}.'),
    oauth: z
      .strictObject({
        grant: z
          .enum(['sign_in', 'client_credentials', 'private_key'])
          .default('sign_in')
          .describe(
            'Somebody signs in once (npm run mcp:login), or the client has a secret or a private key of its own.',
          ),
        client_id: z.string().optional().describe('Where the server registers no clients by itself.'),
        client_secret: z.string().optional(),
        issuer: url
          .optional()
          .describe('The authorization server that secret or key belong to: they go to no other.'),
        private_key: z.string().optional().describe('PEM, for the grant private_key.'),
        algorithm: z.string().default('ES256').describe('What is signed with the private key.'),
        scope: z.string().optional(),
        client_metadata_url: z
          .url({ protocol: /^https$/ })
          .optional()
          .describe('Where a description of the client is published, for servers that go by that.'),
      })
      .refine(
        ({ grant, client_id, client_secret, private_key, issuer }) =>
          grant === 'sign_in' ||
          [client_id, issuer, grant === 'private_key' ? private_key : client_secret].every(Boolean),
        'client_credentials needs client_id, client_secret and issuer; private_key needs client_id, private_key and issuer',
      )
      .optional()
      .describe('For a server that wants OAuth.'),
    approval: z
      .enum(['never', 'destructive', 'always'])
      .default('destructive')
      .describe(
        'When people are asked before a tool is used; "destructive" goes by what the server says of its tools, and what it says nothing of is asked about.',
      ),
    hide: z.array(z.string()).default([]).describe('Tools of it that are not offered.'),
    resources: flag.default(false).describe('Whether what can be read from it is offered as tools.'),
    prompts: flag.default(false).describe('Whether the prompts that it has ready are offered as tools.'),
    needs: z
      .array(z.string())
      .default([])
      .describe('Values without which it stays off, e.g. ["${HF_TOKEN:-}"].'),
    timeout_seconds: count.default(120),
  })
  .refine(
    ({ command, url: address }) => (command === undefined) !== (address === undefined),
    'needs command or url',
  );

const Attachments = z.strictObject({
  max_mb: z.coerce
    .number()
    .positive()
    .default(20)
    .describe('Largest file that is taken from the chat, in MB.'),
  per_message: count.default(10).describe('Files that are taken with one message.'),
  extensions: z
    .array(z.string())
    .default(
      'csv tsv json jsonl ndjson parquet arrow feather txt md rst log py ipynb sh sql r toml yaml yml ini cfg xml tex bib pdf zip gz bz2 xz zst tar npy npz h5 safetensors wav mp3 flac png jpg jpeg gif webp'.split(
        ' ',
      ),
    )
    .describe('Kinds of files that are taken, by the end of their names.'),
});

const Slack = z.strictObject({
  mode: z.enum(['socket', 'http']).default('socket').describe('Socket Mode, or HTTP request URLs.'),
  installs: z
    .enum(['token', 'oauth'])
    .default('token')
    .describe('One workspace by SLACK_BOT_TOKEN, or many by OAuth at /slack/install (mode "http").'),
  streaming: z
    .enum(['edits', 'native'])
    .default('edits')
    .describe('How answers are shown while they are written: by edits, or by streams of Slack’s own.'),
  feedback: flag.default(true).describe('Whether answers have buttons to say whether they helped.'),
  port: count.default(3000).describe('Port of the HTTP mode.'),
  rate_factor: z.coerce
    .number()
    .positive()
    .default(1)
    .describe(
      'How many times the published rates may be sent, for a workspace whose limits Slack has raised.',
    ),
  host: z.string().default('0.0.0.0').describe('Address the HTTP mode listens on.'),
  api_url: z.url().default('https://slack.com/api/').describe('Base URL of the Web API, with a final slash.'),
});

const Discord = z.strictObject({
  api_url: url.default('https://discord.com/api').describe('Base URL of the REST API, without a version.'),
  message_content: flag
    .default(true)
    .describe(
      'Whether the bot is told of messages that do not mention it, in threads of its own: the "Message Content" intent.',
    ),
  forums: z
    .array(z.string())
    .default([])
    .describe('Forum and media channels where every new post begins a session (channel ids).'),
  command_guilds: z
    .array(z.string())
    .default([])
    .describe('Guilds that get the slash commands at once; [] registers them everywhere.'),
  shards: z
    .union([z.literal('auto'), count])
    .default(1)
    .describe('Gateway connections; "auto" asks Discord how many.'),
  feedback: flag.default(true).describe('Whether answers have buttons to say whether they helped.'),
});

const Durability = z.strictObject({
  lease_seconds: z.coerce
    .number()
    .positive()
    .default(10)
    .describe('How long a silent worker keeps a session.'),
  sweep_seconds: z.coerce.number().positive().default(3).describe('How often abandoned work is looked for.'),
  hand_over_seconds: z.coerce
    .number()
    .nonnegative()
    .default(15)
    .describe('On SIGTERM a step may go on for so long; then it is broken off and handed to another worker.'),
  queue_prefix: z
    .string()
    .min(1)
    .default('ml-intern')
    .describe('Separates installations that share one Redis.'),
  worker_concurrency: count.default(8).describe('Turns that one worker process runs at once.'),
});

const Retention = z.strictObject({
  idle_days: count
    .default(30)
    .describe('A session that nobody has used for so long is closed; it can be resumed.'),
  event_days: count
    .default(30)
    .describe('Events older than this are deleted; transcripts and jobs are kept.'),
});

/** configs/main_agent_config.json, after `${VAR}` substitution. */
export const ConfigFile = z.strictObject({
  $schema: z.string().optional(),
  model: Model,
  limits: Limits.prefault({}),
  approvals: Approvals.prefault({}),
  budgets: Budgets.prefault({}),
  jobs: Jobs.prefault({}),
  web: Web.prefault({}),
  sandbox: Sandbox.prefault({}),
  access: Access.prefault({}),
  prompts: Prompts.prefault({}),
  traces: Traces.prefault({}),
  attachments: Attachments.prefault({}),
  mcp_servers: z
    .record(z.string().regex(/^[\w-]{1,32}$/, 'is not a short name of letters, digits, _ and -'), McpServer)
    .default({})
    .describe('Servers of the Model Context Protocol whose tools the agent may use, by name.'),
  slack: Slack.prefault({}),
  discord: Discord.prefault({}),
  durability: Durability.prefault({}),
  retention: Retention.prefault({}),
  data_dir: z
    .string()
    .default('.data')
    .describe('Where the embedded database lives when DATABASE_URL is unset.'),
  log_level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
});
export type ConfigFile = z.infer<typeof ConfigFile>;
