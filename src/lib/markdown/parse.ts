import type { Nodes, Root } from 'mdast';
import { type Extension, fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { unbroken } from '../output.ts';
import { boundedGfm } from './bounded.ts';
import { mended } from './mend.ts';
import { SYNTAX } from './syntax.ts';

/**
 * The markdown of a language model as a tree: CommonMark with tables, task lists, footnotes, addresses and
 * strikethrough as GitHub reads them, and LaTeX, which stands in the tree as code. Tags are text. A tree is
 * not to be changed: the newest are kept, because threads are printed again and again.
 */
export function parseMarkdown(markdown: string): Root {
  const kept = KEPT.get(markdown);
  const tree = kept ?? freshTree(markdown);
  KEPT.delete(markdown);
  KEPT.set(markdown, tree);
  for (const [oldest] of KEPT) {
    if (KEPT.size <= MOST_KEPT) break;
    KEPT.delete(oldest);
  }
  return tree;
}

/** Marks within marks without end are text, and so is markdown within what was read as code. */
function freshTree(markdown: string, within = 0): Root {
  if (within > MOST_WITHIN) return plainTree(markdown);
  const tree = parsePlainly(markdown);
  if (depthOf(tree) > DEEPEST) return plainTree(markdown);
  return mended(tree, markdown, (inner) => freshTree(inner, within + 1));
}

const DEEPEST = 400;
const MOST_WITHIN = 5;

/** How deep a tree is, found without going into it. */
function depthOf(tree: Root): number {
  let depth = 0;
  for (let level: Nodes[] = [tree]; level.length > 0; depth++) {
    level = level.flatMap((node): Nodes[] => ('children' in node ? node.children : []));
  }
  return depth;
}

const KEPT = new Map<string, Root>();
const MOST_KEPT = 60;

/** The same as it stands in the text, each node with its place there. */
export function parsePlainly(markdown: string): Root {
  const bounds = [
    [SIGN, MOST_SIGNS],
    [BLOCK_END, MOST_BLOCKS],
    [LINE_END, MOST_LINES],
    [ITEM, MOST_ITEMS],
  ] as const;
  if (bounds.some(([pattern, most]) => countOf(pattern, markdown) > most)) return plainTree(markdown);
  return fromMarkdown(markdown.replace(DEEP, '$1\\'), {
    extensions: [GFM, SYNTAX],
    mdastExtensions: [gfmFromMarkdown(), MATH],
  });
}

/** Quotes and lists within each other on one line, more than anybody writes: the rest of them is text. */
const DEEP = /^((?:[ \t]*(?:>|[-+*]|\d{1,9}[.)])(?=[ \t>]|$)[ \t]*){20})(?=\S)/gm;

/** Looking for the ends of marks, and of cells, takes time that grows with the square of them. */
const SIGN = /[*_~`[\]$\\<|]/g;
const MOST_SIGNS = 8_000;

/** And so does going on from block to block. */
const BLOCK_END = /\n[ \t]*(?=\n)/g;
const MOST_BLOCKS = 1_000;
const LINE_END = /\n/g;
const MOST_LINES = 2_500;

/** Lists and notes cost several times what other lines do. */
const ITEM = /^[ \t>]*(?:[-+*]|\d{1,9}[.)]|\[\^?[^\]\n]{1,200}\]:)[ \t]/gm;
const MOST_ITEMS = 1_200;

const countOf = (pattern: RegExp, text: string): number => text.match(pattern)?.length ?? 0;

/** Text that is no markdown, a paragraph for each of its own. */
const plainTree = (text: string): Root => ({
  type: 'root',
  children: text
    .split(/\n\s*\n/)
    .filter((part) => part.trim() !== '')
    .map((value) => ({ type: 'paragraph', children: [{ type: 'text', value }] })),
});

const GFM = boundedGfm();

const MATH: Extension = {
  enter: {
    inlineMath(token) {
      this.enter({ type: 'inlineCode', value: unbroken(this.sliceSerialize(token)) }, token);
    },
    displayMath(token) {
      this.enter({ type: 'code', lang: 'latex', value: this.sliceSerialize(token) }, token);
    },
  },
  exit: {
    inlineMath(token) {
      this.exit(token);
    },
    displayMath(token) {
      this.exit(token);
    },
  },
};
