import type { Config } from '../../src/config/load.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { type CachedPage, createFetcher, type Fetcher } from '../../src/web/fetcher.ts';
import { hastyClock } from './clocks.ts';

/** Everything that is read beside the Hub, at the Hub's double. */
export const webAt = (url: string): Config['web'] => ({
  docs_url: url,
  gradio_url: `${url}/gradio`,
  arxiv_url: `${url}/arxiv`,
  ar5iv_url: `${url}/ar5iv`,
  scholar_url: `${url}/scholar`,
  github_url: `${url}/github`,
  search_url: `${url}/search`,
});

/** A fetcher that may read a double, keeps pages in memory, and waits little. */
export function fetcherFor(url: string, now = systemClock.now): Fetcher {
  const pages = new Map<string, CachedPage>();
  return createFetcher({
    cache: {
      find: async (key) => pages.get(key),
      keep: async (key, page) => void pages.set(key, page),
    },
    clock: { ...hastyClock(10), now },
    trusted: [url],
    maxBytes: 200_000,
  });
}
