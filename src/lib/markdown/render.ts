import type { Around, Dialect, Item } from './dialect.ts';
import { parseMarkdown } from './parse.ts';
import { type Piece, piecesOf } from './pieces.ts';
import { settled } from './settled.ts';
import { leastLength, printPiece, takePiece } from './split.ts';

/**
 * Markdown as a platform writes it, in parts of at most `limit` characters. Parts end between blocks where
 * they can, a heading stands with what it is about, code has its fence and a table its head in each part, and
 * no word is cut that has room in a part of its own.
 */
export const printMarkdown = (markdown: string, dialect: Dialect, limit: number): string[] =>
  partsOf(piecesOf(parseMarkdown(markdown), dialect), dialect, limit);

/**
 * The same of a text that is still being written: what may still change waits. A block of code that goes on
 * is not closed where the platform adds to what it shows (`isGrowing`).
 */
export function printDraft(
  markdown: string,
  dialect: Dialect,
  limit: number,
  { isGrowing }: { isGrowing: boolean },
): string[] {
  const { text, isCode } = settled(markdown);
  const pieces = piecesOf(parseMarkdown(text), dialect);
  const last = pieces.at(-1);
  if (!isGrowing || !isCode || last?.body.kind !== 'lines') return partsOf(pieces, dialect, limit);
  return partsOf([...pieces.slice(0, -1), { ...last, body: { ...last.body, close: [] } }], dialect, limit);
}

function partsOf(pieces: readonly Piece[], dialect: Dialect, limit: number): string[] {
  const parts: string[] = [];
  let part: Part = EMPTY;
  const queue = [...pieces].reverse();
  for (let piece = queue.pop(); piece !== undefined; piece = queue.pop()) {
    const { full, next, again } = put(part, piece, dialect, limit);
    if (full !== undefined) parts.push(full);
    if (again !== undefined) queue.push(again);
    part = next;
  }
  return [...parts, textOf(part)].filter((text) => text !== '');
}

/** What of a part is printed. */
type Part = { pieces: readonly { piece: Piece; text: string }[]; length: number };
const EMPTY: Part = { pieces: [], length: 0 };

const textOf = ({ pieces }: Part): string => pieces.map(({ text }) => text).join('');

function withPiece(part: Part, piece: Piece, text: string, dialect: Dialect): Part {
  const shown = gapBefore(piece, part, dialect) + text;
  return { pieces: [...part.pieces, { piece, text: shown }], length: part.length + shown.length };
}

type Step = { full?: string; next: Part; again?: Piece | undefined };

/** Puts a piece, or as much of it as has room, into a part. */
function put(part: Part, piece: Piece, dialect: Dialect, limit: number): Step {
  const room = limit - part.length - gapBefore(piece, part, dialect).length;
  const isFew = piece.body.kind === 'text' || piece.body.lines.length <= (piece.body.most ?? MANY);
  const isWhole = isFew && leastLength(piece) <= limit + piece.around.length;
  const text = isWhole ? printPiece(piece, dialect) : '';
  if (isWhole && text.length <= room) return { next: withPiece(part, piece, text, dialect) };
  const { above, led } = ledBy(part);
  const isBetterNext = isWhole && text.length <= limit && part.length > limit / 2;
  const canWait = above.pieces.length > 0;
  const taken =
    canWait && (isBetterNext || room < limit / 5)
      ? undefined
      : takePiece(piece, dialect, room, part.pieces.length === 0);
  if (taken !== undefined) {
    const last = taken.head === '' ? part : withPiece(part, piece, taken.head, dialect);
    if (!isFew && last.length < limit / 2) return { next: last, again: taken.rest };
    return { full: textOf(last), next: EMPTY, again: taken.rest };
  }
  if (part.pieces.length === 0) return { next: EMPTY }; // nothing can be shown of it
  if (!canWait) return { full: textOf(part), next: EMPTY, again: piece };
  const next = led.reduce((begun, one) => withPiece(begun, one.piece, one.text.trimStart(), dialect), EMPTY);
  return { full: textOf(above), next, again: piece };
}

const MANY = Number.POSITIVE_INFINITY;

/** The end of a part that announces what follows, and goes with it into the next one. */
function ledBy({ pieces }: Part): { above: Part; led: Part['pieces'] } {
  const from = pieces.findLastIndex(({ piece: { kind }, text }) => !leads(kind, text)) + 1;
  const above = pieces.slice(0, from);
  const length = above.reduce((sum, { text }) => sum + text.length, 0);
  return { above: { pieces: above, length }, led: pieces.slice(from) };
}

const leads = (kind: Piece['kind'], text: string): boolean =>
  kind === 'heading' || (kind === 'paragraph' && text.endsWith(':') && text.length < 200);

/** What stands between a piece and the one above it. */
function gapBefore(piece: Piece, { pieces }: Part, dialect: Dialect): string {
  const above = pieces.at(-1)?.piece;
  if (above === undefined) return '';
  if (!isApart(above, piece, dialect)) return '\n';
  const shared = piece.around.filter((one, i) => one.kind === 'quote' && above.around[i] === one);
  return shared.length === 0 ? '\n\n' : `\n${'> '.repeat(dialect.around(shared, 'paragraph').length)}\n`;
}

function isApart(above: Piece, below: Piece, dialect: Dialect): boolean {
  const [upper, lower] = [innermost(above.around), innermost(below.around)];
  const areItems = above.kind === 'item' && below.kind === 'item' && upper !== undefined;
  if (!areItems || lower === undefined) return dialect.isApart(above.kind, below.kind);
  if (lower.isBegun) return true; // another paragraph of an item
  const begins = lower.isFirst && (below.around.length <= above.around.length || !canInterrupt(lower));
  return begins;
}

/** Whether a list can begin right below a line of text: CommonMark's rule. */
const canInterrupt = ({ marker }: Item): boolean => marker === '- ' || marker === '1. ';

const innermost = (around: readonly Around[]): Item | undefined =>
  around.findLast((one): one is Item => one.kind === 'item');
