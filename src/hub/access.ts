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
    fetch: (async (input: string | URL | Request, init: RequestInit = {}) => {
      const isRead = ['GET', 'HEAD'].includes(init.method?.toUpperCase() ?? 'GET');
      const response = await send(input, {
        ...init,
        redirect: isRead ? 'follow' : 'manual',
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      });
      const location = response.headers.get('location');
      if (isRead || location === null || response.status < 300 || response.status > 399) return response;
      throw new Moved(location);
    }) satisfies typeof fetch,
  });

/**
 * The Hub leads whoever asks for a repository by an old name to the new one. What is read is followed; what
 * changes something goes where people have seen that it goes, so it is told.
 */
export class Moved extends Error {
  constructor(location: string) {
    const { pathname } = new URL(location, 'https://huggingface.co');
    const [, id] = /^\/(?:api\/)?(?:(?:model|dataset|space|bucket)s\/)?([^/]+\/[^/]+)/.exec(pathname) ?? [];
    super(`It has moved, and is called ${id?.replace(/\.git$/, '') ?? location} now: use that name`);
  }
}

/** The name of the account that a token belongs to. */
export async function accountName(access: ReturnType<ReturnType<typeof accessTo>>): Promise<string> {
  const account = await whoAmI(access);
  return account.name ?? account.id;
}
