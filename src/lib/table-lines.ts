import stringWidth from 'string-width';
import { cut, graphemes } from './cut.ts';

/** A table in words. Cells with a `value` are numbers. */
type Shown = {
  columns: readonly { title: string; isAside?: boolean | undefined }[];
  rows: readonly (readonly { text: string; value?: number | undefined }[])[];
};

/**
 * A table as lines of a fixed pitch, none wider than `width`: the first column has what the others leave, and
 * what stands aside is a line below its row. The lines can stand in a block of code: they have no backtick.
 */
export function tableLines({ columns, rows }: Shown, width: number): { head: string[]; rows: string[][] } {
  const all = columns.map((_, i) => i);
  const at = all.filter((i) => !columns[i]?.isAside).slice(0, MOST_COLUMNS);
  const aside = all.filter((i) => !at.includes(i));
  const lines = [
    columns.map(({ title }) => ({ text: harmless(title) })),
    ...rows.map((row) => row.map((one) => ({ ...one, text: harmless(one.text) }))),
  ];
  const widths = widthsOf(
    at.map((i) => Math.max(...lines.map((line) => stringWidth(line[i]?.text ?? '')))),
    width,
  );
  const [head = '', ...shown] = lines.map((line) =>
    at
      .map((i, place) => padded(line[i] ?? { text: '' }, widths[place] ?? 0))
      .join(GAP)
      .trimEnd(),
  );
  const below = lines.slice(1).map((line) => {
    const words = aside.flatMap((i) => line[i]?.text ?? []).filter((text) => text !== '' && text !== '–');
    return words.length === 0 ? [] : [`  ${within(words.join(' · '), width - 2)}`];
  });
  return {
    head: [head, widths.map((one) => '─'.repeat(one)).join(GAP)],
    rows: shown.map((row, i) => [row, ...(below[i] ?? [])]),
  };
}

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
