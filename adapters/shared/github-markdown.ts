import { codeSpan, destination, emphasisSign, fenceOf } from '../../src/lib/markdown/common-mark.ts';
import type { Dialect } from '../../src/lib/markdown/dialect.ts';

/**
 * CommonMark with GitHub's tables, task lists and strikethrough, as far as platforms that take it do not
 * differ: which signs are escaped, and how large a table may be, is theirs.
 */
export const GITHUB_MARKDOWN: Omit<Dialect, 'text' | 'line' | 'address' | 'table'> = {
  strong: '**',
  delete: '~~',
  emphasis: emphasisSign,
  code: codeSpan,
  codeLine: (line) => line,
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
  isApart: () => true,
};

/** The marks of a block, or of an item with a number: what stands before the mark, and the mark. */
export type BlockMarks = { block: RegExp; number: RegExp };

/** Makes of a printed line that begins with the mark of a block by chance one that does not. */
export const withoutMarks =
  ({ block, number }: BlockMarks) =>
  (printed: string): string =>
    printed.replace(block, '$1\\$2').replace(number, '$1\\$2');
