import { whoAmI } from '@huggingface/hub';
import type { HubToken } from './token.ts';

/**
 * What @huggingface/hub's calls are made with: each of their requests ends with `signal`, or after
 * `timeoutMs` by itself.
 */
export const accessTo =
  (hubUrl: string, accessToken: HubToken, timeoutMs = 60_000) =>
  (signal: AbortSignal) => ({
    hubUrl,
    accessToken,
    fetch: ((input: string | URL | Request, init?: RequestInit) =>
      fetch(input, {
        ...init,
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      })) satisfies typeof fetch,
  });

/** The name of the account that a token belongs to. */
export async function accountName(access: ReturnType<ReturnType<typeof accessTo>>): Promise<string> {
  const account = await whoAmI(access);
  return account.name ?? account.id;
}
