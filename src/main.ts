import { hostname } from 'node:os';
import type { SlackConnection } from '../adapters/slack/receiver.ts';
import { createSlack } from '../adapters/slack/slack.ts';
import { isQuestion } from './agent/side-question.ts';
import type { TurnDeps } from './agent/turn.ts';
import { type Config, ConfigError, loadConfig, requireSecret } from './config/load.ts';
import { Secrets } from './config/secrets.ts';
import { openStorage, type Storage } from './db/storage.ts';
import { createDashboards } from './hub/dashboards.ts';
import { createDatasetsServer } from './hub/datasets.ts';
import { createHardwareList } from './hub/hardware.ts';
import { createHubJobs } from './hub/jobs.ts';
import { createSharedLooks } from './hub/shared-looks.ts';
import { createModelClient } from './llm/client.ts';
import { RETRY_SCHEDULE } from './llm/errors.ts';
import { type Clock, type Ids, randomIds, systemClock } from './ops/clock.ts';
import { createLogger, type Logger } from './ops/log.ts';
import { createRedactor, type Redactor } from './ops/redaction.ts';
import { createEngine, type Engine } from './queue/engine.ts';
import { runPings } from './queue/pings.ts';
import { createRenders, runRenders } from './queue/renders.ts';
import { createTurns, runTurns } from './queue/turns.ts';
import { runUpkeep } from './queue/upkeep.ts';
import { runWatches } from './queue/watches.ts';
import { type ChosenSandboxes, chooseSandboxes } from './sandbox/choose.ts';
import { createDecisions } from './session/decisions.ts';
import { bytesOf } from './session/files.ts';
import { installationId } from './session/installation.ts';
import { createIntake } from './session/intake.ts';
import { createJobsOverview } from './session/jobs-overview.ts';
import { createPresence } from './session/presence.ts';
import { createOutage } from './thread/outage.ts';
import { hfInspectDatasetTool } from './tools/hf-inspect-dataset.ts';
import { curveFile, logFile } from './tools/hf-jobs/files.ts';
import { findJob } from './tools/hf-jobs/find.ts';
import { followJob } from './tools/hf-jobs/follow.ts';
import { endReport, statusLine } from './tools/hf-jobs/report.ts';
import { hfJobsTool } from './tools/hf-jobs/tool.ts';
import { planTool } from './tools/plan-tool.ts';
import { createRegistry } from './tools/registry.ts';
import { sandboxTools } from './tools/sandbox/tools.ts';

/** `chat` talks to people and keeps threads up to date; `worker` runs the agent. One process may do both. */
export type Role = 'chat' | 'worker';

/** A running process of the bot. `stop` gives back what it holds and resolves when all is closed. */
export type Running = { stop(): Promise<void> };

/** Where time and identity come from: the system's, unless a test decides them. */
export type Seams = { clock: Clock; ids: Ids };

const SYSTEM: Seams = { clock: systemClock, ids: randomIds };

type Parts = Seams & {
  config: Config;
  storage: Storage;
  engine: Engine;
  log: Logger;
  redact: Redactor;
  turns: ReturnType<typeof createTurns>;
  renders: ReturnType<typeof createRenders>;
};

