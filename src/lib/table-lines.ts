import stringWidth from 'string-width';
import { cut, graphemes } from './cut.ts';

/** A table in words. Cells with a `value` are numbers. */
type Shown = {
  columns: readonly { title: string; isAside?: boolean | undefined; label?: string | undefined }[];
  rows: readonly (readonly { text: string; value?: number | undefined }[])[];
};

type Line = readonly { text: string; value?: number | undefined }[];

/**
 * A table as lines of a fixed pitch, none wider than `width`. Nothing of a row is lost: a name that its
 * column has no room for stands on lines of its own, and what stands aside, or was cut, on lines below. The
 * lines can stand in a block of code: they have no backtick.
 */
export function tableLines({ columns, rows }: Shown, width: number): { head: string[]; rows: string[][] } {
  const all = columns.map((_, i) => i);
  const at = all.filter((i) => !columns[i]?.isAside).slice(0, MOST_COLUMNS);
  const head: Line = columns.map(({ title }) => ({ text: harmless(title) }));
  const lines: Line[] = rows.map((row) => row.map((one) => ({ ...one, text: harmless(one.text) })));
  const widths = widthsOf(
    at.map((i) => Math.max(...[head, ...lines].map((line) => stringWidth(line[i]?.text ?? '')))),
    width,
  );
  const beside = (line: Line) =>
    at
      .map((i, place) => padded(line[i] ?? { text: '' }, widths[place] ?? 0))
      .join(GAP)
      .trimEnd();
  const isCut = (line: Line, i: number) => {
    const place = at.indexOf(i);
    return place > 0 && stringWidth(line[i]?.text ?? '') > (widths[place] ?? 0);
  };
  const shown = lines.map((line) => {
    const below = all.filter((i) => !at.includes(i) || isCut(line, i));
    const parts = below.flatMap((i) => labelled(line[i]?.text ?? '', columns[i]));
    const [name, ...others] = line;
    const isLong = at[0] === 0 && stringWidth(name?.text ?? '') > (widths[0] ?? 0);
    const first = isLong ? wrapped([name?.text ?? ''], width) : [];
    const rest = beside(isLong ? [{ text: '' }, ...others] : line);
    return [
      ...first,
      ...(isLong && rest === '' ? [] : [rest]),
      ...wrapped(parts, width - INDENT.length).map((text) => `${INDENT}${text}`),
    ];
  });
  return { head: [beside(head), widths.map((one) => '─'.repeat(one)).join(GAP)], rows: shown };
}

const INDENT = '  ';

/** What a cell is called where its head is not above it; nothing for one that says nothing. */
function labelled(text: string, column: Shown['columns'][number] | undefined): string[] {
  if (text === '' || text === '–') return [];
  const label = harmless(column?.label ?? (column?.isAside ? '' : (column?.title ?? '')));
  return [label === '' ? text : `${label} ${text}`];
}

/** Parts one after another on as many lines as they take, each on one line where that has room for it. */
function wrapped(parts: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    const joined = last === undefined ? part : `${last}${BETWEEN}${part}`;
    if (last !== undefined && isWithin(joined, width)) lines[lines.length - 1] = joined;
    else lines.push(...broken(part, width));
  }
  return lines;
}

const BETWEEN = ' · ';

/** A text in lines of so much width, broken between its words where that is possible. */
function broken(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  const next = () => {
    if (line.trim() !== '') lines.push(line.trim());
    line = '';
  };
  for (const word of text.split(' ')) {
    const joined = line === '' ? word : `${line} ${word}`;
    if (isWithin(joined, width)) {
      line = joined;
      continue;
    }
    next();
    let taken = 0;
    for (const character of graphemes(word)) {
      const sign = cut(character, 4 * width);
      const wide = stringWidth(sign);
      if (taken + wide > width || line.length + sign.length > 4 * width) {
        next();
        taken = 0;
      }
      line += sign;
      taken += wide;
    }
  }
  next();
  return lines;
}

/** Signs without a width are no more than a few for each place. */
const isWithin = (text: string, width: number): boolean =>
  text.length <= 4 * width && stringWidth(text) <= width;

const GAP = '  ';

/** Columns beside each other: with more, none has room for a word. */
const MOST_COLUMNS = 4;

/** The least that is left to the first column, and the most that any other takes. */
const LEAST = 8;
const MOST = 14;

function widthsOf([first = 0, ...others]: readonly number[], width: number): number[] {
  const room = width - LEAST - others.length * GAP.length;
  const each = Math.max(1, Math.floor(room / Math.max(1, others.length)));
  const wanted = others.map((one) => Math.min(one, MOST));
  const sum = wanted.reduce((total, one) => total + one, 0);
  const taken = sum <= room ? wanted : wanted.map((one) => Math.min(one, each));
  const left = width - taken.reduce((total, one) => total + one + GAP.length, 0);
  return [Math.min(first, Math.max(1, left)), ...taken];
}

function padded({ text, value }: { text: string; value?: number | undefined }, width: number): string {
  const shown = within(text, width);
  const blanks = ' '.repeat(Math.max(0, width - stringWidth(shown)));
  return value === undefined ? shown + blanks : blanks + shown;
}

/**
 * As much of a text as is at most so wide; signs without a width are no more than a few for each place. A
 * number that it ends in, such as a metric's, stays.
 */
function within(whole: string, width: number): string {
  const text = cut(whole, 4 * width);
  if (stringWidth(text) <= width) return text;
  const last = text.slice(text.lastIndexOf(' ') + 1);
  const left = width - stringWidth(last) - 1;
  if (text === whole && left >= FEWEST && last !== text && /^[+-]?\d/.test(last)) {
    return `${beginning(text.slice(0, -last.length), left)} ${last}`;
  }
  return beginning(text, width);
}

/** Characters of a name before its number that still tell it from others. */
const FEWEST = 3;

function beginning(text: string, width: number): string {
  let shown = '';
  for (const character of graphemes(text)) {
    if (stringWidth(`${shown}${character}…`) > width) break;
    shown += character;
  }
  return `${shown.trimEnd()}…`;
}

/** Of a longer text nothing more can be seen. */
const CELL = 400;

/** One line, without what would end a block of code or turn the line around. */
const harmless = (text: string): string =>
  cut(text, CELL)
    .replace(/[\s\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, ' ')
    .replaceAll('`', "'")
    .trim();
