import type { Element } from 'domhandler';
import { findBelow, hasClass, isElement } from './nodes.ts';
import { oneLine } from './page-text.ts';

/** The works that a paper refers to, one a line, each with its mark in front. */
export function bibliographyText(bibliography: Element, inline: (node: Element) => string): string {
  const items: Element[] = [];
  const visit = (node: Element): void => {
    for (const child of node.children.filter(isElement)) {
      if (hasClass(child, 'ltx_bibitem')) items.push(child);
      else visit(child);
    }
  };
  visit(bibliography);
  return items.map((item) => itemText(item, inline)).join('\n');
}

function itemText(item: Element, inline: (node: Element) => string): string {
  const tag = findBelow(item, (node) => hasClass(node, 'ltx_tag_bibitem', 'ltx_tag'));
  const mark = tag === undefined ? '' : inline(tag);
  const blocks = item.children.filter(isElement).filter((child) => child !== tag && !isCitedBy(child));
  const text = oneLine(blocks.map(inline).join(' '));
  if (mark === '') return text;
  return `${/^[[(]/.test(mark) ? mark : `[${mark}]`} ${text}`;
}

/** "Cited by: §1, §3" is of the page alone. */
const isCitedBy = (node: Element): boolean => hasClass(node, 'ltx_bib_cited');
