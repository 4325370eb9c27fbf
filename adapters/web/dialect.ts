import { destination } from '../../src/lib/markdown/common-mark.ts';
import type { Dialect } from '../../src/lib/markdown/dialect.ts';
import { GITHUB_MARKDOWN, withoutMarks } from '../shared/github-markdown.ts';

/** Signs that mean something within a line. */
const SIGNS = /[\\`*[\]<>~|$#&]|:(?=\/\/)|(?<=www)\.|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu;

/** Those that a backslash makes the bounds of a formula, or a part of an address that is a link by itself. */
const AS_CODES: Readonly<Record<string, string>> = {
  '[': '&#91;',
  ']': '&#93;',
  ':': '&#58;',
  '.': '&#46;',
};

/** Text as markdown that shows it to the letter, however much of it looks like a mark. */
export const literal = (text: string): string => text.replace(SIGNS, (sign) => AS_CODES[sign] ?? `\\${sign}`);

/** What begins a block, at the beginning of a line that is none. */
const unmarked = withoutMarks({
  block: /^(\s*)(#{1,6}(?=\s|$)|[-+*](?=\s|$)|=+(?=\s*$)|-{2,}(?=\s*$))/,
  number: /^(\s*\d{1,9})([.)])(?=\s|$)/,
});

/** A printed line that begins with the mark of a block by chance. */
const lineOf = (printed: string): string => unmarked(printed.replace(/^(?: {4,}|\t)/, ''));

/** Lines that are shown as such: what stands in one begins no block of markdown. */
export const plainLines = (text: string): string => text.split('\n').map(lineOf).join('\n');

/**
 * What messages of the page are written in, which is read into a tree of a few kinds of nodes before a
 * browser is sent it (`tree.ts`).
 */
export const MARKDOWN: Dialect = {
  ...GITHUB_MARKDOWN,
  text: literal,
  line: lineOf,
  address: (url) => `[${literal(url)}](${destination(url)})`,
  table: { kind: 'markdown', columns: 30, rows: 300 },
};
