import { load } from 'cheerio';
import { wholeBeginning } from '../../lib/cut.ts';

export type SearchHit = { title: string; url: string; about: string };

/** What a page of results shows; `isRefused` where it takes us for a robot instead. */
export type SearchPage = { hits: SearchHit[]; isRefused: boolean };

const HITS = 50;
const TITLE_CHARACTERS = 300;
const URL_CHARACTERS = 2_000;
const ABOUT_CHARACTERS = 1_000;

/** The classes are those of DuckDuckGo's page without scripts. */
export function searchPageOf({ html, url: address }: { html: string; url: string }): SearchPage {
  const $ = load(html);
  const url = new URL(address);
  const hits = $('.result')
    .toArray()
    .filter((result) => !$(result).hasClass('result--ad'))
    .slice(0, HITS)
    .flatMap((result) => {
      const link = $(result).find('a.result__a').first();
      const target = targetOf(link.attr('href') ?? '', url);
      const title = oneLine(link.text(), TITLE_CHARACTERS);
      if (target === undefined || target.length > URL_CHARACTERS || title === '') return [];
      const about = oneLine($(result).find('.result__snippet').first().text(), ABOUT_CHARACTERS);
      return [{ title, url: target, about }];
    });
  const isRefused = hits.length === 0 && $('form#challenge-form, .anomaly-modal__title').length > 0;
  return { hits, isRefused };
}

/** Results lead over `/l/?uddg=<address>`. */
function targetOf(href: string, base: URL): string | undefined {
  const url = URL.parse(href, base.href);
  if (url === null) return undefined;
  const target = /^\/l\/?$/.test(url.pathname) ? (url.searchParams.get('uddg') ?? '') : url.href;
  return /^https?:/.test(target) && URL.canParse(target) ? target : undefined;
}

const oneLine = (text: string, characters: number): string =>
  wholeBeginning(text.replace(/\s+/g, ' ').trim(), characters);
