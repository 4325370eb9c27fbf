import type { ConfigFile } from '../config/schema.ts';
import { type HubToken, hubToken } from '../hub/token.ts';
import { NO_WORKSPACE, type Workspace } from '../session/address.ts';

/** The account of the bot's own that a workspace's sessions work with. */
export type HubAccount = {
  /** Whose it is: a workspace's, or the one of HF_TOKEN that several may share; `none` can do nothing. */
  id: string;
  token: HubToken;
  /** Who pays, where that is not the token's user. */
  namespace: string | undefined;
  /** What jobs may have, by name. */
  secrets: Readonly<Record<string, string>>;
  /** Whether no other workspace uses it, as far as the config tells. */
  isAlone: boolean;
};

/** What tells whose account is for whom. */
export type AccountSettings = Pick<ConfigFile, 'accounts' | 'shared_account' | 'jobs'> & {
  secrets: { HF_TOKEN?: string | undefined };
  /** The workspaces that each platform's settings name. */
  named: Readonly<Record<string, readonly string[]>>;
};

/** The id of the account of HF_TOKEN. */
export const SHARED = 'HF_TOKEN';

/** The id of no account. */
export const NONE = 'none';

/** For workspaces that have none: nothing can be asked or paid for with it. */
const NO_ACCOUNT: HubAccount = {
  id: NONE,
  token: hubToken(''),
  namespace: undefined,
  secrets: {},
  isAlone: false,
};

/**
 * The account of a workspace: its own, or that of HF_TOKEN where it may use that one. It may where it is
 * listed in `shared_account`, or where its platform names no other workspace. Who writes to the bot outside
 * of any workspace has the account of the only one that is named.
 */
export function hubAccountOf(settings: AccountSettings, place: Workspace): HubAccount {
  const { accounts, shared_account } = settings;
  const named = settings.named[place.platform] ?? [];
  const [only] = named.length === 1 ? named : [];
  const workspace =
    place.workspace === NO_WORKSPACE && !(NO_WORKSPACE in accounts) && only !== undefined
      ? only
      : place.workspace;
  const own = Object.hasOwn(accounts, workspace) ? accounts[workspace] : undefined;
  if (own !== undefined) {
    const { token, namespace, secrets } = own;
    const isAlone = Object.values(accounts).filter((other) => other.token === token).length === 1;
    return { id: workspace, token: hubToken(token), namespace, secrets, isAlone };
  }
  const mayShare = shared_account.includes(workspace) || named.length === 0 || workspace === only;
  return mayShare ? sharedAccount(settings) : NO_ACCOUNT;
}

/** All accounts that there are. */
export const hubAccounts = (settings: AccountSettings): HubAccount[] => [
  sharedAccount(settings),
  ...Object.keys(settings.accounts).map((workspace) => hubAccountOf(settings, { platform: '', workspace })),
];

function sharedAccount({ secrets, jobs, accounts, shared_account, named }: AccountSettings): HubAccount {
  const alone = Object.values(named).flatMap((ids) => (ids.length === 1 ? ids : []));
  const users = new Set([...alone, ...shared_account].filter((id) => !(id in accounts)));
  return {
    id: SHARED,
    token: hubToken(secrets.HF_TOKEN ?? ''),
    namespace: jobs.namespace,
    secrets: jobs.secrets,
    isAlone: users.size <= 1,
  };
}
