import { z } from 'zod';
import type { PlatformSettings } from './platform-settings.ts';
import { Accounts, Jobs, SharedAccount, Traces } from './sections/hub.ts';
import { McpServer } from './sections/mcp.ts';
import { Limits, Model } from './sections/model.ts';
import { Notify, notifyOn } from './sections/notify.ts';
import { Access, Approvals, Budgets, Prompts } from './sections/people.ts';
import { Database, Durability, Health, Retention } from './sections/running.ts';
import { Attachments, Sandbox } from './sections/sandbox.ts';
import { Web } from './sections/web.ts';
import { flag } from './setting-types.ts';

const FIRST = {
  $schema: z.string().optional(),
  model: Model,
  limits: Limits.prefault({}),
  approvals: Approvals.prefault({}),
  budgets: Budgets.prefault({}),
  jobs: Jobs.prefault({}),
  accounts: Accounts,
  shared_account: SharedAccount,
  web: Web.prefault({}),
  sandbox: Sandbox.prefault({}),
  access: Access.prefault({}),
  prompts: Prompts.prefault({}),
  notify: Notify.prefault({}),
  traces: Traces.prefault({}),
  attachments: Attachments.prefault({}),
  mcp_servers: z
    .record(z.string().regex(/^[\w-]{1,32}$/, 'is not a short name of letters, digits, _ and -'), McpServer)
    .default({})
    .describe('Servers of the Model Context Protocol whose tools the agent may use, by name.'),
};

const LAST = {
  database: Database.prefault({}),
  health: Health.prefault({}),
  durability: Durability.prefault({}),
  retention: Retention.prefault({}),
  data_dir: z
    .string()
    .default('.data')
    .describe('Where the embedded database lives when DATABASE_URL is unset.'),
  log_level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  log_level_names: flag
    .default(false)
    .describe('Whether lines of the log give their level by name ("warn") instead of by number (40).'),
};

/** configs/main_agent_config.json, after `${VAR}` substitution, without what it says of platforms. */
export const OwnConfigFile = z.object({ ...FIRST, ...LAST });

/** The config file as it is read. */
export type ConfigFile = z.infer<typeof OwnConfigFile> & {
  /** The settings of each platform, by its name: in the file they stand beside the others. */
  platforms: Record<string, Record<string, unknown>>;
};

/** What may stand in the config file: what the program itself is told, and each platform below its name. */
export function configFileSchema(
  platforms: readonly Pick<PlatformSettings, 'name' | 'settings' | 'places'>[],
) {
  const theirs = platforms.map(({ name, settings }) => [name, settings.prefault({})] as const);
  return z.strictObject({
    ...FIRST,
    notify: notifyOn(platforms).prefault({}),
    ...Object.fromEntries(theirs),
    ...LAST,
  });
}
