import { hostname } from 'node:os';
import { type ModelRules, modelOf } from './agent/model-choice.ts';
import { checkModel, describeModels } from './agent/models.ts';
import type { Outside } from './agent/operations.ts';
import { researchTool } from './agent/research.ts';
import { isQuestion } from './agent/side-question.ts';
import { systemPromptOf } from './agent/system-prompt.ts';
import type { TurnDeps } from './agent/turn.ts';
import { approverRules } from './channel-settings.ts';
import { createArtifacts } from './hub/artifacts.ts';
import { createHardwareList } from './hub/hardware.ts';
import { createHubJobs } from './hub/jobs.ts';
import { createTraces } from './hub/traces.ts';
import { createLentHubs } from './lent-hubs.ts';
import { createCatalogue } from './llm/catalogue.ts';
import { createModelClient } from './llm/client.ts';
import { RETRY_SCHEDULE } from './llm/errors.ts';
import { factsOf } from './llm/facts.ts';
import { TokenCounts } from './llm/tokens.ts';
import { mcpServers } from './mcp-servers.ts';
import { messageOf } from './ops/errors.ts';
import type { Parts } from './parts.ts';
import { runPings } from './queue/pings.ts';
import { runTurns } from './queue/turns.ts';
import { runUpkeep } from './queue/upkeep.ts';
import { runWatches } from './queue/watches.ts';
import { chooseSandboxes } from './sandbox/choose.ts';
import { approversIn } from './session/approvers.ts';
import { attachmentsIn } from './session/attachments.ts';
import { passedBudgets } from './session/budget.ts';
import { bytesOf, uniqueName } from './session/files.ts';
import { imagesOf } from './session/images.ts';
import { installationId } from './session/installation.ts';
import { readSession, readSnapshot } from './session/read-snapshot.ts';
import type { Session } from './session/snapshot.ts';
import { NOTED_SECONDS, noteToolServer } from './session/tool-servers.ts';
import { asMarkdown, asTrace } from './session/transcript-export.ts';
import { createWebCache } from './session/web-cache.ts';
import { toolsOf, type Worker } from './tool-list.ts';
import { curveFile, logFile } from './tools/hf-jobs/files.ts';
import { findJob } from './tools/hf-jobs/find.ts';
import { followJob } from './tools/hf-jobs/follow.ts';
import { endReport, statusLine } from './tools/hf-jobs/report.ts';
import { createMcpTools, type McpTools } from './tools/mcp/tools.ts';
import { perAccount } from './tools/per-account.ts';
import { createRegistry } from './tools/registry.ts';
import { type Attached, chosenWithAttachments } from './tools/sandbox/attachments.ts';
import type { Tool } from './tools/tool.ts';
import { createFetcher } from './web/fetcher.ts';

/** Starts the role that runs the agent; returns what stops it. */
export function startWorker(parts: Parts): () => Promise<void> {
  const { config, engine, log, turns, renders, clock, ids } = parts;
  const { db } = parts.storage;
  const shutdown = new AbortController();
  const pollMs = config.jobs.poll_seconds * 1000;
  const leaseMs = config.durability.lease_seconds * 1000;
  const owner = `${hostname()}/${process.pid}`;
  const everyMs = config.durability.sweep_seconds * 1000;
  const worker = workerOf(parts);
  const mcp = createMcpTools(mcpServers(config, db), log, clock, {
    everyMs: NOTED_SECONDS * 1000,
    noted: (state) =>
      void noteToolServer(db, state).catch((error: unknown) =>
        log.warn({ err: error, server: state.name }, 'how a server stands could not be noted'),
      ),
  });
  const { sandboxes } = worker;
  const follow = { pollMs, sleep: clock.sleep, random: Math.random };
  const watches = runWatches({
    db,
    log,
    owner: `${owner}/${ids.next('f')}`,
    leaseMs,
    everyMs,
    follow: async (watch, seen, signal) =>
      followJob({ ...follow, ...(await worker.hubs.of(watch)) }, watch, seen, signal),
    wake: turns.wake,
    render: renders.request,
    renderProgress: renders.progress,
  });
  runTurns(engine, turnDeps(worker, mcp, watches.start), {
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
    sandboxes: sandboxes?.sandboxes,
    pings: runPings(engine, { db, log, leaseMs, render: renders.request }),
    approvals: {
      remindAfterSeconds: config.approvals.remind_minutes * 60,
      lapseAfterSeconds: config.approvals.lapse_hours * 3600,
      approversIn: (address) => approversIn(approverRules(parts), address),
      secondApprovers: config.approvals.second_approvers,
    },
  });
  return async () => {
    shutdown.abort();
    await upkeep.stop();
    await engine.stopWorkers();
    await watches.stop();
    await sandboxes?.sandboxes.stop();
    await mcp.stop();
    await worker.fetcher.close();
  };
}

