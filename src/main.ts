import type { SlackConnection } from '../adapters/slack/receiver.ts';
import { type Connections, startChat } from './chat.ts';
import { type Config, ConfigError, loadConfig, requireSecret, secretsOf } from './config/load.ts';
import { Secrets } from './config/secrets.ts';
import { openStorage } from './db/storage.ts';
import { type Clock, type Ids, randomIds, systemClock } from './ops/clock.ts';
import { createLogger } from './ops/log.ts';
import { createRedactor } from './ops/redaction.ts';
import type { Parts } from './parts.ts';
import { createEngine } from './queue/engine.ts';
import { createRenders } from './queue/renders.ts';
import { createTurns } from './queue/turns.ts';
import { createChannelRules } from './session/channel-rules.ts';
import { startWorker } from './worker.ts';

/** `chat` talks to people and keeps threads up to date; `worker` runs the agent. One process may do both. */
export type Role = 'chat' | 'worker';

/** A running process of the bot. `stop` gives back what it holds and resolves when all is closed. */
export type Running = { stop(): Promise<void> };

/** Where time and identity come from: the system's, unless a test decides them. */
export type Seams = { clock: Clock; ids: Ids };

const SYSTEM: Seams = { clock: systemClock, ids: randomIds };

/** Starts the roles asked for. Throws ConfigError where something needed is missing or refused. */
export async function start(
  config: Config,
  roles: ReadonlySet<Role>,
  seams: Seams = SYSTEM,
): Promise<Running> {
  const redact = createRedactor(secretsOf(config));
  const log = createLogger(config.log_level, redact);
  const connections = roles.has('chat') ? connectionsOf(config) : undefined;
  if (roles.has('worker')) requireSecret(config, 'HF_TOKEN', 'the worker needs it');

  const storage = await openStorage({
    databaseUrl: config.secrets.DATABASE_URL,
    redisUrl: config.secrets.REDIS_URL,
    embedded: config.data_dir,
  });
  const engine = createEngine(storage.queues, config.durability.queue_prefix, log);
  const turns = createTurns(engine, log);
  const renders = createRenders(engine, log);
  const channelRules = createChannelRules(storage.db, seams.clock.now);
  const parts: Parts = { ...seams, config, storage, engine, log, redact, turns, renders, channelRules };
  const stops: (() => Promise<void>)[] = [];
  try {
    if (roles.has('worker')) stops.push(startWorker(parts));
    if (connections !== undefined) stops.push(await startChat(parts, connections));
  } catch (error) {
    await stopAll();
    throw error;
  }
  log.info({ roles: [...roles], storage: storage.name }, 'started');

  async function stopAll(): Promise<void> {
    await Promise.allSettled(stops.map((stop) => stop()));
    await engine.close();
    await storage.close();
  }
  return { stop: stopAll };
}

function connectionsOf(config: Config): Connections {
  const slack = slackConnection(config);
  const discordToken = config.secrets.DISCORD_TOKEN;
  if (slack === undefined && discordToken === undefined) throw new ConfigError(NO_CHAT);
  return { slack, discordToken };
}

/** Undefined where Slack is not configured. */
function slackConnection(config: Config): SlackConnection | undefined {
  const { secrets, slack } = config;
  const isOauth = slack.installs === 'oauth';
  if (isOauth && slack.mode !== 'http') {
    throw new ConfigError(
      'slack.installs "oauth" needs slack.mode "http" (SLACK_MODE=http): people install over HTTP.',
    );
  }
  if (!isOauth && secrets.SLACK_BOT_TOKEN === undefined) return undefined;
  if (slack.mode === 'socket') {
    return { mode: 'socket', appToken: requireSecret(config, 'SLACK_APP_TOKEN', 'slack.mode is "socket"') };
  }
  const signingSecret = requireSecret(config, 'SLACK_SIGNING_SECRET', 'slack.mode is "http"');
  return { mode: 'http', signingSecret, host: slack.host, port: slack.port };
}

const NO_CHAT =
  'No chat is configured: set SLACK_BOT_TOKEN and SLACK_APP_TOKEN (README, "Your own Slack app"), or DISCORD_TOKEN ("Your own Discord bot"). To see the bot at work without any token, run: npm run demo';

const GRACE_MS = 25_000;

/** The program: roles from the command line (`chat`, `worker`; none is both), until it is asked to stop. */
async function main(): Promise<void> {
  const running = await start(loadConfig(process.env, process.cwd()), rolesOf(process.argv.slice(2)));
  let isStopping = false;
  async function stop(): Promise<void> {
    if (isStopping) process.exit(1);
    isStopping = true;
    setTimeout(() => process.exit(1), GRACE_MS).unref();
    await running.stop();
    process.exit(0);
  }
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

function rolesOf(words: readonly string[]): ReadonlySet<Role> {
  const wrong = words.find((word) => word !== 'chat' && word !== 'worker');
  if (wrong !== undefined)
    throw new ConfigError(`"${wrong}" is no role. The roles are chat and worker; none is both.`);
  return new Set(words.length === 0 ? ['chat', 'worker'] : (words as Role[]));
}

/** One line for what a person can mend, the whole story for everything else; never with a secret in it. */
function describeFailure(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  const redact = createRedactor(Object.keys(Secrets.shape).flatMap((name) => process.env[name] ?? []));
  return redact(error instanceof Error ? (error.stack ?? error.message) : String(error));
}

if (import.meta.main) {
  main().catch((error: unknown) => {
    process.stderr.write(`${describeFailure(error)}\n`);
    process.exit(1);
  });
}
