import type { Nodes } from 'mdast';
import { parseMarkdown } from './parse.ts';
import { runsOf, wordsOf } from './runs.ts';

/** The words of a short piece of markdown on one line, for a place where nothing is marked. */
export const plainWords = (markdown: string): string =>
  wordsIn(parseMarkdown(markdown)).join(' ').replace(/\s+/g, ' ').trim();

function wordsIn(node: Nodes): string[] {
  if (node.type === 'paragraph' || node.type === 'heading' || node.type === 'tableCell')
    return [wordsOf(runsOf(node.children))];
  if ('children' in node) return node.children.flatMap(wordsIn);
  return 'value' in node ? [node.value] : [];
}
