import { RequestError } from '@octokit/request-error';
import { retryAfterMs } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';

/*
 * GitHub gives 403 for limits and for missing rights. Limits have headers, or at least words, of their own:
 * https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api,
 * .../troubleshooting-the-rest-api.
 */

type Told = Readonly<Record<string, string | number | undefined>>;

const LIMITED = /rate limit|abuse detection|too many requests/i;

/** What helps against a refusal, by what GitHub says. */
const ADVICE: readonly (readonly [RegExp, string])[] = [
  [
    /\bSAML\b|single sign-on|\bSSO\b/i,
    'The organisation wants GITHUB_TOKEN to be authorised for its single sign-on: whoever runs me can do that in the settings of the token on GitHub.',
  ],
  [
    /IP allow list/i,
    'The organisation takes requests from addresses on its list only; ours is none of them.',
  ],
  [
    /too_large|too large|blobs up to 100 MB/i,
    'The file has more than 100 MB, which GitHub gives to nobody this way: clone the repository in a job.',
  ],
  [/repository is empty/i, 'The repository is empty.'],
  [/DMCA/i, 'GitHub has taken it down after a DMCA notice: nobody can read it there.'],
  [
    /access blocked|disabled|terms of service|\btos\b/i,
    'GitHub has taken it down: nobody can read it there.',
  ],
  [
    /not accessible by|must have .{0,40}rights|forbids access/i,
    'GITHUB_TOKEN has no right to this: whoever runs me can give it one, or leave it out for what is public.',
  ],
  [/cannot be searched/i, 'There is no such user, organisation or repository, or it is private.'],
];

/** Why GitHub could not be asked, in words for who asked. */
export function reasonOf(error: unknown, hasToken: boolean): string {
  if (!(error instanceof RequestError)) return `GitHub could not be asked: ${messageOf(error)}.`;
  const { status } = error;
  const headers: Told = error.response?.headers ?? {};
  const said = `${error.message} ${JSON.stringify(error.response?.data ?? '').slice(0, 2_000)}`;
  const isLimited =
    headers['x-ratelimit-remaining'] === '0' || headers['retry-after'] !== undefined || LIMITED.test(said);
  if (status === 429 || (status === 403 && isLimited)) return limitText(headers, said, hasToken);
  if (status === 401) {
    return hasToken
      ? 'GitHub refused GITHUB_TOKEN: whoever runs me has to set a new one.'
      : 'GitHub wants a token for this: whoever runs me can set GITHUB_TOKEN.';
  }
  const advice = status >= 500 ? undefined : ADVICE.find(([pattern]) => pattern.test(said))?.[1];
  return advice ?? plainReason(error, status);
}

function plainReason({ message }: RequestError, status: number): string {
  switch (status) {
    case 403:
      return `GitHub does not let us read this: ${message}.`;
    case 451:
      return 'GitHub may not show this for legal reasons: nobody can read it there.';
    case 404:
      return 'There is no such repository, branch or path, or it is private.';
    case 409:
      return 'The repository is empty.';
    case 422:
      return `GitHub does not understand this search: ${message}`;
    default:
      return status >= 500
        ? `GitHub has trouble just now (status ${status}): try again later.`
        : `GitHub could not be asked (status ${status}).`;
  }
}

/** A later time is none: the year 3000. */
const LATEST = 32_503_680_000_000;

/** A secondary limit is for asking too fast, with a token too; it may not say for how long. */
function limitText(headers: Told, said: string, hasToken: boolean): string {
  const waitMs = retryAfterMs(new Headers({ 'retry-after': String(headers['retry-after'] ?? '') }));
  const isPrimary = headers['x-ratelimit-remaining'] === '0' && !/secondary/i.test(said);
  const reset = Number(headers['x-ratelimit-reset'] ?? 0) * 1000;
  const token = hasToken ? '' : ' With a GITHUB_TOKEN it takes many more: whoever runs me can set one.';
  if (isPrimary && reset > 0 && reset < LATEST)
    return `GitHub limits our requests until ${new Date(reset).toISOString().slice(11, 16)} UTC.${token}`;
  if (waitMs !== undefined)
    return `GitHub limits our requests: ask again in ${Math.ceil(waitMs / 1000)} s.${token}`;
  return `GitHub limits our requests, as too many came at once: ask again in a minute.${token}`;
}
