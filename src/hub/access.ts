import { whoAmI } from '@huggingface/hub';
import { boundedFetch } from '../lib/bounded-fetch.ts';
import { type IsOwnRepository, ownRepositories } from './own-repositories.ts';
import type { HubToken } from './token.ts';

/**
 * What @huggingface/hub's calls are made with: each of their requests ends with `signal`, or after
 * `timeoutMs` by itself, and takes as much of an answer as `send` does. Nothing leads to a repository of the
 * bot's own (`isOwn`) but its own name.
 */
export const accessTo =
  (
    hubUrl: string,
    accessToken: HubToken,
    timeoutMs = 60_000,
    send = boundedFetch(),
    isOwn: IsOwnRepository = ownRepositories(undefined),
  ) =>
  (signal: AbortSignal) => ({
    hubUrl,
    accessToken,
    fetch: (async (input: string | URL | Request, init: RequestInit = {}) => {
      const isRead = ['GET', 'HEAD'].includes(init.method?.toUpperCase() ?? 'GET');
      const response = await send(input, {
        ...init,
        ...(accessToken === '' ? { headers: anonymous(init.headers) } : {}),
        redirect: isRead ? 'follow' : 'manual',
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      });
      const location = response.headers.get('location');
      const isMoved = !isRead && location !== null && response.status >= 300 && response.status < 400;
      const to = repositoryAt(isMoved ? location : response.url);
      const from = repositoryAt(input instanceof Request ? input.url : String(input));
      if (to !== undefined && to !== from && isOwn(to) && !(from !== undefined && isOwn(from))) {
        await response.body?.cancel();
        throw new Error(`${from} is an old name of one of the bot’s own repositories, which no tool opens`);
      }
      if (isMoved) throw new Moved(location);
      return response;
    }) satisfies typeof fetch,
  });

/** Headers without a token: the Hub refuses an empty one, also for what everybody may read. */
function anonymous(headers: RequestInit['headers']): Headers {
  const others = new Headers(headers);
  if (/^Bearer\s*$/i.test(others.get('authorization') ?? '')) others.delete('authorization');
  return others;
}

/** The repository that an address of the Hub, or the way to one, is about. */
function repositoryAt(address: string): string | undefined {
  const { pathname = '' } = URL.parse(address, 'https://huggingface.co') ?? {};
  const [, id] = /^\/(?:api\/)?(?:(?:model|dataset|space|bucket)s\/)?([^/]+\/[^/]+)/.exec(pathname) ?? [];
  return id?.replace(/\.git$/, '');
}

/**
 * The Hub leads whoever asks for a repository by an old name to the new one. What is read is followed, but to
 * repositories of the bot's own; what changes something goes where people have seen that it goes. So it is
 * told instead.
 */
export class Moved extends Error {
  constructor(location: string) {
    super(`It has moved, and is called ${repositoryAt(location) ?? location} now: use that name`);
  }
}

/** The name of the account that a token belongs to. */
export async function accountName(access: ReturnType<ReturnType<typeof accessTo>>): Promise<string> {
  return (await accountOf(access)).name;
}

/** Whose a token is; a rename changes no id. */
export async function accountOf(
  access: ReturnType<ReturnType<typeof accessTo>>,
): Promise<{ id: string; name: string }> {
  const { id, name } = await whoAmI(access);
  return { id, name: name ?? id };
}
