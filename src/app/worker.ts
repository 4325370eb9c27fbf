import { hostname } from 'node:os';
import { hubAccounts } from '../access/hub-accounts.ts';
import { endAll } from '../lib/ending.ts';
import { runHousekeeping } from '../runtime/housekeeping.ts';
import { runMaintenance } from '../runtime/maintenance.ts';
import { runPings } from '../runtime/ping-schedules.ts';
import { runTurns } from '../runtime/turns.ts';
import type { Sandboxes } from '../sandbox/sandbox.ts';
import type { McpTools } from '../tools/mcp/tools.ts';
import { createAgentTools, createSharedTools, type SharedTools } from './agent-tools.ts';
import { accountSettings, type Benches, configFor, createBenches, isServerFor } from './benches.ts';
import { approversOf } from './channel-settings.ts';
import { followJobs } from './job-followers.ts';
import type { LinkedHubs } from './linked-hubs.ts';
import { createMcp } from './mcp-servers.ts';
import { mentionsOn } from './mentions.ts';
import { createModels } from './models.ts';
import type { Parts } from './parts.ts';
import { draftsOf, type TurnShared, turnDeps, turnKeeper } from './turn-deps.ts';

/** How long a step that was broken off may take to be handed over. */
const HAND_OVER_MS = 1_000;

/** How long what has nothing more to do may take to close. */
const CLOSE_MS = 1_000;

/** How soon it is seen that something is due, or that the process is gone that was at it. */
const HOUSEKEEPING_LOOK_MS = 60_000;

type WorkerParts = Omit<Parts, 'channelRules' | 'health' | 'tokens' | 'lacks' | 'announce'>;

/** Starts the role that runs the agent; returns what stops it. */
export function startWorker(parts: WorkerParts): () => Promise<void> {
  const { config, engine, log, turns } = parts;
  const { durability } = config;
  const shutdown = new AbortController();
  const owner = `${hostname()}/${process.pid}`;
  const shared = createSharedTools(parts);
  const mcp = createMcp(parts);
  const benches = benchesOf(parts, shared, mcp, (watch) => watches.start(watch));
  const hubs = { of: async (watch: Watched) => (await benches.of(watch.sessionId)).tools.hubs.of(watch) };
  const watches = followJobs(parts, { ...hubs, hardware: shared.hardware }, owner);
  runTurns(engine, async (sessionId) => (await benches.find(sessionId))?.turns, {
    owner,
    leaseMs: durability.lease_seconds * 1000,
    concurrency: durability.worker_concurrency,
    shutdown: shutdown.signal,
    onHandOver: (sessionId) => void turns.wake(sessionId).catch(() => {}), // the sweep finds it as well
  });
  const maintenance = maintain(parts);
  const sandboxes = sandboxesOf(benches);
  void sandboxes?.prepare();
  const housekeeping = keepHouse(parts, sandboxes, owner);
  return async () => {
    shutdown.abort();
    // Whoever is away may keep any of these from ending.
    const graceMs = durability.hand_over_seconds * 1000 + HAND_OVER_MS;
    await endAll(log, [
      { what: 'maintenance', withinMs: graceMs, work: maintenance.stop },
      { what: 'housekeeping', withinMs: graceMs, work: housekeeping.stop },
      { what: 'turns', withinMs: graceMs + HAND_OVER_MS, work: () => engine.stopWorkers(graceMs) },
      { what: 'followers of jobs', withinMs: graceMs, work: watches.stop },
    ]);
    await endAll(log, [
      { what: 'sandboxes', withinMs: CLOSE_MS, work: async () => sandboxes?.stop() },
      { what: 'MCP servers', withinMs: CLOSE_MS, work: mcp.stop },
      { what: 'web', withinMs: CLOSE_MS, work: shared.fetcher.close },
      { what: 'parsers', withinMs: CLOSE_MS, work: shared.apart.close },
    ]);
  };
}

type Watched = Parameters<LinkedHubs['of']>[0];

