import { createDrafts } from '../agent/drafts.ts';
import { systemPromptOf } from '../agent/system-prompt.ts';
import type { TurnDeps } from '../agent/turn.ts';
import { createTurnKeeper } from '../agent/turn-keeper.ts';
import { createArtifacts } from '../hub/artifacts.ts';
import { ownRepositories } from '../hub/own-repositories.ts';
import type { HubToken } from '../hub/token.ts';
import { TokenCounts } from '../llm/tokens.ts';
import type { Session } from '../session/snapshot.ts';
import { imagesOf } from '../session/store/images.ts';
import type { McpTools } from '../tools/mcp/tools.ts';
import { createRegistry, offeredIn } from '../tools/registry.ts';
import type { Tool } from '../tools/tool.ts';
import { withoutNamesOfSandboxes, withoutOwnRepositories } from '../tools/without-own-repositories.ts';
import type { AgentTools } from './agent-tools.ts';
import { approversOf } from './channel-settings.ts';
import { mentionsOn } from './mentions.ts';
import type { Models } from './models.ts';
import { outsideOf } from './outside.ts';
import type { Parts } from './parts.ts';
import { researchOf } from './research.ts';

/** How soon a Stop is heard, and an answer to a question. */
const STOP_LOOK_MS = 400;

type Needed = Pick<Parts, 'config' | 'platforms' | 'storage' | 'log' | 'renders' | 'clock' | 'ids'>;

/** What the turns of all accounts share. */
export type TurnShared = Pick<TurnDeps, 'startWatch' | 'keeper' | 'drafts'> & {
  mcp: McpTools;
  /** Whether the tools of a server are for the sessions of this account. */
  isFor(server: string): boolean;
};

/** Keeps the sessions of a process, all together. */
export const turnKeeper = ({ storage, clock, config }: Pick<Parts, 'config' | 'storage' | 'clock'>) =>
  createTurnKeeper({
    db: storage.db,
    urgent: storage.urgent,
    clock,
    leaseMs: config.durability.lease_seconds * 1000,
    lookMs: STOP_LOOK_MS,
  });

/** What the models of a process are writing, all together. */
export const draftsOf = ({ storage, clock, renders }: Pick<Parts, 'storage' | 'clock' | 'renders'>) =>
  createDrafts({ db: storage.db, clock, show: renders.progress });

/** What turns of the agent are made of, for the sessions of an account: `parts` has its config. */
export function turnDeps(
  parts: Needed,
  models: Models,
  agentTools: AgentTools,
  { mcp, isFor, startWatch, keeper, drafts }: TurnShared,
): TurnDeps {
  const { config, platforms, storage, log, renders, clock, ids } = parts;
  const { model, limits, durability } = config;
  const leaseMs = durability.lease_seconds * 1000;
  const tools = [...agentTools.tools, researchOf(parts, models, agentTools.tools)];
  const names = tools.map(({ name }) => name);
  const isOwn = ownRepositories(config.traces.dataset);
  return {
    db: storage.db,
    log,
    ids,
    clock,
    registry: createRegistry(tools, {
      ...mcp,
      offered: () => withoutNamesOfSandboxes(withoutOwnRepositories(mcp.offered(names, isFor), isOwn)),
    }),
    model: models.client,
    modelOf: models.of,
    effortOf: ({ settings, rules: { effort } }) => settings.effort ?? effort ?? model.effort,
    titleModel: model.small,
    summariserOf: (session) => model.small ?? models.of(session),
    factsOf: models.factsOf,
    imagesOf: (snapshot) => imagesOf(storage.db, snapshot),
    counts: new TokenCounts(),
    systemPromptOf: promptOf(parts, tools),
    render: renders.request,
    renderProgress: (sessionId) => renders.progress([sessionId]),
    collect: (session, urls, signal) => collect(parts, agentTools.token, session, urls, signal),
    startWatch,
    outside: (signal) => outsideOf(parts, models, agentTools, signal),
    maxModelCalls: limits.model_calls_per_turn,
    warnUsd: config.budgets.warn_usd,
    outageHours: limits.outage_hours,
    maxOutputCharacters: limits.tool_output_characters,
    budgets: config.budgets,
    policy: { approversOf: approversOf(config), mentionsOf: mentionsOn(platforms) },
    timeZone: config.prompts.time_zone,
    lapseAfterSeconds: config.approvals.lapse_hours * 3600,
    autoApproved: config.approvals.auto,
    timeoutMs: limits.tool_timeout_seconds * 1000,
    leaseMs,
    handOverMs: durability.hand_over_seconds * 1000,
    keeper,
    drafts,
  };
}

const promptOf =
  (
    { config, platforms }: Pick<Parts, 'config' | 'platforms'>,
    tools: readonly Tool[],
  ): TurnDeps['systemPromptOf'] =>
  (session) =>
    systemPromptOf(session, {
      template: config.systemPrompt,
      timeZone: config.prompts.time_zone,
      platforms: Object.fromEntries(platforms.map(({ name, title }) => [name, title])),
      channels: config.prompts.channels,
      tools: offeredIn(session.address, tools),
    });

/** What goes wrong costs the collection and nothing else. */
async function collect(
  { config, log }: Pick<Parts, 'config' | 'log'>,
  token: HubToken,
  { id, settings }: Session,
  urls: readonly string[],
  signal: AbortSignal,
): Promise<Session['settings']['collection']> {
  if (!config.jobs.collections) return undefined;
  const session = { id, title: settings.title ?? '', collection: settings.collection };
  const artifacts = createArtifacts(config.jobs.hub_url, token);
  const { collection, problems } = await artifacts.collect(session, urls, signal);
  if (problems.length > 0) {
    log.warn({ problems, session: id }, 'what a session made could not all be put into a collection');
  }
  return collection;
}
