import type { Code, List, ListItem, Parents, Root, RootContent, Table } from 'mdast';
import { unbroken } from '../output.ts';
import type { Around, BlockKind, Dialect, Item } from './dialect.ts';
import { marked, type Run, runsOf, wordsOf } from './runs.ts';
import { tableBody } from './tables.ts';

/*
 * Markdown as a list of pieces, one below the other: what can be put into one message or the next. A piece
 * knows what stands around it (quotes, items of lists), so that its parts can stand alone.
 */

/** What a piece shows. */
type Body =
  | { kind: 'text'; runs: readonly Run[]; prefix: string }
  /** Lines between others that stand in each part: fences, the head of a table. `most` is of lines. */
  | {
      kind: 'lines';
      open: readonly string[];
      lines: readonly string[];
      close: readonly string[];
      most?: number;
    };

export type Piece = { kind: BlockKind; around: readonly Around[]; body: Body };

/** All pieces of a tree, in order. */
export const piecesOf = (tree: Root, dialect: Dialect): Piece[] => piecesIn(tree, [], dialect);

/** Deeper lists and quotes are shown as deep as this. */
const DEEPEST = 8;

function piecesIn(parent: Parents, around: readonly Around[], dialect: Dialect): Piece[] {
  const inner = around.length > DEEPEST ? around.slice(0, DEEPEST) : around;
  return parent.children.flatMap((node, i) => piecesOfNode(node, i === 0 ? inner : later(inner), dialect));
}

/** What stands around the further blocks of an item: its marker is there already. */
const later = (around: readonly Around[]): readonly Around[] =>
  around.map((one) => (one.kind === 'item' ? { ...one, isBegun: true } : one));

function piecesOfNode(node: RootContent, around: readonly Around[], dialect: Dialect): Piece[] {
  switch (node.type) {
    case 'paragraph':
      return [textPiece(around.some(isItem) ? 'item' : 'paragraph', runsOf(node.children), around)];
    case 'heading': {
      const { prefix, isBold } = dialect.heading(node.depth);
      const runs = runsOf(node.children).map(
        (run): Run =>
          run.kind === 'break' ? { kind: 'text', value: ' ', marks: run.marks } : onOneLine(run),
      );
      return [textPiece('heading', isBold ? marked(runs, 'strong') : runs, around, prefix)];
    }
    case 'thematicBreak':
      return [linesPiece('rule', [dialect.rule], around)];
    case 'code':
      return codePieces(node, around, dialect);
    case 'blockquote':
      return piecesIn(node, [...around, { kind: 'quote' }], dialect);
    case 'list':
      return node.children.flatMap((item, i) =>
        itemPieces(item, itemOf(node, item, i, dialect), i === 0 ? around : later(around), dialect),
      );
    case 'table':
      return tablePieces(node, around, dialect);
    case 'footnoteDefinition': {
      const marker: Run = { kind: 'text', value: `[^${node.label ?? node.identifier}]: `, marks: [] };
      const [first, ...rest] = piecesIn(node, around, dialect);
      return first?.body.kind === 'text'
        ? [{ ...first, body: { ...first.body, runs: [marker, ...first.body.runs] } }, ...rest]
        : [textPiece('paragraph', [marker], around), ...(first ? [first] : []), ...rest];
    }
    default:
      return 'children' in node ? piecesIn(node, around, dialect) : otherPiece(node, around);
  }
}

const isItem = ({ kind }: Around): boolean => kind === 'item';

const textPiece = (kind: BlockKind, runs: readonly Run[], around: readonly Around[], prefix = ''): Piece => ({
  kind,
  around,
  body: { kind: 'text', runs, prefix },
});

const linesPiece = (kind: BlockKind, lines: readonly string[], around: readonly Around[]): Piece => ({
  kind,
  around,
  body: { kind: 'lines', open: [], lines, close: [] },
});

const onOneLine = (run: Run): Run => (run.kind === 'text' ? { ...run, value: unbroken(run.value) } : run);

function otherPiece(node: RootContent, around: readonly Around[]): Piece[] {
  const value = 'value' in node ? String(node.value) : '';
  return value.trim() === '' ? [] : [textPiece('paragraph', [{ kind: 'text', value, marks: [] }], around)];
}

