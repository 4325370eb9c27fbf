import { load } from 'cheerio';
import type { AnyNode, Element } from 'domhandler';
import { wholeBeginning } from '../../lib/cut.ts';
import { bibliographyText } from '../latexml/bibliography.ts';
import { findBelow, hasClass, isElement } from '../latexml/nodes.ts';
import { blockText, inlineText, PARTS, partOf } from '../latexml/render.ts';
import { stretchesOf } from './paper/plain-page.ts';

/**
 * A part of a paper: `level` 1 is one of the highest. Its title has its number in front. One that `isRunIn`
 * has its heading at the beginning of a paragraph.
 */
export type PaperSection = {
  number: string;
  title: string;
  level: number;
  isRunIn: boolean;
  text: string;
};

/** A paper's text by its sections, in order, each without the text of those within. */
export type PaperText = {
  title: string;
  abstract: string;
  sections: readonly PaperSection[];
  url: string;
};

/** Of a paper so much is kept: several times what the longest ones have. */
const SECTIONS = 500;
const CHARACTERS = 4_000_000;
const TITLE_CHARACTERS = 500;

/** A page without sections has more than this where it is a paper. */
const LEAST_CHARACTERS = 2_000;

/** What stands before the first section, and has no name. */
const LEAD = 'Before the first section';

export function parsePaper({ html, url }: { html: string; url: string }): PaperText {
  const $ = load(html);
  const page = { title: titleOf($('title').text()), url };
  const root = $('.ltx_document').get(0) ?? $('article[class*=ltx_]').get(0);
  if (root !== undefined)
    return latexmlPaper(root, $('.ltx_title_document').get(0), $('.ltx_abstract').get(0), page);
  const body = $('article').get(0) ?? $('main').get(0) ?? $('body').get(0);
  const isAbstractPage = $('#abs, blockquote.abstract, meta[name=citation_arxiv_id]').length > 0;
  if (body === undefined || isAbstractPage) return { ...page, abstract: '', sections: [] };
  return plainPaper(body, page);
}

type Page = { title: string; url: string };

/** Cuts what a paper has beyond what is kept of one. */
function keeper(): (text: string) => string {
  let left = CHARACTERS;
  return (text) => {
    const cut = wholeBeginning(text, left);
    left -= cut.length;
    return cut;
  };
}

function latexmlPaper(
  root: Element,
  heading: Element | undefined,
  abstract: Element | undefined,
  page: Page,
): PaperText {
  const kept = keeper();
  const title = heading === undefined ? page.title : titleOf(inlineText(heading.children));
  const said = abstract?.children.filter((child) => !isTitle(child)) ?? [];
  const sections: PaperSection[] = [];
  const result = { ...page, title: withoutNotes(title), abstract: kept(blockText(said)), sections };
  const parts = partsBelow(root);
  const least = Math.min(...parts.map(({ name }) => PARTS[name] ?? 0));
  const lead = kept(leadOf(root));
  if (lead !== '') sections.push({ number: '', title: LEAD, level: 1, isRunIn: false, text: lead });
  const add = ({ node, name }: Part, above: number): void => {
    if (sections.length >= SECTIONS) return;
    const own = (PARTS[name] ?? 0) - least + 1;
    const level = name === 'ltx_appendix' ? above + 1 : Math.max(above + 1, own);
    sections.push({ ...headingOf(node, name), level, text: kept(ownText(node)) });
    for (const inner of partsBelow(node)) add(inner, level);
  };
  for (const part of parts) add(part, 0);
  const references = findBelow(root, (node) => hasClass(node, 'ltx_bibliography'));
  const works = references && kept(bibliographyText(references, (node) => inlineText(node.children)));
  if (works) sections.push({ number: '', title: REFERENCES, level: 1, isRunIn: false, text: works });
  return result;
}

const REFERENCES = 'References';

