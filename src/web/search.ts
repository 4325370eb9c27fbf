import type { ParseApart } from '../parse-apart/parse-apart.ts';
import type { SearchHit } from '../parse-apart/parsers/search-page.ts';
import type { Fetcher } from './fetcher.ts';
import type { Found } from './github.ts';

/** A search of the web. */
export type WebSearch = { search(query: string, signal: AbortSignal): Promise<Found<SearchHit[]>> };

const HOUR_MS = 60 * 60_000;

/**
 * DuckDuckGo's page without scripts, or any other that shows results in the same form: the query goes into
 * `q`.
 */
export function createWebSearch(fetcher: Fetcher, apart: ParseApart, pageUrl: string): WebSearch {
  return {
    async search(query, signal) {
      const url = new URL(pageUrl);
      url.searchParams.set('q', query);
      const page = await fetcher.text({ url: url.href, signal, ttlMs: HOUR_MS, types: ['text/html'] });
      if (!page.ok) return { ok: false, reason: `The search did not answer: ${page.reason}.` };
      const parsed = await apart.parse('searchPage', { html: page.text, url: url.href }, signal);
      if (!parsed.ok) return { ok: false, reason: `The page of results can't be read: ${parsed.reason}.` };
      return parsed.value.isRefused
        ? { ok: false, reason: 'The search takes us for a robot just now. Try again later.' }
        : { ok: true, value: parsed.value.hits };
    },
  };
}
