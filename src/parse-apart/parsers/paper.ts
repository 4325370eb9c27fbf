import { type CheerioAPI, load } from 'cheerio';
import type { AnyNode } from 'domhandler';

/** A paper's text by its sections, in order; `level` 1 is a section, 2 a part of one. */
export type PaperText = {
  title: string;
  abstract: string;
  sections: readonly { number: string; title: string; level: number; text: string }[];
  url: string;
};

/** Of a paper so much is kept: several times what the longest ones have. */
const SECTIONS = 500;
const CHARACTERS = 4_000_000;
const TITLE_CHARACTERS = 500;

/** The classes are LaTeXML's: https://math.nist.gov/~BMiller/LaTeXML/manual/. */
export function parsePaper({ html, url }: { html: string; url: string }): PaperText {
  const $ = load(html);
  $('script, style, nav, .ltx_bibliography, .ltx_page_footer, .ltx_note_outer, .ltx_tag_note').remove();
  let left = CHARACTERS;
  const kept = (text: string) => {
    const cut = text.slice(0, left);
    left -= cut.length;
    return cut;
  };
  const title = titleOf($('h1.ltx_title_document').first().text() || $('title').text());
  const abstract = $('.ltx_abstract').first();
  abstract.find('.ltx_title').remove();
  const sections = $('section.ltx_section, section.ltx_subsection, section.ltx_appendix')
    .toArray()
    .slice(0, SECTIONS)
    .map((section) => {
      const heading = $(section).children('.ltx_title').first();
      const number = titleOf(heading.find('.ltx_tag').first().text())
        .replace(/[.\s]+$/, '')
        .replace(/^Appendix\s+/, '');
      return {
        number,
        title: titleOf(heading.text()),
        level: $(section).hasClass('ltx_subsection') ? 2 : 1,
        text: left > 0 ? kept(ownText($, section)) : '',
      };
    });
  return { title, abstract: kept(proseOf($, abstract.toArray())), sections, url };
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

const titleOf = (text: string): string =>
  oneLine(text.slice(0, 4 * TITLE_CHARACTERS)).slice(0, TITLE_CHARACTERS);