/** In milliseconds between two requests: what these ask of who has no key. */
const PACES = { 'api.semanticscholar.org': 1_100, 'arxiv.org': 1_000, 'html.duckduckgo.com': 2_000 };

function workerOf(parts: Parts): Worker {
  const { config, clock, ids, storage } = parts;
  const { model, jobs: jobSettings, secrets } = config;
  const token = secrets.HF_TOKEN ?? '';
  const jobs = createHubJobs(jobSettings.hub_url, token);
  const attached: Attached = {
    list: (sessionId) => attachmentsIn(storage.db, sessionId),
    bytesOf: (id) => bytesOf(storage.db, id),
  };
  const worker: Worker = {
    ...parts,
    token,
    jobs,
    hardware: createHardwareList(jobSettings.hub_url, clock.now),
    attached,
    sandboxes: chosenWithAttachments(
      chooseSandboxes(config, {
        clock,
        ids,
        token,
        account: jobs.whoAmI,
        installation: () => installationId(storage.db, ids.next('i').slice(2, 10)),
      }),
      attached,
    ),
    hubs: createLentHubs(parts, jobs, (account) => toolsOf({ ...worker, ...account })),
    fetcher: createFetcher({
      cache: createWebCache(storage.db),
      clock,
      trusted: [jobSettings.hub_url, ...Object.values(config.web)],
      paces: PACES,
    }),
    catalogue: createCatalogue(model.base_url, clock),
    model: createModelClient(
      {
        endpoints: {
          routerUrl: model.base_url,
          routerKey: secrets.MODEL_API_KEY ?? token,
          isDirect: model.direct,
          responses: model.responses_api,
          keys: secrets,
        },
        fallbacks: model.fallbacks,
        maxOutputTokens: model.max_output_tokens,
        idleTimeoutMs: model.idle_timeout_seconds * 1000,
        retries: RETRY_SCHEDULE,
      },
      clock,
    ),
  };
  return worker;
}

function turnDeps(worker: Worker, mcp: McpTools, startWatch: (watchId: string) => Promise<void>): TurnDeps {
  const { config, storage, log, redact, renders, clock, ids } = worker;
  const { model, limits, durability, prompts } = config;
  const rules: ModelRules = model;
  const own = perAccount(toolsOf(worker), (sessionId) => worker.hubs.toolsOf(sessionId));
  const tools = [...own, research(worker, own, rules)];
  return {
    db: storage.db,
    log,
    redact,
    ids,
    clock,
    registry: createRegistry(tools, { ...mcp, offered: () => mcp.offered(tools.map(({ name }) => name)) }),
    model: worker.model,
    modelOf: (session) => modelOf(session, rules),
    effortOf: ({ settings, rules: { effort } }) => settings.effort ?? effort ?? model.effort,
    titleModel: model.small,
    summariserOf: (session) => model.small ?? modelOf(session, rules),
    factsOf: (id) => modelFacts(worker, id),
    imagesOf: (snapshot) => imagesOf(storage.db, snapshot),
    counts: new TokenCounts(),
    systemPromptOf: (session) =>
      systemPromptOf(session, {
        template: config.systemPrompt,
        timeZone: prompts.time_zone,
        channels: prompts.channels,
        tools,
      }),
    render: renders.request,
    renderProgress: renders.progress,
    gather: (session, urls, signal) => gather(worker, session, urls, signal),
    startWatch,
    outside: (signal) => outside(worker, rules, signal),
    maxModelCalls: limits.model_calls_per_turn,
    warnUsd: config.budgets.warn_usd,
    maxOutputCharacters: limits.tool_output_characters,
    budgets: config.budgets,
    timeoutMs: limits.tool_timeout_seconds * 1000,
    leaseMs: durability.lease_seconds * 1000,
    handOverMs: durability.hand_over_seconds * 1000,
    interruptPollMs: 400,
  };
}

/** What is known of a model: from the catalogue, and from the config where that says more. */
function modelFacts({ config, catalogue }: Worker, id: string) {
  const { model } = config;
  const price = model.price && {
    inputUsdPerMillion: model.price.input_usd_per_million,
    outputUsdPerMillion: model.price.output_usd_per_million,
  };
  return factsOf(catalogue, id, {
    contextTokens: model.context_tokens,
    price: id === model.id ? price : undefined,
  });
}

