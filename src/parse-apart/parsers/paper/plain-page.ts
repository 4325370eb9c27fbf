import type { AnyNode, Element } from 'domhandler';
import { isElement, plainText } from '../../latexml/nodes.ts';
import { oneLine } from '../../latexml/page-text.ts';

/** A heading of a page, and what stands between it and the next one; the first has none. */
export type Stretch = { heading: string; level: number; nodes: AnyNode[] };

const HEADING_CHARACTERS = 300;

/**
 * The stretches of a page that LaTeXML has not made: authors may send pages of their own
 * (https://info.arxiv.org/help/submit_html.html), made by LaTeX2HTML, HEVEA, Word or by hand.
 */
export function stretchesOf(root: Element): Stretch[] {
  const stretches: Stretch[] = [{ heading: '', level: 0, nodes: [] }];
  const visit = (node: Element): void => {
    for (const child of node.children) {
      const found = isElement(child) ? headingOf(child) : undefined;
      if (found !== undefined) stretches.push({ ...found, nodes: [] });
      else if (isElement(child) && hasHeading(child)) visit(child);
      else stretches.at(-1)?.nodes.push(child);
    }
  };
  visit(root);
  return stretches;
}

const hasHeading = (node: Element): boolean =>
  node.children.some((child) => isElement(child) && (headingOf(child) !== undefined || hasHeading(child)));

function headingOf(node: Element): { heading: string; level: number } | undefined {
  const [, level] = /^h([1-6])$/.exec(node.name) ?? [];
  const isLine = /^(?:p|div|center)$/.test(node.name) && node.children.length <= 3 && isBold(node);
  if (level === undefined && !isLine) return undefined;
  const heading = oneLine(plainText(node));
  if (heading === '' || heading.length > HEADING_CHARACTERS) return undefined;
  if (level !== undefined) return { heading, level: Number(level) };
  const [, number] = NUMBERED.exec(heading) ?? [];
  if (number !== undefined) return { heading, level: 1 + number.split('.').length };
  return NAMED.test(heading) ? { heading, level: 2 } : undefined;
}

const NUMBERED = /^(\d{1,2}(?:\.\d{1,2}){0,3}|[A-Z](?:\.\d{1,2}){0,3}|[IVX]{1,5})[.:)]?\s+\p{Lu}/u;

/** Whether nothing of a paragraph stands outside of bold letters. */
function isBold(node: Element): boolean {
  const inner = node.children.filter((child) => child.type !== 'text' || child.data.trim() !== '');
  return inner.length > 0 && inner.every((child) => isElement(child) && isBoldPart(child));
}

const isBoldPart = (node: Element): boolean =>
  /^(?:b|strong|br)$/.test(node.name) || (/^(?:font|span|a|big|center)$/.test(node.name) && isBold(node));

/** What parts of papers are called where they have no number. */
const NAMED =
  /^(?:abstract|introduction|background|related work|methods?|methodology|experiments?|results?|discussion|conclusions?|acknowledge?ments?|references|bibliography|appendix)\.?:?$/i;
