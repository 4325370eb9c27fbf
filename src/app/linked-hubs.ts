import type { LinkedAccount } from '../access/accounts.ts';
import type { Config } from '../config/load.ts';
import { createHubJobs, type HubJobs } from '../hub/jobs.ts';
import { createPushes, type Pushes } from '../hub/pushes.ts';
import { createSharedLooks } from '../hub/shared-looks.ts';
import type { HubToken } from '../hub/token.ts';
import type { Watch } from '../session/watches.ts';
import type { OwnTools } from '../tools/per-account.ts';
import type { Tool } from '../tools/tool.ts';
import { linkedAccounts } from './linked-accounts.ts';
import type { Parts } from './parts.ts';

type Jobs = { jobs: HubJobs; shared: Pick<HubJobs, 'inspect'>; pushes: Pushes };

/** What asks about a job, or why nothing can any more. */
type JobsOfWatch = ({ ok: true } & Jobs) | { ok: false; reason: string };

/** The Hub as somebody's own account sees it. */
export type LinkedHubs = {
  /** What asks about a job: with the account that it was started with, as long as that is linked. */
  of(watch: Pick<Watch, 'sessionId' | 'owner'>): Promise<JobsOfWatch>;
  /** The tools with the account of whoever began a session; undefined where they have linked none. */
  toolsOf(sessionId: string): Promise<OwnTools | undefined>;
};

const SIGNED_OUT = 'whoever this job runs under has signed out of Hugging Face here.';

/** Accounts whose clients a process keeps. */
const KEPT = 50;

/** `toolsWith` makes all tools for another account than the bot's. */
export function createLinkedHubs(
  parts: Pick<Parts, 'config' | 'storage' | 'clock'>,
  own: { jobs: HubJobs; token: HubToken },
  toolsWith: (account: { token: HubToken; jobs: HubJobs; config: Config }) => readonly Tool[],
): LinkedHubs {
  const accounts = linkedAccounts(parts);
  const { config, clock } = parts;
  const known = new Map<string, Jobs & { tools: readonly Tool[] }>();
  const withLooks = (jobs: HubJobs, token: HubToken): Jobs => ({
    jobs,
    pushes: createPushes(config.jobs.hub_url, token),
    shared: createSharedLooks(jobs, config.jobs.poll_seconds * 900, clock.monotonic),
  });
  const ours = withLooks(own.jobs, own.token);

  function hubOf({ token }: LinkedAccount) {
    const kept = known.get(token);
    if (kept !== undefined) return kept;
    const jobs = createHubJobs(config.jobs.hub_url, token);
    // Whose account it is pays, not whom the config names for the bot.
    const theirs = { ...config, jobs: { ...config.jobs, namespace: undefined } };
    const made = { ...withLooks(jobs, token), tools: toolsWith({ token, jobs, config: theirs }) };
    if (known.size >= KEPT) known.clear();
    known.set(token, made);
    return made;
  }

  return {
    async of({ sessionId, owner }) {
      if (owner === undefined) return { ok: true, ...ours };
      if (accounts === undefined && config.access.accounts) {
        throw new Error(
          'a job runs under an account that somebody has linked, and ENCRYPTION_KEY is not set',
        );
      }
      const account = await accounts?.ofSession(sessionId);
      return account?.owner.id === owner
        ? { ok: true, ...hubOf(account) }
        : { ok: false, reason: SIGNED_OUT };
    },
    async toolsOf(sessionId) {
      const account = await accounts?.ofSession(sessionId);
      return account && { owner: account.owner, account: account.name, tools: hubOf(account).tools };
    },
  };
}
