import { codeSpan, destination } from '../../src/lib/markdown/common-mark.ts';
import type { Around, BlockKind, Dialect } from '../../src/lib/markdown/dialect.ts';
import { asLine, asText } from './text.ts';

/**
 * Discord's markdown: https://support.discord.com/hc/en-us/articles/210298617. It has headings of three
 * levels, lists, quotes of one level and fences of three backticks, and no tables, rules, images and task
 * lists.
 */
export const MARKDOWN: Dialect = {
  text: asText,
  line: asLine,
  strong: '**',
  delete: '~~',
  emphasis: () => '*',
  code: codeSpan,
  codeLine: (line) => line,
  address(url, { after }) {
    // Discord makes no link of an address without a scheme, and shows the brackets around it.
    if (!/^[a-z][a-z0-9+.-]*:/i.test(url)) return `[${asText(url)}](${destination(`http://${url}`)})`;
    return /^(?:\s|$)/.test(after) ? url : `<${url}>`;
  },
  link: (url, label, words) =>
    /^https?:/i.test(url) && !/https?:\/\//i.test(words) ? `[${label}](${destination(url)})` : undefined,
  lineBreak: '\n',
  heading: (depth) =>
    depth <= 3 ? { prefix: `${'#'.repeat(depth)} `, isBold: false } : { prefix: '', isBold: true },
  rule: '─'.repeat(16),
  checked: '☑ ',
  unchecked: '☐ ',
  around,
  fence: (code, language) => (code.includes('```') ? undefined : { open: `\`\`\`${language}`, close: '```' }),
  isLanguage: (name) => /^[a-z0-9_+\-.#]{1,40}$/i.test(name),
  table: { kind: 'columns', width: 72 },
  isApart(above, below) {
    if (above === 'heading') return false;
    if ([above, below].some((kind) => kind === 'code' || kind === 'table')) return false;
    return !(above === 'paragraph' && below === 'item');
  },
};

/** A quote holds no other one; an item of a list holds neither a quote nor a block of code. */
function around(all: readonly Around[], kind: BlockKind): readonly Around[] {
  const innermost = all.findLastIndex((one) => one.kind === 'quote');
  const isBlock = kind === 'code' || kind === 'table';
  const items = isBlock ? [] : all.slice(innermost + 1);
  return innermost === -1 ? items : [{ kind: 'quote' }, ...items];
}
