import type { DataTableBlock, KnownBlock, RichTextBlock } from '@slack/types';
import { cut } from '../../src/lib/cut.ts';
import type { Cell, Table } from '../../src/session/tables.ts';
import { linkable } from '../../src/thread/view/words.ts';
import { context } from './kit.ts';
import { SLACK_LIMITS } from './limits.ts';
import { harmless } from './text.ts';

type Shown = DataTableBlock['rows'][number][number];

/**
 * Tables, each with as many of its rows as a message has room for; how many are left is said below. A table
 * without a row is none: Slack takes no head alone. `divisor` makes them smaller.
 */
export function dataTables(tables: readonly Table[], divisor = 1): KnownBlock[] {
  let room: number = Math.floor(SLACK_LIMITS.tablesText / divisor);
  return tables.flatMap((table) => {
    const head = table.columns.slice(0, SLACK_LIMITS.tableColumns).map(({ title }) => wordCell(title));
    const rows: Shown[][] = [];
    room -= sizeOf(head);
    for (const row of table.rows.slice(0, Math.floor(SLACK_LIMITS.tableRows / divisor))) {
      const cells = head.map((_, i) => cellOf(row[i] ?? { text: '' }));
      if (sizeOf(cells) > room) break;
      room -= sizeOf(cells);
      rows.push(cells);
    }
    const left = table.rows.length - rows.length + (table.more ?? 0);
    const more = left > 0 ? [context(`… and ${left} more`)] : [];
    if (rows.length === 0) return more;
    const block: DataTableBlock = {
      type: 'data_table',
      caption: cellWords(table.caption),
      rows: [head, ...rows],
      page_size: Math.min(rows.length, PAGE),
    };
    return [block, ...more];
  });
}

/** Rows that are seen at once. */
const PAGE = 20;

/** Characters of a cell: more is read elsewhere. */
const CELL = 200;

const cellWords = (words: string): string => harmless(cut(words.trim(), CELL)) || '–';

const wordCell = (words: string): Shown => ({ type: 'raw_text', text: cellWords(words) });

function cellOf({ text: words, value, url }: Cell): Shown {
  const link = url === undefined ? undefined : linkable(url);
  if (link !== undefined) return linked(cellWords(words), link);
  return value === undefined ? wordCell(words) : { type: 'raw_number', value, text: cellWords(words) };
}

const linked = (words: string, url: string): RichTextBlock => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_section', elements: [{ type: 'link', url, text: words }] }],
});

/** All that is said in cells, what is in them, and what kind they are: seen limits count all of it. */
const sizeOf = (cells: readonly Shown[]): number => JSON.stringify(cells).length;