const itemOf = ({ ordered, start }: List, { checked }: ListItem, i: number, dialect: Dialect): Item => ({
  kind: 'item',
  marker: ordered ? `${(start ?? 1) + i}. ` : '- ',
  box: checked === true ? dialect.checked : checked === false ? dialect.unchecked : '',
  isFirst: i === 0,
  isBegun: false,
});

/** An item whose first block is no text has its marker on a line of its own. */
function itemPieces(item: ListItem, own: Item, around: readonly Around[], dialect: Dialect): Piece[] {
  if (item.children[0]?.type === 'paragraph') return piecesIn(item, [...around, own], dialect);
  const below = piecesIn(item, later([...around, own]), dialect);
  return [textPiece('item', [], [...around, own]), ...below];
}

function codePieces(node: Code, around: readonly Around[], dialect: Dialect): Piece[] {
  const name = node.lang ?? '';
  const language = dialect.isLanguage(name) ? name : '';
  // What else stands behind the fence, such as a file's name, is shown above the code.
  const caption = [...(language === '' && name !== '' ? [name] : []), ...(node.meta ? [node.meta] : [])];
  const above = caption.map((value) => textPiece('paragraph', [{ kind: 'code', value, marks: [] }], around));
  if (node.value.trim() === '') return above;
  return [...above, codePiece(node.value, language, above.length > 0 ? later(around) : around, dialect)];
}

/** Code in a block; where it holds what would end one, each line of it by itself. */
function codePiece(code: string, language: string, around: readonly Around[], dialect: Dialect): Piece {
  const fence = dialect.fence(code, language);
  const lines = code.split('\n');
  if (fence === undefined) {
    const runs = lines.flatMap((value, i): Run[] => [
      ...(i > 0 ? [{ kind: 'break' as const, marks: [] }] : []),
      ...(value === '' ? [] : [{ kind: 'code' as const, value, marks: [] }]),
    ]);
    return textPiece('paragraph', runs, around);
  }
  const shown = lines.map((line) => dialect.codeLine(line));
  const body = { kind: 'lines' as const, open: [fence.open], lines: shown, close: [fence.close] };
  return { kind: 'code', around, body };
}

/** A table in the platform's form; one that it has no form for is told row by row. */
function tablePieces(node: Table, around: readonly Around[], dialect: Dialect): Piece[] {
  const rows = node.children.map((row) => row.children.map((cell) => runsOf(cell.children)));
  const [head = [], ...below] = rows;
  const shown = tableBody(head, below, node.align ?? [], dialect);
  if (shown === undefined) {
    const records = below.length === 0 ? [recordOf([], head)] : below.map((row) => recordOf(head, row));
    return records.map((record) => textPiece('item', record, listed(around)));
  }
  const { links, ...body } = shown;
  const list = links.flatMap((run, i): Run[] => [
    ...(i > 0 ? [{ kind: 'text' as const, value: ' · ', marks: [] }] : []),
    run,
  ]);
  const table: Piece = { kind: 'table', around, body: { kind: 'lines', ...body } };
  return list.length === 0 ? [table] : [table, textPiece('paragraph', list, later(around))];
}

const listed = (around: readonly Around[]): readonly Around[] => [
  ...around,
  { kind: 'item', marker: '- ', box: '', isFirst: false, isBegun: false },
];

/** A row in lines, each cell under the name of its column. */
function recordOf(head: readonly (readonly Run[])[], row: readonly (readonly Run[])[]): Run[] {
  const cells = row.map((cell, i) => ({ name: wordsOf(head[i] ?? []).trim(), cell }));
  return cells
    .filter(({ cell }) => wordsOf(cell).trim() !== '')
    .flatMap(({ name, cell }, i): Run[] => [
      ...(i > 0 ? [{ kind: 'break' as const, marks: [] }] : []),
      ...(name === '' ? [] : [{ kind: 'text' as const, value: `${name}: `, marks: [] }]),
      ...(i === 0 ? marked(cell, 'strong') : cell),
    ]);
}
