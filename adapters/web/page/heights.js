/*
 * How much room messages take, roughly, in pixels: what is out of sight has as much until it is seen, so the
 * bar at the side is about right, and what is read does not jump.
 */

/** Letters that a line has where the page is wide. */
export const USUAL_COLUMNS = 95;

/**
 * Has the browser leave out what an element holds while that is out of sight: it is found and read out all
 * the same, and keeps the room that it was seen to take (`auto`), or so much.
 */
export function settle(node, height) {
  node.style.containIntrinsicBlockSize = `auto ${Math.round(height)}px`;
  node.toggleAttribute('data-settled', true);
}

const LINE = 24;
/** Most of a block of code, which is scrolled within. */
const CODE = 384;

const sum = (all, of) => all.reduce((height, one) => height + of(one), 0);

const linesOf = (length, columns) => Math.max(1, Math.ceil(length / Math.max(20, columns)));

/** @param {number} columns letters that a line of a message has */
export function roughHeight({ by, text, files, pieces }, columns) {
  const frame = 24 + 12;
  if (by === undefined) return Math.round(frame + sum(pieces, (piece) => 8 + pieceHeight(piece, columns)));
  const said = sum(text.split('\n'), ({ length }) => LINE * linesOf(length, columns * 0.88));
  return Math.round(frame + LINE + said + files.length * LINE);
}

function pieceHeight(piece, columns) {
  switch (piece.kind) {
    case 'text':
    case 'markdown':
    case 'small':
      return sum(piece.blocks, (block) => 8 + blockHeight(block, columns));
    case 'code':
    case 'output':
      return codeHeight(piece.text);
    case 'facts':
      return 50 * Math.ceil(piece.facts.length / Math.max(2, Math.floor(columns / 20)));
    case 'buttons':
    case 'menu':
      return 36;
    case 'file':
      return piece.isPicture ? 320 : LINE;
    default:
      return 0;
  }
}

const codeHeight = (text) => Math.min(CODE, 26 + 20 * text.split('\n').length);

/** A block of a text. */
export function blockHeight(block, columns) {
  switch (block.t) {
    case 'p':
      return LINE * linesOf(lengthOf(block.c), columns);
    case 'h':
      return 30;
    case 'list':
      return sum(block.items, ({ c }) => sum(c, (inner) => blockHeight(inner, columns - 4)));
    case 'quote':
      return sum(block.c, (inner) => 8 + blockHeight(inner, columns - 3));
    case 'pre':
      return codeHeight(block.v);
    case 'table':
      return 33 * block.rows.length;
    default:
      return LINE;
  }
}

const lengthOf = (inline) => sum(inline, ({ v, c }) => v?.length ?? (c ? lengthOf(c) : 1));
