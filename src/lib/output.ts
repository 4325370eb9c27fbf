import { beginningOf, endOf } from './cut.ts';
import type { Redaction } from './redaction.ts';

/** A sequence holds no other one, and no line: one that nobody ended is seen to be none at the next. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: terminal control sequences are what is looked for
const ANSI = /\u001b\[[0-9;?]*[A-Za-z]|\u001b\][^\u0007\u001b\r\n]*(?:\u0007|\u001b\\)/g;

export const withoutAnsi = (text: string): string => text.replace(ANSI, '');

/**
 * What was printed of a line, one over the other, be it a megabyte long: the newest `count` parts that are
 * not empty, of each the first `limit` characters. A carriage return starts a line anew, and so do the
 * backspaces with which some programs go back.
 */
export function printedParts(line: string, count: number, limit: number): string[] {
  const parts: string[] = [];
  let end = line.length;
  while (end > 0 && parts.length < count) {
    const from = startOfPart(line, end);
    const part = line.slice(from, Math.min(end, from + limit));
    if (part.trim() !== '') parts.unshift(part);
    end = from - 1;
  }
  return parts;
}

function startOfPart(line: string, end: number): number {
  for (let at = end - 1; at >= 0; at--) {
    const sign = line.charCodeAt(at);
    if (sign === RETURN || sign === BACKSPACE) return at + 1;
  }
  return 0;
}

const [BACKSPACE, RETURN] = [8, 13];

/**
 * Keeps a text within `limit` characters: a quarter of them from its start and the rest from its end, because
 * the end of an output tells more. Says how much was left out.
 */
export function capped(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const marker = leftOut(text.length - limit);
  const room = Math.max(0, limit - marker.length);
  const head = Math.floor(room / 4);
  return beginningOf(text, head) + marker + endOf(text, room - head);
}

const leftOut = (characters: number): string =>
  `\n… [${characters.toLocaleString('en')} characters left out] …\n`;

/**
 * The same for what may hold secrets, without these. Of a long text only what is kept is looked at: others
 * wait for it, be it a hundred megabytes long.
 */
export function cappedClean(
  redaction: Pick<Redaction, 'text' | 'head' | 'tail'>,
  text: string,
  limit: number,
): string {
  if (text.length <= 2 * limit) return capped(redaction.text(text), limit);
  const marker = leftOut(text.length - limit);
  const room = Math.max(0, limit - marker.length);
  const head = Math.floor(room / 4);
  const tail = room - head;
  return beginningOf(redaction.head(text, head), head) + marker + endOf(redaction.tail(text, tail), tail);
}

/** A markdown table; cells are kept to one line. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cellText).join(' | ')} |`;
  return [line(header), `|${header.map(() => ' --- ').join('|')}|`, ...rows.map(line)].join('\n');
}

const cellText = (cell: string) => onOneLine(cell).replaceAll('|', '\\|');

/** The same text with a space in the place of each break and the white space around it. */
export function onOneLine(text: string): string {
  const lines = text.split('\n');
  const last = lines.length - 1;
  return lines
    .map((line, i) => (i === 0 ? line.trimEnd() : i === last ? line.trimStart() : line.trim()))
    .filter((line, i) => i === 0 || i === last || line !== '')
    .join(' ');
}

/** The same where there are breaks; a text of one line keeps the white space at its ends. */
export const unbroken = (text: string): string => (text.includes('\n') ? onOneLine(text) : text);

const LINES = 500;
const LINE_CHARACTERS = 2_000;

type Lines = {
  /** The first line, from 1 on. */
  from: number;
  /** How many; never more than 500. */
  lines?: number | undefined;
  /** The argument with which one reads on. */
  option: string;
};

/** Lines of a text with their numbers, and how to get the rest. */
export function numbered(text: string, { from, lines = LINES, option }: Lines): string {
  const { lines: found, total } = linesOf(text, from, Math.min(lines, LINES));
  if (from > total) return `(only ${total} lines could be read)`;
  const shown = found.map(
    (line, i) =>
      `${from + i}\t${line.length > LINE_CHARACTERS ? `${beginningOf(line, LINE_CHARACTERS)} …` : line}`,
  );
  const next = from + shown.length;
  return [...shown, ...(next <= total ? [`(read on with ${option} ${next})`] : [])].join('\n');
}

/** Some lines of a text, the first of which is 1, and how many it has; the others are only counted. */
export function linesOf(text: string, from: number, count: number): { lines: string[]; total: number } {
  const lines: string[] = [];
  let total = 0;
  for (let at = 0; at !== -1; ) {
    const end = text.indexOf('\n', at);
    total++;
    if (total >= from && total < from + count) {
      const line = text.slice(at, end === -1 ? text.length : end);
      lines.push(end !== -1 && line.endsWith('\r') ? line.slice(0, -1) : line);
    }
    at = end === -1 ? -1 : end + 1;
  }
  return { lines, total };
}

/**
 * At most `size` characters of a text from `offset` on, and how to get the next; it ends with a line where
 * one ends near. Undefined where the text is no longer than `offset`.
 */
export function piece(text: string, offset: number, size: number): string | undefined {
  if (offset > 0 && offset >= text.length) return undefined;
  const rest = text.slice(offset, offset + size + 1);
  const shown = beginningOf(rest, size);
  const next = offset + shown.length;
  const left = text.length - next;
  return left === 0 ? shown : `${shown}\n(read on with offset ${next}; ${left} characters are left)`;
}
