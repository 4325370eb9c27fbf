import { load } from 'cheerio';
import { wholeBeginning } from '../../lib/cut.ts';

/** A page of documentation, as its section lists it. */
export type DocLink = { title: string; url: string };

/** What lists the pages of a section, and where those are. */
export type DocContents = {
  text: string;
  /** A page whose sidebar lists them, or a list of links as https://llmstxt.org has it. */
  form: 'sidebar' | 'markdown';
  /** What relative links belong to. */
  site: string;
  /** How the addresses of pages begin. */
  below: string;
};

/** The largest section has about 700. */
const LINKS = 2_000;
const TITLE_CHARACTERS = 300;
const URL_CHARACTERS = 1_000;

export const docLinksIn = (contents: DocContents): DocLink[] =>
  (contents.form === 'sidebar' ? linksInSidebar(contents) : linksInMarkdown(contents))
    .filter(({ url }) => url.length <= URL_CHARACTERS)
    .slice(0, LINKS)
    .map(({ title, url }) => ({ title: wholeBeginning(title, TITLE_CHARACTERS), url }));

function linksInSidebar({ text, site, below }: DocContents): DocLink[] {
  const $ = load(text);
  const found = new Map<string, string>();
  $('nav a[href]').each((_i, link) => {
    const url = URL.parse($(link).attr('href') ?? '', site);
    if (url === null || !url.href.startsWith(below)) return;
    url.hash = '';
    const title = $(link).text().replace(/\s+/g, ' ').trim();
    if (title !== '' && !found.has(url.href)) found.set(url.href, title);
  });
  return [...found].map(([url, title]) => ({ title, url }));
}

function linksInMarkdown({ text, site, below }: DocContents): DocLink[] {
  return [...text.matchAll(/\[([^[\]]+)\]\(([^)[\s]+)\)/g)].flatMap(([, title = '', href = '']) => {
    const url = URL.parse(href, site);
    return url?.href.startsWith(below) ? [{ title, url: url.href.replace(/\.md$/, '') }] : [];
  });
}
