import { accessTo, accountName } from './hub/access.ts';
import { createSeal } from './ops/seal.ts';
import type { Parts } from './parts.ts';
import { type Accounts, createAccounts } from './session/accounts.ts';

const WHO_MS = 15_000;

/** Accounts of people's own; undefined where nobody may sign in, or nothing could be kept sealed. */
export function lentAccounts({ config, storage }: Pick<Parts, 'config' | 'storage'>): Accounts | undefined {
  const { ENCRYPTION_KEY } = config.secrets;
  if (!config.access.accounts || ENCRYPTION_KEY === undefined) return undefined;
  const whoIs = (token: string) =>
    accountName(accessTo(config.jobs.hub_url, token)(AbortSignal.timeout(WHO_MS)));
  return createAccounts(storage.db, createSeal(ENCRYPTION_KEY), whoIs);
}