/** Starts the roles asked for. Throws ConfigError where something needed is missing or refused. */
export async function start(
  config: Config,
  roles: ReadonlySet<Role>,
  seams: Seams = SYSTEM,
): Promise<Running> {
  const redact = createRedactor(
    [...Object.values(config.secrets), ...Object.values(config.jobs.secrets)].filter(
      (value) => value !== undefined,
    ),
  );
  const log = createLogger(config.log_level, redact);
  const connection = roles.has('chat') ? slackConnection(config) : undefined;
  if (roles.has('worker')) requireSecret(config, 'HF_TOKEN', 'the worker needs it');

  const storage = await openStorage({
    databaseUrl: config.secrets.DATABASE_URL,
    redisUrl: config.secrets.REDIS_URL,
    embedded: config.data_dir,
  });
  const engine = createEngine(storage.queues, config.durability.queue_prefix, log);
  const turns = createTurns(engine, log);
  const renders = createRenders(engine, log);
  const parts: Parts = { ...seams, config, storage, engine, log, redact, turns, renders };
  const stops: (() => Promise<void>)[] = [];
  try {
    if (roles.has('worker')) stops.push(startWorker(parts));
    if (connection !== undefined) stops.push(await startChat(parts, connection));
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

async function startChat(parts: Parts, connection: SlackConnection): Promise<() => Promise<void>> {
  const { config, storage, log, redact, turns, renders, engine, clock, ids } = parts;
  const botToken = requireSecret(config, 'SLACK_BOT_TOKEN', 'the chat role needs it');
  const slack = await createSlack(
    { botToken, connection, apiUrl: config.slack.api_url },
    (fileId) => bytesOf(storage.db, fileId),
    log,
  );
  const outboundOf = (platform: string) => (platform === 'slack' ? slack.outbound : undefined);
  const isReachable = async () => (await storage.isReachable()) && (await engine.isReachable());
  const outage = createOutage({ outboundOf, isReachable, clock, log, everyMs: 2_000 });
  const policy = { approvers: config.approvals.approvers, membersOf: slack.membersOf };
  const intake = createIntake({
    db: storage.db,
    ids,
    clock,
    redact,
    policy,
    budgetApprovers: config.budgets.approvers,
    maxMessageCharacters: config.limits.message_characters,
    wake: turns.wake,
    delayed: outage.tell,
    render: renders.request,
  });
  runRenders(
    engine,
    {
      db: storage.db,
      clock,
      log,
      outboundOf,
      editIntervalMs: 1_200,
      leaseMs: config.durability.lease_seconds * 1000,
    },
    8,
  );
  const decisions = createDecisions({
    db: storage.db,
    clock,
    redact,
    policy,
    second: {
      aboveUsd: config.approvals.second_above_usd,
      approvers: config.approvals.second_approvers,
    },
    budgets: config.budgets,
    wake: turns.wake,
    render: renders.request,
  });
  await slack.start({
    intake,
    decisions,
    presence: createPresence(storage.db),
    jobs: createJobsOverview(storage.db),
  });
  return async () => {
    await slack.stop();
    await outage.stop();
  };
}

function startWorker(parts: Parts): () => Promise<void> {
  const { config, storage, engine, log, turns, renders, clock, ids } = parts;
  const { db } = storage;
  const shutdown = new AbortController();
  const pollMs = config.jobs.poll_seconds * 1000;
  const leaseMs = config.durability.lease_seconds * 1000;
  const jobs = createHubJobs(config.jobs.hub_url, config.secrets.HF_TOKEN ?? '');
  const owner = `${hostname()}/${process.pid}`;
  const everyMs = config.durability.sweep_seconds * 1000;
  const shared = createSharedLooks(jobs, pollMs * 0.9);
  const follow = { jobs, shared, pollMs, sleep: clock.sleep, random: Math.random };
  const watches = runWatches({
    db,
    log,
    owner: `${owner}/${ids.next('f')}`,
    leaseMs,
    everyMs,
    follow: (watch, seen, signal) => followJob(follow, watch, seen, signal),
    wake: turns.wake,
    render: renders.request,
  });
  const chosen = chooseSandboxes(config, {
    clock,
    ids,
    token: config.secrets.HF_TOKEN ?? '',
    account: jobs.whoAmI,
    installation: () => installationId(db, ids.next('i').slice(2, 10)),
  });
  runTurns(engine, turnDeps(parts, jobs, chosen, watches.start), {
    owner,
    concurrency: config.durability.worker_concurrency,
    shutdown: shutdown.signal,
    onHandOver: (sessionId) => void turns.wake(sessionId).catch(() => {}), // the sweep finds it as well
  });
  const upkeep = runUpkeep({
    db,
    log,
    turns,
    renders,
    everyMs,
    retention: config.retention,
    sandboxes: chosen?.sandboxes,
    pings: runPings(engine, { db, log, leaseMs, render: renders.request }),
    approvals: {
      remindAfterSeconds: config.approvals.remind_minutes * 60,
      lapseAfterSeconds: config.approvals.lapse_hours * 3600,
      approvers: config.approvals.approvers,
      secondApprovers: config.approvals.second_approvers,
    },
  });
  return async () => {
    shutdown.abort();
    await upkeep.stop();
    await engine.stopWorkers();
    await watches.stop();
    await chosen?.sandboxes.stop();
  };
}

function turnDeps(
  { config, storage, log, redact, renders, clock, ids }: Parts,
  jobs: ReturnType<typeof createHubJobs>,
  chosen: ChosenSandboxes,
  startWatch: (watchId: string) => Promise<void>,
): TurnDeps {
  const { model, limits, durability } = config;
  const token = config.secrets.HF_TOKEN ?? '';
  const hardware = createHardwareList(config.jobs.hub_url, clock.now);
  const dashboards = createDashboards(config.jobs.hub_url, token);
  const tools = [
    planTool,
    hfInspectDatasetTool(createDatasetsServer(config.jobs.datasets_server_url, token)),
    hfJobsTool({
      jobs,
      hardware,
      dashboards,
      token,
      secrets: config.jobs.secrets,
      namespace: config.jobs.namespace,
      cpuNeedsApproval: config.approvals.cpu_jobs,
      sandboxes: chosen?.sandboxes,
    }),
    ...sandboxTools(chosen, hardware, {
      maxSeconds: limits.tool_timeout_seconds - 10,
      idleMinutes: config.sandbox.idle_minutes,
    }),
  ];
  const settings = {
    id: model.id,
    baseUrl: model.base_url,
    apiKey: config.secrets.MODEL_API_KEY ?? token,
    maxOutputTokens: model.max_output_tokens,
    idleTimeoutMs: model.idle_timeout_seconds * 1000,
    retries: RETRY_SCHEDULE,
  };
  return {
    db: storage.db,
    log,
    redact,
    ids,
    clock,
    registry: createRegistry(tools),
    model: createModelClient(settings, clock),
    modelId: model.id,
    systemPrompt: config.systemPrompt,
    priceOf: ({ usage }) =>
      model.price &&
      (usage.inputTokens * model.price.input_usd_per_million +
        usage.outputTokens * model.price.output_usd_per_million) /
        1e6,
    render: renders.request,
    startWatch,
    outside: (signal) => ({
      jobReport: (watch) => endReport(jobs, watch, signal),
      jobStatus: statusLine,
      findJob: (namespace, jobId) =>
        findJob({ jobs, hardware, namespace: config.jobs.namespace }, namespace, jobId, signal),
      cancelJob: async (watch) => void (await jobs.cancel(watch.namespace, watch.jobId, signal)),
      jobFile: (watch, what) =>
        what === 'curve'
          ? curveFile(watch, ids.next('f'))
          : logFile(jobs, watch, ids.next('f'), redact, signal),
      nextId: ids.next,
      keepsApprovals: (text) => config.approvals.side_questions && isQuestion(text),
      now: clock.now,
    }),
    maxModelCalls: limits.model_calls_per_turn,
    maxOutputCharacters: limits.tool_output_characters,
    budgets: config.budgets,
    timeoutMs: limits.tool_timeout_seconds * 1000,
    leaseMs: durability.lease_seconds * 1000,
    handOverMs: durability.hand_over_seconds * 1000,
    interruptPollMs: 400,
  };
}

function slackConnection(config: Config): SlackConnection {
  const { secrets, slack } = config;
  if (secrets.SLACK_BOT_TOKEN === undefined) throw new ConfigError(NO_CHAT);
  if (slack.mode === 'socket') {
    return { mode: 'socket', appToken: requireSecret(config, 'SLACK_APP_TOKEN', 'slack.mode is "socket"') };
  }
  const signingSecret = requireSecret(config, 'SLACK_SIGNING_SECRET', 'slack.mode is "http"');
  return { mode: 'http', signingSecret, host: slack.host, port: slack.port };
}

const NO_CHAT =
  'No chat is configured: set SLACK_BOT_TOKEN and SLACK_APP_TOKEN (README, "Your own Slack app"). To see the bot at work without any token, run: npm run demo';

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
