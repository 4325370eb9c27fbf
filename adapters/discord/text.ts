import { cut, wholeBeginning } from '../../src/lib/cut.ts';
import { codeSpan } from '../../src/lib/markdown/common-mark.ts';
import { onOneLine } from '../../src/lib/output.ts';
import { type BlockMarks, withoutMarks } from '../shared/github-markdown.ts';
import { DISCORD_LIMITS } from './limits.ts';

/*
 * Text that means nothing to Discord: https://docs.discord.com/developers/reference#message-formatting. A
 * backslash before a sign shows the sign; nobody is ever notified, because each message says so
 * (`allowed_mentions`).
 */

/**
 * Signs that mean something within a line, and the beginnings of mentions, emoji, times and links: the fewer
 * are escaped, the better it reads.
 */
const SIGNS =
  /(?<![\p{L}\p{N}_])_+|\\(?=[^0-9A-Za-z\s]|$)|`|\*|~~|\|\||<(?=[@#]|a?:\w+:\d|t:-?\d|id:|sound:|\/[^>\n]{1,100}:\d|https?:\/\/)|@(?=everyone\b|here\b)/gu;

/** An underscore within a word marks nothing, where none stands at the end of one. */
const UNDERSCORE_ENDS = /_(?![\p{L}\p{N}_])/u;

/** A bracket begins a link where there may be one: looking for the end of each takes long over many. */
const MAY_LINK = '](';

const signsWith = (...more: string[]): RegExp => new RegExp([SIGNS.source, ...more].join('|'), 'gu');
const WITH_UNDERSCORES = signsWith('_');
const WITH_BRACKETS = signsWith('\\[');
const WITH_BOTH = signsWith('_', '\\[');

/** Addresses are links as they are, and would show every backslash. */
const ADDRESS = /(https?:\/\/[^\s<>]+)/;

/** Text in a line, as it is. */
export function asText(text: string): string {
  const parts = text.split(ADDRESS);
  const isMarked = parts.some((part, i) => i % 2 === 0 && UNDERSCORE_ENDS.test(part));
  const signs = signsIn(text, isMarked);
  return parts
    .map((part, i) => (i % 2 === 1 ? part : part.replace(signs, (found) => found.replace(/./g, '\\$&'))))
    .join('');
}

function signsIn(text: string, isMarked: boolean): RegExp {
  if (text.includes(MAY_LINK)) return isMarked ? WITH_BOTH : WITH_BRACKETS;
  return isMarked ? WITH_UNDERSCORES : SIGNS;
}

/** What begins a block, at the beginning of a line that is none. */
const MARKS: BlockMarks = {
  block: /^(\s*)(#{1,3}(?=\s)|-#(?=\s)|[-+*](?=\s)|>(?=\s|>>))/,
  number: /^(\s*\d{1,9})(\.)(?=\s)/,
};

/** A printed line that begins with the mark of a block by chance. */
export const asLine = withoutMarks(MARKS);

/** Every sign that means something anywhere: a field may stand behind any other text. */
const ALL_SIGNS =
  /[\\*_~`|>#[\]()-]|<(?=[@#]|a?:\w+:\d|t:-?\d|id:|sound:|\/[^>\n]{1,100}:\d)|@(?=everyone\b|here\b)/g;

/** Text from elsewhere, for a field: one line, which means nothing wherever it stands. */
export const asField = (text: string): string =>
  onOneLine(cut(text, DISCORD_LIMITS.allText))
    .split(ADDRESS)
    .map((part, i) => (i % 2 === 1 ? part : part.replace(ALL_SIGNS, '\\$&')))
    .join('');

/** Text from elsewhere of several lines. */
export const asLines = (text: string): string =>
  text
    .split('\n')
    .map((line) => asLine(asText(line)))
    .join('\n');

const FENCE = '```';

/** Text in a block of code of at most `limit` characters; text that would end it is code line by line. */
export function asCode(text: string, limit: number): string {
  const room = limit - 2 * FENCE.length - 2;
  if (!text.includes(FENCE)) return `${FENCE}\n${cut(text, room)}\n${FENCE}`;
  return cut(text, room)
    .split('\n')
    .slice(0, MOST_LINES)
    .map((line) => (line.trim() === '' ? '' : codeSpan(line)))
    .join('\n');
}

const MOST_LINES = 40;

/** Printed text of so many characters at most: whole lines of it, and no half of an escape. */
export function shortened(printed: string, limit: number): string {
  if (printed.length <= limit) return printed;
  const head = cut(printed, limit).slice(0, -1);
  const line = head.lastIndexOf('\n');
  const whole = line > limit / 2 ? head.slice(0, line + 1) : head.replace(/(?<!\\)\\+$/, '');
  const isOpen = (whole.match(/^```/gm) ?? []).length % 2 === 1;
  if (!isOpen) return `${whole}…`;
  return `${wholeBeginning(whole, limit - FENCE.length - 2).trimEnd()}\n${FENCE}`;
}
