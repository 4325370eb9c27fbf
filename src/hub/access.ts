import { whoAmI } from '@huggingface/hub';
import { boundedFetch } from '../lib/bounded-fetch.ts';
import type { HubToken } from './token.ts';

/**
 * What @huggingface/hub's calls are made with: each of their requests ends with `signal`, or after
 * `timeoutMs` by itself, and takes as much of an answer as `send` does.
 */
export const accessTo =
  (hubUrl: string, accessToken: HubToken, timeoutMs = 60_000, send = boundedFetch()) =>
  (signal: AbortSignal) => ({
    hubUrl,
    accessToken,
    fetch: ((input: string | URL | Request, init?: RequestInit) =>
      send(input, {
        ...init,
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      })) satisfies typeof fetch,
  });

/** The name of the account that a token belongs to. */
export async function accountName(access: ReturnType<ReturnType<typeof accessTo>>): Promise<string> {
  const account = await whoAmI(access);
  return account.name ?? account.id;
}
