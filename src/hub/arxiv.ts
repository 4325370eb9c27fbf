import { type CheerioAPI, load } from 'cheerio';
import type { AnyNode } from 'domhandler';
import type { Fetcher } from '../web/fetcher.ts';
import type { Looked } from './datasets.ts';

/** A paper's text by its sections, in order; `level` 1 is a section, 2 a part of one. */
export type PaperText = {
  title: string;
  abstract: string;
  sections: readonly { number: string; title: string; level: number; text: string }[];
  url: string;
};

export type Arxiv = { read(id: string, signal: AbortSignal): Promise<Looked<PaperText>> };

export type ArxivUrls = { arxiv: string; ar5iv: string };

const DAY_MS = 24 * 60 * 60_000;

/** Papers as arXiv's own HTML (https://info.arxiv.org/about/accessible_HTML.html), else as ar5iv's: both are made by LaTeXML. */
export function createArxiv(fetcher: Fetcher, { arxiv, ar5iv }: ArxivUrls): Arxiv {
  return {
    async read(id, signal) {
      const tried: string[] = [];
      for (const url of [`${arxiv}/html/${id}`, `${ar5iv}/html/${id}`]) {
        const page = await fetcher.text({
          url,
          signal,
          ttlMs: DAY_MS,
          types: ['text/html', 'application/xhtml'],
        });
        if (!page.ok) {
          tried.push(page.reason);
          continue;
        }
        const parsed = parsePaper(page.text, url);
        if (parsed.sections.length > 0) return { ok: true, value: parsed };
        tried.push(`${new URL(url).host} has no sections of it`); // ar5iv redirects to the abstract where it has no HTML
      }
      return { ok: false, reason: `${id} can’t be read as HTML: ${tried.join('; ')}.` };
    },
  };
}

/** The classes are LaTeXML's: https://math.nist.gov/~BMiller/LaTeXML/manual/. */
function parsePaper(html: string, url: string): PaperText {
  const $ = load(html);
  $('script, style, nav, .ltx_bibliography, .ltx_page_footer, .ltx_note_outer, .ltx_tag_note').remove();
  const title = oneLine($('h1.ltx_title_document').first().text() || $('title').text());
  const abstract = $('.ltx_abstract').first();
  abstract.find('.ltx_title').remove();
  const sections = $('section.ltx_section, section.ltx_subsection, section.ltx_appendix')
    .toArray()
    .map((section) => {
      const heading = $(section).children('.ltx_title').first();
      const number = oneLine(heading.find('.ltx_tag').first().text())
        .replace(/[.\s]+$/, '')
        .replace(/^Appendix\s+/, '');
      return {
        number,
        title: oneLine(heading.text()),
        level: $(section).hasClass('ltx_subsection') ? 2 : 1,
        text: ownText($, section),
      };
    });
  return { title, abstract: proseOf($, abstract.toArray()), sections, url };
}

/** The text of a section without that of its subsections, which are sections of their own. */
function ownText($: CheerioAPI, section: AnyNode): string {
  const parts = $(section)
    .children()
    .toArray()
    .filter((child) => !$(child).is('.ltx_title, section.ltx_subsection'));
  return proseOf($, parts);
}

/** Paragraphs, tables row by row, and formulas as TeX. */
function proseOf($: CheerioAPI, nodes: readonly AnyNode[]): string {
  const copy = load('<div id="root"></div>', null, false);
  const root = copy('#root');
  for (const node of nodes) root.append($(node).clone());
  root.find('math').each((_i, math) => {
    copy(math).replaceWith(` $${copy(math).attr('alttext') ?? copy(math).text()}$ `);
  });
  root.find('tr').each((_i, row) => {
    const cells = copy(row)
      .children('th, td')
      .toArray()
      .map((cell) => oneLine(copy(cell).text()));
    copy(row).replaceWith(`\n${cells.join(' | ')}`);
  });
  root.find('p, figcaption, li, table, .ltx_title').each((_i, block) => {
    copy(block).prepend('\n').append('\n');
  });
  return root
    .text()
    .split('\n')
    .map(oneLine)
    .filter((line) => line !== '')
    .join('\n');
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();
