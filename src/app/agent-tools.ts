import type { HubAccount } from '../access/hub-accounts.ts';
import type { Config } from '../config/load.ts';
import { createHardwareList } from '../hub/hardware.ts';
import { createHubJobs, type HubJobs } from '../hub/jobs.ts';
import { attachmentsIn } from '../intake/attachments.ts';
import { createRunComparisons } from '../jobs/compare.ts';
import { createJobOwnership } from '../jobs/whose.ts';
import { chooseSandboxes } from '../sandbox/choose.ts';
import { bytesOf } from '../session/store/files.ts';
import { installationId } from '../session/store/installation.ts';
import { createReadFiles } from '../session/store/read-files.ts';
import { createWebCache } from '../session/store/web-cache.ts';
import { perAccount } from '../tools/per-account.ts';
import { type Attached, chosenWithAttachments } from '../tools/sandbox/attachments.ts';
import type { Tool } from '../tools/tool.ts';
import { withoutAccount } from '../tools/without-account.ts';
import { createFetcher } from '../web/fetcher.ts';
import { createLinkedHubs, type LinkedHubs } from './linked-hubs.ts';
import type { Parts } from './parts.ts';
import { type ToolParts, toolsOf } from './tool-catalogue.ts';

type Needed = Pick<
  Parts,
  'config' | 'platforms' | 'clock' | 'ids' | 'log' | 'storage' | 'apart' | 'isolation'
>;

/** What tools are made of that is no account's: a process has one of each. */
export type SharedTools = Pick<
  ToolParts,
  'hardware' | 'attached' | 'readFiles' | 'ownership' | 'runs' | 'fetcher' | 'apart'
> & {
  /** The sandboxes of an account; where they are on this machine, the same for all. */
  sandboxesOf(account: HubAccount, config: Config, jobs: HubJobs): ToolParts['sandboxes'];
};

export function createSharedTools(parts: Needed): SharedTools {
  const { config, clock, storage } = parts;
  const attached: Attached = {
    list: (sessionId) => attachmentsIn(storage.db, sessionId),
    bytesOf: (id) => bytesOf(storage.db, id),
  };
  const { hub_url } = config.jobs;
  let onThisMachine: ToolParts['sandboxes'];
  return {
    attached,
    readFiles: createReadFiles(storage.db),
    hardware: createHardwareList(hub_url, clock.monotonic),
    ownership: createJobOwnership(storage.db),
    runs: createRunComparisons(storage.db, parts.isolation),
    fetcher: createFetcher({
      cache: createWebCache(storage.db),
      clock,
      trusted: [hub_url, ...Object.values(config.web)],
      paces: PACES,
    }),
    apart: parts.apart,
    sandboxesOf({ token }, own, jobs) {
      if (onThisMachine !== undefined) return onThisMachine;
      const made = sandboxesOf({ ...parts, config: own }, { token, jobs, attached });
      if (made?.kind === 'local') onThisMachine = made;
      return made;
    },
  };
}

/** The agent's own tools for the sessions of an account, and what they ask the Hub with. */
export type AgentTools = Pick<
  ToolParts,
  'ownership' | 'runs' | 'token' | 'jobs' | 'hardware' | 'sandboxes'
> & {
  hubs: LinkedHubs;
  /** Each with the account of whoever began the session, where they have linked one. */
  tools: readonly Tool[];
};

/** `parts` has the config as it holds for the account. */
export function createAgentTools(parts: Needed, shared: SharedTools, account: HubAccount): AgentTools {
  const { config, platforms, clock } = parts;
  const { token } = account;
  const jobs = createHubJobs(config.jobs.hub_url, token);
  const sandboxes = shared.sandboxesOf(account, config, jobs);
  const made: ToolParts = { ...shared, config, platforms, clock, token, jobs, sandboxes };
  const hubs = createLinkedHubs(parts, { jobs, token }, (linked) => toolsOf({ ...made, ...linked }));
  const own = toolsOf(made);
  // Nobody can sign in with an account of theirs either where nothing can be encrypted.
  const hasNone = token === '' && config.secrets.ENCRYPTION_KEY === undefined;
  const tools = hasNone ? withoutAccount(own) : own;
  return { ...made, hubs, tools: perAccount(tools, (sessionId) => hubs.toolsOf(sessionId)) };
}

/** In milliseconds between two requests: what these ask of who has no key. */
const PACES = { 'api.semanticscholar.org': 1_100, 'arxiv.org': 1_000, 'html.duckduckgo.com': 2_000 };

function sandboxesOf(
  { config, clock, ids, log, storage }: Needed,
  { token, jobs, attached }: Pick<ToolParts, 'token' | 'jobs' | 'attached'>,
): ToolParts['sandboxes'] {
  const chosen = chooseSandboxes(config, {
    clock,
    ids,
    log,
    token,
    account: jobs.whoAmI,
    installation: () => installationId(storage.db, ids.next('i').slice(2, 10)),
  });
  return chosenWithAttachments(chosen, attached);
}