/** Tools that the research assistant has; whatever they would change is refused there. */
const RESEARCH_TOOLS: ReadonlySet<string> = new Set([
  'hf_papers',
  'explore_hf_docs',
  'fetch_hf_docs',
  'find_hf_api',
  'web_search',
  'github_find_examples',
  'github_list_repos',
  'github_read_file',
  'github_search_code',
  'hub_search',
  'hub_repo_details',
  'hf_inspect_dataset',
  'hf_repo_files',
  'read',
]);

function research(worker: Worker, tools: readonly Tool[], rules: ModelRules): Tool {
  const { config, storage, model, redact } = worker;
  const { small, research: chosen } = config.model;
  return researchTool({
    tools: tools.filter(({ name }) => RESEARCH_TOOLS.has(name)),
    model,
    async modelOf(sessionId) {
      const session = chosen || small ? undefined : await readSession(storage.db, sessionId);
      return chosen ?? small ?? (session ? modelOf(session, rules) : config.model.id);
    },
    factsOf: (id) => modelFacts(worker, id),
    isOverBudget: (sessionId) =>
      storage.db.transaction(
        async (tx) => (await passedBudgets(tx, config.budgets, sessionId, 0)).length > 0,
      ),
    prompt: config.researchPrompt,
    redact,
    maxOutputCharacters: config.limits.tool_output_characters,
    maxSteps: config.limits.research_steps,
    maxUsd: config.limits.research_usd,
  });
}

/** What goes wrong costs the collection and nothing else. */
async function gather(
  { config, token, log }: Worker,
  { id, settings }: Session,
  urls: readonly string[],
  signal: AbortSignal,
): Promise<Session['settings']['collection']> {
  if (!config.jobs.collections) return undefined;
  const session = { id, title: settings.title ?? '', collection: settings.collection };
  const { collection, problems } = await createArtifacts(config.jobs.hub_url, token).gather(
    session,
    urls,
    signal,
  );
  if (problems.length > 0) {
    log.warn({ problems, session: id }, 'what a session made could not all be put into a collection');
  }
  return collection;
}

function outside(worker: Worker, rules: ModelRules, signal: AbortSignal): Outside {
  const { config, storage, redact, clock, ids, jobs, hubs, hardware, model, catalogue } = worker;
  const traces = createTraces(config.jobs.hub_url, worker.token, config.traces.dataset);
  const models = { model, catalogue, choices: config.model.choices };
  return {
    jobReport: async (watch) => endReport((await hubs.of(watch)).jobs, watch, signal),
    jobStatus: statusLine,
    findJob: (namespace, jobId) =>
      findJob({ jobs, hardware, namespace: config.jobs.namespace }, namespace, jobId, signal),
    async cancelJob(watch) {
      await (await hubs.of(watch)).jobs.cancel(watch.namespace, watch.jobId, signal);
    },
    jobFile: async (watch, what) =>
      what === 'curve'
        ? curveFile(watch, ids.next('f'))
        : logFile((await hubs.of(watch)).jobs, watch, ids.next('f'), redact, signal),
    describeModels: (session) => describeModels(models, modelOf(session, rules)),
    checkModel: (id) => checkModel(models, id, signal),
    async whole(sessionId) {
      const snapshot = await readSnapshot(storage.db, sessionId);
      if (snapshot === undefined) throw new Error(`session ${sessionId} does not exist`);
      return snapshot;
    },
    exportFile(snapshot, format) {
      const id = ids.next('f');
      const isMarkdown = format === 'markdown';
      const text = redact(isMarkdown ? asMarkdown(snapshot) : asTrace(snapshot));
      const name = uniqueName(isMarkdown ? 'transcript.md' : 'transcript.jsonl', id);
      return {
        ok: true,
        file: { id, name, bytes: Buffer.from(text) },
        text: 'The transcript of this session',
      };
    },
    async share(snapshot) {
      if (!config.traces.share)
        return 'Sharing sessions is switched off here (`traces.share` in the config).';
      const { id, createdAt } = snapshot.session;
      return traces.share(id, createdAt, redact(asTrace(snapshot)), signal).then(
        (url) => `This session is at ${url}, in a dataset that only its owners see.`,
        (error: unknown) => {
          signal.throwIfAborted();
          return `The session could not be shared: ${messageOf(error)}. The bot’s token needs write access to that dataset, which has to be private.`;
        },
      );
    },
    nextId: ids.next,
    keepsApprovals: (text) => config.approvals.side_questions && isQuestion(text),
    now: clock.now,
  };
}
