import type { Nodes } from 'mdast';
import { parseMarkdown } from './parse.ts';
import { runsOf, wordsOf } from './runs.ts';

/** The words of a short piece of markdown on one line, for a place where nothing is marked. */
export const plainWords = (markdown: string): string =>
  wordsIn(parseMarkdown(markdown)).join(' ').replace(/\s+/g, ' ').trim();

/** The words of markdown, a line for each of its lines, rows and items, where nothing is marked. */
export const plainLines = (markdown: string): string =>
  linesIn(parseMarkdown(markdown))
    .flatMap((text) => text.split('\n'))
    .map((line) => line.replace(/\s+/g, ' ').trim())
    .filter((line) => line !== '')
    .join('\n');

function linesIn(node: Nodes): string[] {
  if (node.type === 'tableRow') return [node.children.flatMap(wordsIn).filter(Boolean).join(', ')];
  if (node.type === 'paragraph' || node.type === 'heading') return wordsIn(node);
  if ('children' in node) return node.children.flatMap(linesIn);
  return 'value' in node ? [node.value] : [];
}

function wordsIn(node: Nodes): string[] {
  if (node.type === 'paragraph' || node.type === 'heading' || node.type === 'tableCell')
    return [wordsOf(runsOf(node.children))];
  if ('children' in node) return node.children.flatMap(wordsIn);
  return 'value' in node ? [node.value] : [];
}
