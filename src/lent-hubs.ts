import type { Config } from './config/load.ts';
import { createHubJobs, type HubJobs } from './hub/jobs.ts';
import { createSharedLooks } from './hub/shared-looks.ts';
import { lentAccounts } from './lent-accounts.ts';
import type { Parts } from './parts.ts';
import type { LentAccount } from './session/accounts.ts';
import type { Watch } from './session/watches.ts';
import type { OwnTools } from './tools/per-account.ts';
import type { Tool } from './tools/tool.ts';

type Jobs = { jobs: HubJobs; shared: Pick<HubJobs, 'inspect'> };

/** The Hub as somebody's own account sees it. */
export type LentHubs = {
  /** What asks about a job: with the account that it was started with. Throws where that is no longer lent. */
  of(watch: Pick<Watch, 'sessionId' | 'owner'>): Promise<Jobs>;
  /** The tools with the account of whoever began a session; undefined where they have lent none. */
  toolsOf(sessionId: string): Promise<OwnTools | undefined>;
};

/** Accounts whose clients a process keeps. */
const KEPT = 50;

/** `toolsWith` makes all tools for another account than the bot's. */
export function createLentHubs(
  parts: Parts,
  own: HubJobs,
  toolsWith: (account: { token: string; jobs: HubJobs; config: Config }) => readonly Tool[],
): LentHubs {
  const accounts = lentAccounts(parts);
  const { config } = parts;
  const known = new Map<string, Jobs & { tools: readonly Tool[] }>();
  const withLooks = (jobs: HubJobs): Jobs => ({
    jobs,
    shared: createSharedLooks(jobs, config.jobs.poll_seconds * 900),
  });
  const ours = withLooks(own);

  function hubOf({ token }: LentAccount) {
    const kept = known.get(token);
    if (kept !== undefined) return kept;
    const jobs = createHubJobs(config.jobs.hub_url, token);
    // Whose account it is pays, not whom the config names for the bot.
    const theirs = { ...config, jobs: { ...config.jobs, namespace: undefined } };
    const made = { ...withLooks(jobs), tools: toolsWith({ token, jobs, config: theirs }) };
    if (known.size >= KEPT) known.clear();
    known.set(token, made);
    return made;
  }

  return {
    async of({ sessionId, owner }) {
      if (owner === undefined) return ours;
      const account = await accounts?.ofSession(sessionId);
      if (account?.owner.id !== owner) {
        throw new Error('whoever this job belongs to has signed out, so it can’t be asked about');
      }
      return hubOf(account);
    },
    async toolsOf(sessionId) {
      const account = await accounts?.ofSession(sessionId);
      return account && { owner: account.owner, account: account.name, tools: hubOf(account).tools };
    },
  };
}
