import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Request } from '../adapters/terminal/arguments.ts';
import type { Desk } from '../adapters/terminal/desk.ts';
import { terminalWith } from '../adapters/terminal/platform.ts';
import { createBase } from '../src/app/base.ts';
import { withFoundModel } from '../src/app/found-model.ts';
import { PLATFORMS } from '../src/app/platforms.ts';
import { ask, probesFor, refusalsIn } from '../src/app/preflight/preflight.ts';
import type { Running } from '../src/app/start.ts';
import { checkSettings } from '../src/config/check.ts';
import type { Config } from '../src/config/load.ts';
import { randomIds } from '../src/lib/clock.ts';
import { ConfigError } from '../src/lib/config-error.ts';
import { useNetwork } from '../src/lib/network.ts';
import { createRedactor, type Redactor } from '../src/lib/redaction.ts';
import { type MountedFolder, mountedFolder } from '../src/sandbox/mounted-folder.ts';

const ROLES = ['chat', 'worker'] as const;

/** The bot in this process, for its terminal alone, and what somebody can do at that. */
export type Bot = Running & { desk: Desk };

/**
 * Starts the bot with its terminal alone, as the command line asks for. Throws ConfigError where something is
 * wrong or refused, or somebody who is needed does not answer. `redacts` is given what takes the secrets of
 * the settings out of a text, as soon as they are read. `mayMount` is asked before a folder is lent to the
 * sandbox.
 */
export async function startBot(
  request: Request,
  redacts: (redact: Redactor) => void,
  mayMount: (folder: MountedFolder) => Promise<boolean>,
): Promise<Bot> {
  let begun: (desk: Desk) => void = () => {};
  const desk = new Promise<Desk>((resolve) => (begun = resolve));
  const terminal = terminalWith((one) => begun(one));
  const platforms = PLATFORMS.map((platform) => (platform.name === terminal.name ? terminal : platform));
  const checked = checkSettings([...ROLES], process.env, process.cwd(), platforms);
  redacts(createRedactor(Object.values(checked.readable.secrets).filter((value) => value !== undefined)));
  useNetwork(checked.readable.network);
  if (checked.config === undefined) throw new ConfigError(checked.faults ?? []);
  const mount = mountFor(checked.config, request);
  if (mount !== undefined && !(await mayMount(mount))) throw new ConfigError(NOT_MOUNTED);
  const config = { ...configFor(checked.config, request), mount };
  const roles = new Set(ROLES);
  await preflight(config, checked.readable, terminal);
  const given = await withFoundModel(config);
  const base = await createBase(given.config, roles);
  // Late, because it takes seconds to load: what is wrong is told before.
  const { start } = await import('../src/app/start.ts');
  const { lacks } = given;
  const seams = { ids: randomIds, base, lacks, platforms, connects: [terminal] };
  const running = await start(given.config, roles, seams);
  return { ...running, desk: await desk };
}

/** The folder that the command line names. Throws ConfigError for one that is not lent out. */
function mountFor({ sandbox, data_dir }: Config, { mount }: Request): MountedFolder | undefined {
  if (mount === undefined) return undefined;
  if (sandbox.kind !== 'local') throw new ConfigError(NO_MOUNT);
  const data = [data_dir, sandbox.directory ?? join(data_dir, 'sandboxes')];
  const found = mountedFolder(mount, { home: homedir(), data, directory: process.cwd() });
  if (!found.ok) throw new ConfigError(found.problem);
  return found.folder;
}

const NO_MOUNT =
  '--mount takes a sandbox on this machine: in a Space there is nothing of it (sandbox.kind is not "local").';
const NOT_MOUNTED = 'Nothing was started: start again without --mount, or with another folder.';

type Readable = ReturnType<typeof checkSettings>['readable'];

/** Asks everybody who is needed, once: whoever waits at a terminal would rather be told. */
async function preflight(config: Config, readable: Readable, terminal: ReturnType<typeof terminalWith>) {
  const file = { ...config };
  const { needed, wanted } = await probesFor({ ...readable, file }, new Set(ROLES), [terminal]);
  const asked = await ask([...needed, ...wanted], AbortSignal.timeout(ANSWER_WITHIN_MS));
  const away = asked.flatMap(({ probe, finding }) =>
    finding.kind === 'away' && needed.includes(probe)
      ? [`${finding.who} does not answer: ${finding.why}.`]
      : [],
  );
  const faults = [...refusalsIn(asked), ...away];
  if (faults.length > 0) throw new ConfigError(faults);
}

const ANSWER_WITHIN_MS = 10_000;

/** The settings as the command line changes them, for this process alone. */
function configFor(config: Config, { model, budgetUsd, maxIterations }: Request): Config {
  const { durability, limits, budgets, secrets } = config;
  const isShared = secrets.DATABASE_URL !== undefined || secrets.REDIS_URL !== undefined;
  return {
    ...config,
    log_level: process.env.LOG_LEVEL ? config.log_level : 'silent',
    health: { ...config.health, port: undefined },
    ...(model === undefined ? {} : { model: { ...config.model, id: model } }),
    limits: { ...limits, model_calls_per_turn: maxIterations ?? limits.model_calls_per_turn },
    ...(budgetUsd === undefined ? {} : { budgets: { ...budgets, ...budgetOf(budgets, budgetUsd) } }),
    // Beside others on one record it shows none of their threads, so it takes none of their work either.
    durability: {
      ...durability,
      queue_prefix: isShared ? `${durability.queue_prefix}-terminal` : durability.queue_prefix,
    },
  };
}

/** What models and jobs of the session may cost together. Nobody is there to be asked whether to go on. */
const budgetOf = (budgets: Config['budgets'], usd: number): Partial<Config['budgets']> => ({
  session_usd: Math.min(usd, budgets.session_usd ?? usd),
  warn_usd: 0,
});
