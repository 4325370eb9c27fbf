import {
  type AccountSettings,
  type HubAccount,
  hubAccountOf,
  hubAccounts,
  NONE,
  SHARED,
} from '../access/hub-accounts.ts';
import type { TurnDeps } from '../agent/turn.ts';
import type { Config } from '../config/load.ts';
import type { PlatformSettings } from '../config/platform-settings.ts';
import type { Db } from '../db/database.ts';
import { refuseInTransaction } from '../lib/transaction-scope.ts';
import { readSession } from '../session/store/read-snapshot.ts';
import type { AgentTools } from './agent-tools.ts';

/** What the sessions of one account are worked on with: everything here that can spend is of that account. */
export type Bench = { tools: AgentTools; turns: TurnDeps };

/** The benches of a worker, an account each. */
export type Benches = {
  /**
   * That of a session: of the workspace that it is in; undefined where there is no such session (any more).
   */
  find(sessionId: string): Promise<Bench | undefined>;
  /** The same for a session that there has to be. */
  of(sessionId: string): Promise<Bench>;
  /** Those of every account that the config has. */
  all: readonly Bench[];
};

export function createBenches(
  db: Db,
  settings: AccountSettings,
  make: (account: HubAccount) => Bench,
): Benches {
  const made = new Map<string, Bench>();
  const benchOf = (account: HubAccount): Bench => {
    const bench = made.get(account.id) ?? make(account);
    made.set(account.id, bench);
    return bench;
  };
  const all = hubAccounts(settings).map(benchOf);
  /** A session stays where it is. */
  const known = new Map<string, Bench>();

  async function find(sessionId: string): Promise<Bench | undefined> {
    refuseInTransaction(() => 'a look-up of where a session works');
    const kept = known.get(sessionId);
    if (kept !== undefined) return kept;
    const session = await readSession(db, sessionId);
    if (session === undefined) return undefined;
    const bench = benchOf(hubAccountOf(settings, session.address));
    if (known.size >= KEPT) known.clear();
    known.set(sessionId, bench);
    return bench;
  }

  return {
    all,
    find,
    async of(sessionId) {
      const bench = await find(sessionId);
      if (bench === undefined) throw new Error(`session ${sessionId} does not exist`);
      return bench;
    },
  };
}

const KEPT = 20_000;

/** What tells whose account is for whom, out of the config. */
export function accountSettings(config: Config, platforms: readonly PlatformSettings[]): AccountSettings {
  const named = platforms.map(
    ({ name, names }) => [name, names?.(config.platforms[name] ?? {}) ?? []] as const,
  );
  return { ...config, named: Object.fromEntries(named) };
}

/** The config as it holds for an account: what is paid for, and with which secrets, is that account's. */
export function configFor(config: Config, { id, token, namespace, secrets, isAlone }: HubAccount): Config {
  const { read_others = isAlone, ...jobs } = config.jobs;
  return {
    ...config,
    jobs: { ...jobs, namespace, secrets: { ...secrets }, read_others },
    // A dataset that is named is one of the account of HF_TOKEN.
    traces: id === SHARED ? config.traces : { ...config.traces, dataset: undefined },
    secrets: id === NONE ? { HF_TOKEN: token } : { ...config.secrets, HF_TOKEN: token },
  };
}

/**
 * Whether a server of other tools is for an account: one that is reached with an account's token acts as that
 * account, whoever asks it.
 */
export function isServerFor(server: unknown, account: HubAccount, all: readonly HubAccount[]): boolean {
  const text = JSON.stringify(server);
  const reachedWith = all.filter(({ token }) => token !== '' && text.includes(token));
  const isAny = reachedWith.length === 0 || reachedWith.some(({ token }) => token === account.token);
  return account.id !== NONE && isAny;
}
