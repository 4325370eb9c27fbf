import type { Nodes, Paragraph } from 'mdast';
import { parsePlainly } from './parse.ts';

/**
 * As much of a text that is still being written as will be shown in the same way when more of it has come:
 * what is marked and not yet unmarked, a link without its address, a row of a table and the first signs of a
 * line wait for their ends. `isCode` tells that it ends within a block of code.
 */
export function settled(markdown: string): { text: string; isCode: boolean } {
  const leaf = lastLeaf(parsePlainly(markdown));
  const from = leaf?.position?.start.offset ?? 0;
  const source = markdown.slice(from);
  if (leaf?.type === 'code' && isOpen(source)) {
    const [first, last] = [source.indexOf('\n'), source.lastIndexOf('\n')];
    // Its first line may still go on with a language, and its last one is not yet a line.
    return first === last
      ? { text: markdown.slice(0, from), isCode: false }
      : { text: markdown.slice(0, from + last), isCode: true };
  }
  const isEnded = markdown.slice(markdown.trimEnd().length).split('\n').length > 2;
  if (isEnded) return { text: markdown, isCode: false };
  if (leaf?.type === 'table') return { text: markdown.slice(0, from + endOfLines(source)), isCode: false };
  const kept = leaf?.type === 'paragraph' ? from + settledLength(leaf, source, from) : markdown.length;
  return { text: withoutSigns(markdown.slice(0, kept)), isCode: false };
}

/** The last block of a tree that holds no other ones. */
function lastLeaf(node: Nodes): Nodes | undefined {
  if (node.type === 'paragraph' || node.type === 'heading' || node.type === 'table') return node;
  if (!('children' in node)) return node;
  const last = node.children.at(-1);
  return last === undefined ? undefined : lastLeaf(last);
}

/** Whether a block of code has no end yet. */
function isOpen(source: string): boolean {
  const fence = /^\s*(`{3,}|~{3,})/.exec(source)?.[1];
  if (fence === undefined) return false;
  const lines = source.trimEnd().split('\n');
  const last = lines.at(-1)?.replace(/^[\s>]*/, '') ?? '';
  return (
    lines.length === 1 || !(last.startsWith(fence) && last.replaceAll(fence.charAt(0), '').trim() === '')
  );
}

/** The whole rows of a table, once its head is whole. */
const endOfLines = (source: string): number =>
  source.split('\n').length > 2 ? source.lastIndexOf('\n') + 1 : 0;

/** Signs that begin something which another one may still end. */
const BEGINNING =
  /(?<![A-Za-z0-9_)\]}/.\\*])\*+(?=\S|$)|`|(?<![\p{L}\p{N}_])_+(?=\S|$)|~~|\[|\$(?=[^\s\d]|$)|\\(?=[([]|b?e?g?i?n?$|begin\{)|<(?=\w*$)|&\w*$|\|/u;

/** How much of a paragraph waits for nothing: all before the first sign that begins something. */
function settledLength(paragraph: Paragraph, source: string, from: number): number {
  const places = paragraph.children.flatMap((node) => {
    if (node.type !== 'text') return [];
    // What an address was taken out of has no place of its own: there its words tell it.
    const start = node.position?.start.offset ?? from + Math.max(0, source.indexOf(node.value));
    const end = node.position?.end.offset ?? start + node.value.length;
    const at = source.slice(start - from, end - from).search(BEGINNING);
    return at === -1 ? [] : [start - from + at];
  });
  return Math.min(source.length, ...places);
}

/** Without a last line that has only signs yet: it may become a list, a heading, a rule or a fence. */
function withoutSigns(text: string): string {
  const at = text.lastIndexOf('\n');
  const line = text.slice(at + 1);
  const said = line.replace(/^[ \t>]+/, '').trimEnd();
  const isQuote = said === '' && line.includes('>');
  return isQuote || SIGNS.test(said) ? text.slice(0, Math.max(0, at)) : text;
}

const SIGNS = /^(?:[-+*=#|~`_>]+|\d+[.)]?)$/;
