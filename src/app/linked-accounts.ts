import { type Accounts, createAccounts } from '../access/accounts.ts';
import { accessTo, accountOf } from '../hub/access.ts';
import type { HubToken } from '../hub/token.ts';
import { createEncryption } from '../lib/encryption.ts';
import type { Parts } from './parts.ts';

const WHO_MS = 15_000;

/** Accounts of people's own; undefined where nobody may sign in, or nothing could be kept encrypted. */
export function linkedAccounts({ config, storage }: Pick<Parts, 'config' | 'storage'>): Accounts | undefined {
  const { ENCRYPTION_KEY } = config.secrets;
  if (!config.access.accounts || ENCRYPTION_KEY === undefined) return undefined;
  const whoIs = (token: HubToken) =>
    accountOf(accessTo(config.jobs.hub_url, token)(AbortSignal.timeout(WHO_MS)));
  return createAccounts(
    storage.db,
    createEncryption(ENCRYPTION_KEY, storage.db.redaction.learnEncrypted),
    whoIs,
  );
}
