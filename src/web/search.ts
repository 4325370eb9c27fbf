import { load } from 'cheerio';
import type { Fetcher } from './fetcher.ts';
import type { Found } from './github.ts';

export type SearchHit = { title: string; url: string; about: string };

/** A search of the web. */
export type WebSearch = { search(query: string, signal: AbortSignal): Promise<Found<SearchHit[]>> };

const HOUR_MS = 60 * 60_000;

/** DuckDuckGo's page without scripts, or any other that shows results in the same form: the query goes into `q`. */
export function createWebSearch(fetcher: Fetcher, pageUrl: string): WebSearch {
  return {
    async search(query, signal) {
      const url = new URL(pageUrl);
      url.searchParams.set('q', query);
      const page = await fetcher.text({ url: url.href, signal, ttlMs: HOUR_MS, types: ['text/html'] });
      if (!page.ok) return { ok: false, reason: `The search did not answer: ${page.reason}.` };
      const $ = load(page.text);
      const hits = $('.result')
        .toArray()
        .filter((result) => !$(result).hasClass('result--ad'))
        .flatMap((result) => {
          const link = $(result).find('a.result__a').first();
          const target = targetOf(link.attr('href') ?? '', url);
          const title = oneLine(link.text());
          if (target === undefined || title === '') return [];
          return [{ title, url: target, about: oneLine($(result).find('.result__snippet').first().text()) }];
        });
      const isRefused = hits.length === 0 && $('form#challenge-form, .anomaly-modal__title').length > 0;
      return isRefused
        ? { ok: false, reason: 'The search takes us for a robot just now. Try again later.' }
        : { ok: true, value: hits };
    },
  };
}

/** Results lead over `/l/?uddg=<address>`. */
function targetOf(href: string, base: URL): string | undefined {
  const url = URL.parse(href, base.href);
  if (url === null) return undefined;
  const target = /^\/l\/?$/.test(url.pathname) ? (url.searchParams.get('uddg') ?? '') : url.href;
  return /^https?:/.test(target) ? target : undefined;
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();
