import { codeSpan, destination, emphasisSign, fenceOf } from '../../src/lib/markdown/common-mark.ts';
import type { Dialect } from '../../src/lib/markdown/dialect.ts';

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
const BLOCK = /^(\s*)(#{1,6}(?=\s|$)|[-+*](?=\s|$)|=+(?=\s*$)|-{2,}(?=\s*$))/;
const NUMBER = /^(\s*\d{1,9})([.)])(?=\s|$)/;

/** A printed line that begins with the mark of a block by chance. */
export const asLine = (printed: string): string =>
  printed
    .replace(/^(?: {4,}|\t)/, '')
    .replace(BLOCK, '$1\\$2')
    .replace(NUMBER, '$1\\$2');

/**
 * What messages of the page are written in: CommonMark with GitHub's tables, task lists and strikethrough,
 * which is read into a tree of a few kinds of nodes before a browser is sent it (`tree.ts`).
 */
export const MARKDOWN: Dialect = {
  text: literal,
  line: asLine,
  strong: '**',
  delete: '~~',
  emphasis: emphasisSign,
  code: codeSpan,
  codeLine: (line) => line,
  address: (url) => `[${literal(url)}](${destination(url)})`,
  link: (url, label) => `[${label}](${destination(url)})`,
  lineBreak: '  \n',
  heading: (depth) => ({ prefix: `${'#'.repeat(depth)} `, isBold: false }),
  rule: '---',
  checked: '[x] ',
  unchecked: '[ ] ',
  around: (around) => around,
  fence(code, language) {
    const fence = fenceOf(code);
    return { open: `${fence}${language}`, close: fence };
  },
  isLanguage: (name) => /^[\w+#.-]{1,40}$/.test(name),
  table: { kind: 'markdown', columns: 30, rows: 300 },
  isApart: () => true,
};
