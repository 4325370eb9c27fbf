import type { Element } from 'domhandler';
import { classesOf, findBelow, hasClass, isElement } from './nodes.ts';

/** A cell and how many columns and rows it takes. */
type Cell = { node: Element; columns: number; rows: number };

/** More than this nobody sets, and much more than this nobody reads. */
const SPAN = 200;
const CELLS = 20_000;

/** A table is a `table`, or, where a paper has it within a line, spans of the same classes. */
export const isTable = (node: Element): boolean => node.name === 'table' || hasClass(node, 'ltx_tabular');

const isRow = (node: Element) => node.name === 'tr' || hasClass(node, 'ltx_tr', 'ltx_eqn_row');
const isCell = (node: Element) =>
  node.name === 'td' || node.name === 'th' || hasClass(node, 'ltx_td', 'ltx_th', 'ltx_eqn_cell');

/** The cells of a table by its rows, without those of tables within. */
export function cellsOf(table: Element): Cell[][] {
  const rows: Cell[][] = [];
  const visit = (node: Element): void => {
    for (const child of node.children) {
      if (!isElement(child) || isTable(child)) continue;
      if (isRow(child)) rows.push(child.children.filter(isElement).filter(isCell).map(cellOf));
      else visit(child);
    }
  };
  visit(table);
  return rows.filter((cells) => cells.length > 0);
}

function cellOf(node: Element): Cell {
  const classes = classesOf(node);
  const span = (attribute: string | undefined, prefix: string) => {
    const named = classes.find((name) => new RegExp(`^${prefix}\\d{1,6}$`).test(name))?.slice(prefix.length);
    const wanted = Number(attribute ?? named ?? 1);
    return Number.isInteger(wanted) ? Math.min(SPAN, Math.max(1, wanted)) : 1;
  };
  return {
    node,
    columns: span(node.attribs.colspan, 'ltx_colspan_'),
    rows: span(node.attribs.rowspan, 'ltx_rowspan_'),
  };
}

/** Whether a table only puts others beside or above each other. */
export function isLayout(rows: readonly Cell[][]): boolean {
  if (rows.length > 1 && rows.some((cells) => cells.length > 1)) return false;
  return rows.flat().some(({ node }) => {
    const inner = findBelow(node, isTable);
    if (inner === undefined) return false;
    const inside = cellsOf(inner);
    return inside.length > 1 && inside.some((cells) => cells.length > 1);
  });
}

/**
 * The rows of a table, each with a text for each column: what goes over several columns or rows is told in
 * each of them, so that a column can be read by itself. A row that is a heading of others is one text.
 */
export function gridOf(rows: readonly Cell[][], textOf: (cell: Element) => string): string[][] {
  /** What hangs down from rows above, by column. */
  const hanging = new Map<number, { text: string; left: number }>();
  let left = CELLS;
  return rows.flatMap((cells) => {
    const row: string[] = [];
    const hung = () => {
      for (let found = hanging.get(row.length); found !== undefined; found = hanging.get(row.length)) {
        if (--found.left <= 0) hanging.delete(row.length);
        row.push(found.text);
      }
    };
    hung();
    if (cells.length === 1 && row.length === 0 && (cells[0]?.columns ?? 1) > 1 && hanging.size === 0)
      return cells.map(({ node }) => [textOf(node)]);
    for (const { node, columns, rows: down } of cells) {
      const text = textOf(node);
      for (let i = 0; i < columns && left > 0; i++, left--) {
        if (down > 1) hanging.set(row.length, { text, left: down - 1 });
        row.push(text);
      }
      hung();
    }
    return [row];
  });
}