/** What the sessions of each account are worked on with. */
function benchesOf(
  parts: WorkerParts,
  shared: SharedTools,
  mcp: McpTools,
  startWatch: TurnShared['startWatch'],
): Benches {
  const { config, platforms, storage } = parts;
  const settings = accountSettings(config, platforms);
  const all = hubAccounts(settings);
  const keeper = turnKeeper(parts);
  const drafts = draftsOf(parts);
  return createBenches(storage.db, settings, (account) => {
    const own = { ...parts, config: configFor(config, account) };
    const made = createAgentTools(own, shared, account);
    const tools = { ...made, tools: made.tools.map((tool) => parts.standIns[tool.name] ?? tool) };
    const isFor = (server: string) => isServerFor(config.mcp_servers[server], account, all);
    return {
      tools,
      turns: turnDeps(own, createModels(own), tools, { mcp, isFor, startWatch, keeper, drafts }),
    };
  });
}

type KeptSandboxes = Pick<Sandboxes, 'prepare' | 'sessions' | 'remove' | 'stop'>;

/** The sandboxes of all accounts; undefined where there are none. */
export function sandboxesOf(benches: Pick<Benches, 'all' | 'find'>): KeptSandboxes | undefined {
  const all = [...new Set(benches.all.flatMap(({ tools }) => tools.sandboxes?.sandboxes ?? []))];
  if (all.length === 0) return undefined;
  return {
    prepare: async () => void (await Promise.all(all.map((one) => one.prepare()))),
    sessions: async () => [...new Set((await Promise.all(all.map((one) => one.sessions()))).flat())],
    async remove(sessionId) {
      const bench = await benches.find(sessionId);
      if (bench !== undefined) return bench.tools.sandboxes?.sandboxes.remove(sessionId);
      // Of a session that the record does not have any more nobody knows whose it was.
      for (const one of all) if ((await one.sessions()).includes(sessionId)) await one.remove(sessionId);
    },
    stop: async () => void (await Promise.all(all.map((one) => one.stop()))),
  };
}

type Maintained = Pick<
  Parts,
  'config' | 'platforms' | 'storage' | 'engine' | 'log' | 'isolation' | 'turns' | 'renders'
>;

/** Looks for work that was left behind, and for approvals that are due. */
function maintain(parts: Maintained): ReturnType<typeof runMaintenance> {
  const { config, platforms, storage, engine, log, isolation, turns, renders } = parts;
  const { db } = storage;
  const { approvals, durability } = config;
  const leaseMs = durability.lease_seconds * 1000;
  return runMaintenance({
    db,
    isolation,
    turns,
    renders,
    everyMs: durability.sweep_seconds * 1000,
    isOurTurn: engine.isOurTurn,
    pings: runPings(engine, { db, log, isolation, leaseMs, render: renders.request }),
    approvals: {
      remindAfterSeconds: approvals.remind_minutes * 60,
      lapseAfterSeconds: approvals.lapse_hours * 3600,
      approversOf: approversOf(config),
      mentionsOf: mentionsOn(platforms),
      secondApprovers: approvals.second_approvers,
      isolation,
    },
  });
}

type Kept = Pick<Parts, 'config' | 'storage' | 'clock' | 'ids' | 'log' | 'isolation' | 'renders'>;

/** Closes what nobody uses any more, and deletes what has been kept for long enough. */
function keepHouse(
  { config, storage, clock, ids, log, isolation, renders }: Kept,
  sandboxes: KeptSandboxes | undefined,
  owner: string,
): ReturnType<typeof runHousekeeping> {
  const { idle_days, file_days, event_days } = config.retention;
  return runHousekeeping({
    db: storage.db,
    clock,
    log,
    isolation,
    renders,
    owner: `${owner}/${ids.next('h')}`,
    retention: { idleDays: idle_days, fileDays: event_days ?? file_days },
    sandboxes,
    firstLookMs: config.durability.sweep_seconds * 1000,
    everyMs: HOUSEKEEPING_LOOK_MS,
  });
}
