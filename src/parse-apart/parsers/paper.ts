import { load } from 'cheerio';
import type { AnyNode, Element } from 'domhandler';
import { findBelow, hasClass, isElement } from '../latexml/nodes.ts';
import { blockText, inlineText, PARTS, partOf } from '../latexml/render.ts';

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

/** What stands before the first section, and has no name. */
const LEAD = 'Before the first section';

export function parsePaper({ html, url }: { html: string; url: string }): PaperText {
  const $ = load(html);
  let left = CHARACTERS;
  const kept = (text: string) => {
    const cut = text.slice(0, left);
    left -= cut.length;
    return cut;
  };
  const root = $('.ltx_document').get(0) ?? $('article').get(0);
  const heading = $('.ltx_title_document').get(0);
  const title = titleOf(heading === undefined ? $('title').text() : inlineText(heading.children));
  const abstract = $('.ltx_abstract').get(0);
  const said = abstract?.children.filter((child) => !isTitle(child)) ?? [];
  const sections: PaperSection[] = [];
  const result = { title: withoutNotes(title), abstract: kept(blockText(said)), sections, url };
  if (root === undefined || !isElement(root)) return result;
  const parts = partsBelow(root);
  const least = Math.min(...parts.map(({ name }) => PARTS[name] ?? 0));
  const lead = kept(leadOf(root));
  if (lead !== '') sections.push({ number: '', title: LEAD, level: 1, isRunIn: false, text: lead });
  const add = ({ node, name }: Part, above: number): void => {
    if (sections.length >= SECTIONS) return;
    const own = (PARTS[name] ?? 0) - least + 1;
    const level = name === 'ltx_appendix' ? above + 1 : Math.max(above + 1, own);
    sections.push({ ...headingOf(node, name), level, text: left > 0 ? kept(ownText(node)) : '' });
    for (const inner of partsBelow(node)) add(inner, level);
  };
  for (const part of parts) add(part, 0);
  return result;
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
  text
    .slice(0, 4 * TITLE_CHARACTERS)
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, TITLE_CHARACTERS);
