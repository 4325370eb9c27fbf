import type { AlignType } from 'mdast';
import stringWidth from 'string-width';
import { unbroken } from '../output.ts';
import type { Dialect } from './dialect.ts';
import { printRuns } from './print.ts';
import { type Run, wordsOf } from './runs.ts';

type Cell = readonly Run[];
type Row = readonly Cell[];

type Shown = {
  open: readonly string[];
  lines: readonly string[];
  close: readonly string[];
  most?: number;
  /** What cells link to, where the form of the table has no links. */
  links: readonly Run[];
};

/** More is no row that anybody reads as one, and a message has to have room for it. */
const ROW = 1_200;

/** A table in the platform's form, its head for each part of it; undefined where it has no such form. */
export function tableBody(
  head: Row,
  rows: readonly Row[],
  align: readonly AlignType[],
  dialect: Dialect,
): Shown | undefined {
  const { table } = dialect;
  const width = Math.max(head.length, ...rows.map((row) => row.length));
  const all = [head, ...rows].map((row) => Array.from({ length: width }, (_, i) => row[i] ?? []));
  if (table.kind === 'columns') return columns(all, align, dialect, table.width);
  if (width > table.columns) return undefined;
  const [first = '', ...lines] = all.map((row) => rowOf(row.map((cell) => cellOf(cell, dialect))));
  if ([first, ...lines].some((line) => line.length > ROW)) return undefined;
  const rule = rowOf(Array.from({ length: width }, (_, i) => RULES[align[i] ?? 'none']));
  return { open: [first, rule], lines, close: [], most: table.rows, links: [] };
}

const RULES = { left: ':---', right: '---:', center: ':---:', none: '---' } as const;

const rowOf = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

const cellOf = (cell: Cell, dialect: Dialect): string =>
  unbroken(printRuns(cell, dialect, { before: ' ', after: ' ' }))
    .trim()
    .replaceAll('|', '\\|');

/** Columns of text in a block of code. */
function columns(
  all: readonly (readonly Cell[])[],
  align: readonly AlignType[],
  dialect: Dialect,
  most: number,
): Shown | undefined {
  const texts = all.map((row) => row.map((cell) => wordsOf(cell).replace(/\s+/g, ' ').trim()));
  const widths = (texts[0] ?? []).map((_, i) => Math.max(...texts.map((row) => stringWidth(row[i] ?? ''))));
  if (widths.reduce((sum, width) => sum + width + GAP.length, 0) - GAP.length > most) return undefined;
  const fence = dialect.fence(texts.flat().join(' '), '');
  if (fence === undefined) return undefined;
  const [head = '', ...lines] = texts.map((row) => {
    const cells = widths.map((width, i) => padded(row[i] ?? '', width, align[i] === 'right'));
    return dialect.codeLine(cells.join(GAP).trimEnd());
  });
  const rule = widths.map((width) => '─'.repeat(width)).join(GAP);
  const links = all.flat(2).filter(({ kind }) => kind === 'link');
  const titles = head.trim() === '' ? [] : [head, rule];
  return { open: [fence.open, ...titles], lines, close: [fence.close], links };
}

const GAP = '  ';

function padded(text: string, width: number, isRight: boolean): string {
  const blanks = ' '.repeat(width - stringWidth(text));
  return isRight ? blanks + text : text + blanks;
}
