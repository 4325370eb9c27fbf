import { printedWithin } from '../../src/lib/cut.ts';
import { tableLines } from '../../src/lib/table-lines.ts';
import type { Table } from '../../src/session/tables.ts';
import { asText } from './text.ts';

/** Characters of a line of code that a phone shows without breaking it. */
const PHONE = 40;

/**
 * Tables as blocks of code that a phone shows well, of at most `room` characters together: of each as many
 * rows as there is room for, and how many are left. Discord has no tables of its own.
 */
export function codeTables(tables: readonly Table[], room: number): string {
  let left = room;
  return tables
    .flatMap((table, i) => {
      // Those that come after it have their heads at least.
      const text = codeTable(table, left - (tables.length - 1 - i) * LEAST, tables.length > 1);
      left -= text.length + 1;
      return text === '' ? [] : [text];
    })
    .join('\n');
}

const LEAST = 200;

function codeTable(table: Table, room: number, isTitled: boolean): string {
  const { head, rows } = tableLines(table, PHONE);
  const isSaid = table.caption === table.columns[0]?.title; // its head says it
  const title =
    isTitled && !isSaid ? [`**${printedWithin(table.caption.replace(/\s+/g, ' '), TITLE, asText)}**`] : [];
  const frame = [...title, '```', ...head, '```'].join('\n').length + MORE;
  let size = frame;
  const shown: string[] = [];
  for (const row of rows) {
    const text = row.join('\n');
    if (size + text.length + 1 > room) break;
    size += text.length + 1;
    shown.push(text);
  }
  const left = rows.length - shown.length + (table.more ?? 0);
  if (shown.length === 0 && left === 0) return '';
  const more = left > 0 ? [`-# … and ${left} more`] : [];
  if (shown.length === 0) return [...title, ...more].join('\n');
  return [...title, '```', ...head, ...shown, '```', ...more].join('\n');
}

const TITLE = 100;

/** Characters of the line that says how many rows are left. */
const MORE = 30;
