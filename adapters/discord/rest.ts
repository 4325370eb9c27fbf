import type { RESTOptions } from 'discord.js';
import { boundedFetch } from '../../src/lib/bounded-fetch.ts';
import { withRetryAfter } from '../../src/lib/retry-after.ts';

/** Below the usual lease, so that a delivery that hangs is given up by the one who made it. */
const TIMEOUT_MS = 8_000;

/** What is waited for after a 429 that does not say how long: such come from what stands before Discord. */
const UNNAMED_WAIT_SECONDS = 5;

/**
 * How Discord's API is called, with Node's own fetch. The way that discord.js takes by itself shares a global
 * agent with every other version of undici in the process, and where a newer one was loaded first, no file
 * can be sent.
 */
export const restOptions = (api: string) => ({
  api,
  version: '10',
  timeout: TIMEOUT_MS,
  retries: 0,
  makeRequest: counted(
    withRetryAfter(boundedFetch(), UNNAMED_WAIT_SECONDS),
  ) as unknown as RESTOptions['makeRequest'],
});

/**
 * How often an interaction was answered first, the newest last: discord.js repeats what was not acknowledged.
 */
const attempts = new Map<string, number>();
const KEPT = 500;

/** How often a call to answer an interaction was made by this process, by its address. */
export const attemptsAt = (url: string): number => attempts.get(withoutQuery(url)) ?? 0;

const withoutQuery = (url: string): string => url.split('?')[0] ?? url;

function counted(send: typeof fetch): typeof fetch {
  return (input, init) => {
    const url = withoutQuery(String(input));
    if (url.endsWith('/callback')) {
      attempts.set(url, attemptsAt(url) + 1);
      const [oldest] = attempts.keys();
      if (attempts.size > KEPT && oldest !== undefined) attempts.delete(oldest);
    }
    return send(input, init);
  };
}