/** Of a page that says by headings alone what is what; a heading above all others is its title. */
function plainPaper(body: Element, page: Page): PaperText {
  const kept = keeper();
  const [first, ...others] = stretchesOf(body);
  const highest = Math.min(...others.map(({ level }) => level));
  const [title] = others.filter(({ level }) => level === highest);
  const isTitled = title !== undefined && others.filter(({ level }) => level === highest).length === 1;
  const named = isTitled ? others.filter((stretch) => stretch !== title) : others;
  const isAbstract = ({ heading }: { heading: string }) => /^abstract\W{0,2}$/i.test(heading);
  const lead = blockText([...(first?.nodes ?? []), ...(isTitled ? title.nodes : [])]);
  const abstract = kept(blockText(named.find(isAbstract)?.nodes ?? []));
  const levels = [...new Set(named.map(({ level }) => level))].sort((a, b) => a - b);
  const sections = named
    .filter((stretch) => !isAbstract(stretch))
    .slice(0, SECTIONS)
    .map(({ heading, level, nodes }) => ({
      number: numberIn(heading),
      title: titleOf(heading),
      level: levels.indexOf(level) + 1,
      isRunIn: false,
      text: kept(blockText(nodes)),
    }));
  // A notice, and no paper.
  if (named.length === 0 && lead.length < LEAST_CHARACTERS) return { ...page, abstract: '', sections: [] };
  const before = { number: '', title: LEAD, level: 1, isRunIn: false, text: kept(lead) };
  return {
    ...page,
    title: isTitled ? titleOf(title.heading) : page.title,
    abstract,
    sections: before.text === '' ? sections : [before, ...sections],
  };
}

type Part = { node: Element; name: string };

/** The parts within a node that are in no other part within it. */
function partsBelow(node: Element): Part[] {
  return node.children.filter(isElement).flatMap((child) => {
    if (hasClass(child, 'ltx_bibliography')) return [];
    const name = partOf(child);
    return name === undefined ? partsBelow(child) : [{ node: child, name }];
  });
}

const isTitle = (node: AnyNode): boolean => isElement(node) && hasClass(node, 'ltx_title');

const titleBelow = (node: Element): Element | undefined =>
  node.children.filter(isElement).find(isTitle) ??
  node.children.filter(isElement).find(({ name }) => /^h[1-6]$/.test(name));

const ownText = (section: Element): string => {
  const title = titleBelow(section);
  return blockText(section.children.filter((child) => child !== title));
};

/** What no part and no other place has: a text without sections, a summary, a figure on top. */
function leadOf(root: Element): string {
  const isElsewhere = (node: AnyNode): boolean =>
    isElement(node) &&
    hasClass(node, 'ltx_abstract', 'ltx_title_document', 'ltx_authors', 'ltx_ERROR', 'ltx_role_thanks');
  return blockText(root.children.filter((child) => !isElsewhere(child)));
}

function headingOf(section: Element, name: string): Pick<PaperSection, 'number' | 'title' | 'isRunIn'> {
  const isRunIn = /paragraph$/.test(name);
  const heading = titleBelow(section);
  if (heading === undefined) return { number: '', title: '(no heading)', isRunIn };
  const tag = findBelow(heading, (node) => hasClass(node, 'ltx_tag'));
  const tagText = tag === undefined ? '' : titleOf(inlineText(tag.children));
  const rest = titleOf(withoutNotes(inlineText(without(heading, tag))));
  const title = [tagText, rest].filter(Boolean).join(' ');
  return { number: tag === undefined ? numberIn(rest) : numberOf(tagText), title, isRunIn };
}

/** What is in a heading besides its number, which nobody reads again. */
function without(heading: Element, tag: Element | undefined): AnyNode[] {
  if (tag !== undefined) tag.children = [];
  return heading.children;
}

const numberOf = (tag: string): string =>
  tag
    .slice(0, 50)
    .replace(/^(?:Appendix|Chapter|Section|Part|§)\s*/i, '')
    .replace(/[.:)\s]+$/, '');

/** A number that authors wrote themselves; a letter alone may be a word. */
function numberIn(title: string): string {
  const [, number = ''] =
    /^(?:Appendix\s+([A-Z\d][\d.]*)|(\d+(?:\.\d+)*)\.?\s|([A-Z](?:\.\d+)+)\.?\s|([A-Z]|[IVX]+)[.:]\s)/
      .exec(title)
      ?.filter((part) => part !== undefined) ?? [];
  return number.replace(/\.$/, '');
}

const withoutNotes = (title: string): string => title.replace(/\[\^[^\]]{0,20}\]/g, '').trim();

const titleOf = (text: string): string =>
  wholeBeginning(
    wholeBeginning(text, 4 * TITLE_CHARACTERS)
      .replace(/\s+/g, ' ')
      .trim(),
    TITLE_CHARACTERS,
  );
