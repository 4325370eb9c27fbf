import { destination } from '../../src/lib/markdown/common-mark.ts';
import type { Dialect } from '../../src/lib/markdown/dialect.ts';
import { GITHUB_MARKDOWN, withoutMarks } from '../shared/github-markdown.ts';
import { SLACK_LIMITS } from './limits.ts';
import { escaped, harmless, unmarked } from './text.ts';

/** Signs that mean something within a line, where they may: the fewer are escaped, the better it reads. */
const SIGNS =
  /\\(?=[!-/:-@[-`{-~\n]|$)|`|(?<!\s)\*|\*(?!\s)|\](?=\()|~~|(?<![\p{L}\p{N}_])_+|_+(?![\p{L}\p{N}_])|<(?=[\p{L}/!?@#])|&(?=#?\w+;)/gu;

/** What begins a block, at the beginning of a line that is none. */
const lineOf = withoutMarks({
  block: /^(\s*)(#{1,6}(?=\s|$)|[-+*](?=\s|$)|>|=+(?=\s*$)|-{2,}(?=\s*$)|~{3,}|\||\[(?=[^\]]+\]:))/,
  number: /^(\s*\d{1,9})([.)])(?=\s|$)/,
});

const asWritten = (value: string): string =>
  harmless(value.replace(SIGNS, (signs) => signs.replace(/./gu, '\\$&')));

/**
 * What a block of markdown, and a stream, takes:
 * https://docs.slack.dev/reference/block-kit/blocks/markdown-block. It is CommonMark with GitHub's tables,
 * task lists and strikethrough; images are shown as links.
 */
export const MARKDOWN: Dialect = {
  ...GITHUB_MARKDOWN,
  text: asWritten,
  line: lineOf,
  address(url, { after }) {
    const isSimple = asWritten(url) === url && /^(?:[\s.,:;!?]|$)/.test(after);
    return isSimple ? url : `[${asWritten(url)}](${destination(url)})`;
  },
  table: { kind: 'markdown', columns: SLACK_LIMITS.tableColumns, rows: SLACK_LIMITS.tableRows },
};

/** An address in mrkdwn: a blank or a bar would end it. */
const mrkdwnAddress = (url: string): string => escaped(url).replace(/[\s|]/g, encodeURIComponent);

/** A link of mrkdwn; its label is printed already. */
export const mrkdwnLink = (url: string, label: string): string => `<${mrkdwnAddress(url)}|${label}>`;

/** Code within a line of mrkdwn, which can hold no backtick. */
export const mrkdwnCode = (code: string): string => {
  const line = code.replace(/\s+/g, ' ');
  return line.includes('`') || line.trim() === '' ? unmarked(line) : `\`${escaped(line)}\``;
};

/**
 * Slack's older markup, which is all that a Home tab takes:
 * https://docs.slack.dev/messaging/formatting-message-text. It has no headings, lists, rules and tables.
 */
export const MRKDWN: Dialect = {
  ...MARKDOWN,
  text: unmarked,
  line: (printed) => printed,
  strong: '*',
  delete: '~',
  emphasis: () => '_',
  code: mrkdwnCode,
  codeLine: escaped,
  address: (url) =>
    /^[a-z][a-z0-9+.-]*:/i.test(url) ? `<${mrkdwnAddress(url)}>` : mrkdwnLink(`http://${url}`, unmarked(url)),
  link: mrkdwnLink,
  lineBreak: '\n',
  heading: () => ({ prefix: '', isBold: true }),
  rule: '─'.repeat(16),
  checked: '☑ ',
  unchecked: '☐ ',
  fence: (code) => (code.includes('```') ? undefined : { open: '```', close: '```' }),
  table: { kind: 'columns', width: 72 },
};
