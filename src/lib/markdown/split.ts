import { graphemes } from '../cut.ts';
import type { Around, Dialect } from './dialect.ts';
import type { Piece } from './pieces.ts';
import { printedLine } from './print.ts';
import { type Run, wordsOf } from './runs.ts';

/** A piece as it stands in a message. */
export function printPiece({ kind, around, body }: Piece, dialect: Dialect): string {
  const { first, rest } = prefixesOf(dialect.around(around, kind));
  const text =
    body.kind === 'text'
      ? `${body.prefix}${printedLine(body.runs, dialect)}`
      : [...body.open, ...body.lines, ...body.close].join('\n');
  return text
    .split('\n')
    .map((line, i) => {
      const prefix = i === 0 ? first : rest;
      return line === '' && !prefix.includes('>') ? prefix.trimEnd() : `${prefix}${line}`;
    })
    .join('\n');
}

/** What the first line of a piece begins with, and every other. */
function prefixesOf(around: readonly Around[]): { first: string; rest: string } {
  const parts = around.map((one) => {
    if (one.kind === 'quote') return { first: '> ', rest: '> ' };
    const rest = ' '.repeat(one.marker.length);
    return { first: one.isBegun ? rest : `${one.marker}${one.box}`, rest };
  });
  return { first: parts.map(({ first }) => first).join(''), rest: parts.map(({ rest }) => rest).join('') };
}

/** The least that a piece takes, without printing it. */
export const leastLength = ({ body }: Piece): number =>
  body.kind === 'lines'
    ? body.lines.reduce((sum, line) => sum + line.length + 1, 0)
    : body.runs.reduce((sum, run) => sum + wordsOf([run]).length, 0);

/** The rest of a piece, after its beginning. */
const goingOn = (piece: Piece, body: Piece['body']): Piece => ({
  ...piece,
  around: piece.around.map((one) => (one.kind === 'item' ? { ...one, isBegun: true } : one)),
  body,
});

type Taken = { head: string; rest: Piece | undefined };

/**
 * As much of a piece as `room` characters hold, and what is left. Undefined where nothing has room; with
 * `isForced` something always has: the longest line or word is cut between the characters that people see.
 */
export function takePiece(
  piece: Piece,
  dialect: Dialect,
  room: number,
  isForced: boolean,
): Taken | undefined {
  return piece.body.kind === 'text'
    ? takeText(piece, piece.body, dialect, room, isForced)
    : takeLines(piece, piece.body, dialect, room, isForced);
}

function takeText(
  piece: Piece,
  body: Extract<Piece['body'], { kind: 'text' }>,
  dialect: Dialect,
  room: number,
  isForced: boolean,
): Taken | undefined {
  const words = body.runs.flatMap(wordRuns);
  const printed = (runs: readonly Run[]) =>
    printPiece({ ...piece, body: { ...body, runs } }, dialect).trimEnd();
  const count = mostWithin((n) => printed(words.slice(0, n)).length, words.length, room);
  if (count > 0) {
    const left = words.slice(count);
    const rest = left.length === 0 ? undefined : goingOn(piece, { ...body, runs: trimmed(left) });
    return { head: printed(words.slice(0, count)), rest };
  }
  const [first, ...left] = words;
  if (!isForced || first === undefined) return undefined;
  if (first.kind === 'link') {
    const apart: Run[] = [...first.label, { kind: 'text', value: ` (${first.url})`, marks: [] }];
    return takeText(piece, { ...body, runs: [...apart, ...left] }, dialect, room, isForced);
  }
  if (first.kind === 'break') return { head: '', rest: goingOn(piece, { ...body, runs: left }) };
  const signs = graphemes(first.value);
  const some = Math.max(
    1,
    mostWithin((n) => printed([cutRun(first, signs.slice(0, n))]).length, signs.length, room),
  );
  const over = cutRun(first, signs.slice(some));
  const runs = over.value === '' ? left : [over, ...left];
  return { head: printed([cutRun(first, signs.slice(0, some))]), rest: goingOn(piece, { ...body, runs }) };
}

type Valued = Extract<Run, { value: string }>;
const cutRun = (run: Valued, signs: readonly string[]): Valued => ({ ...run, value: signs.join('') });

/** Looking for a place by proportion takes a few looks; by halves it takes more, but never many. */
const BY_PROPORTION = 8;

/**
 * The most of `all` that have room. `lengthOf` says how long so many are once they are printed, which takes
 * long where they are many: what fits is found by how long others were.
 */
function mostWithin(lengthOf: (n: number) => number, all: number, room: number): number {
  let least = 0;
  let most = all;
  let guess = room / 8;
  for (let looks = 0; least < most; looks++) {
    const halves = Math.ceil((least + most) / 2);
    const n = looks < BY_PROPORTION ? Math.min(most, Math.max(least + 1, Math.floor(guess))) : halves;
    const length = lengthOf(n);
    if (length <= room) least = n;
    else most = n - 1;
    guess = (n * room) / Math.max(1, length);
  }
  return least;
}

/** Text in words with the blanks behind them. Scripts without blanks may be cut between their signs. */
const WORD =
  /\s+|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[^\s\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]+\s*/gu;

const wordRuns = (run: Run): Run[] =>
  run.kind === 'text' ? (run.value.match(WORD) ?? []).map((value) => ({ ...run, value })) : [run];

function trimmed([first, ...rest]: readonly Run[]): Run[] {
  if (first?.kind !== 'text') return first === undefined ? rest : [first, ...rest];
  const value = first.value.trimStart();
  return value === '' ? trimmed(rest) : [{ ...first, value }, ...rest];
}

function takeLines(
  piece: Piece,
  body: Extract<Piece['body'], { kind: 'lines' }>,
  dialect: Dialect,
  room: number,
  isForced: boolean,
): Taken | undefined {
  const most = Math.min(body.lines.length, body.most ?? body.lines.length);
  const printed = (lines: readonly string[]) => printPiece({ ...piece, body: { ...body, lines } }, dialect);
  const count = mostWithin((n) => printed(body.lines.slice(0, n)).length, most, room);
  if (count > 0) {
    const left = body.lines.slice(count);
    const rest = left.length === 0 ? undefined : goingOn(piece, { ...body, lines: left });
    return { head: printed(body.lines.slice(0, count)), rest };
  }
  const [first, ...left] = body.lines;
  if (!isForced || first === undefined) return undefined;
  // What stands in each part leaves no room for anything else: it stands once then.
  if (printed([]).length > room / 2 && body.open.length > 0) {
    const lines = [...body.open, ...body.lines, ...body.close];
    return takeLines(piece, { kind: 'lines', open: [], lines, close: [] }, dialect, room, isForced);
  }
  const signs = graphemes(first);
  const fitting = mostWithin((n) => printed([signs.slice(0, n).join('')]).length, signs.length, room);
  const blank = signs.slice(0, fitting).lastIndexOf(' ');
  const some = Math.max(1, blank > fitting / 2 ? blank + 1 : fitting);
  const over = signs.slice(some).join('');
  const lines = over === '' ? left : [over, ...left];
  return {
    head: printed([signs.slice(0, some).join('')]),
    rest: lines.length === 0 ? undefined : goingOn(piece, { ...body, lines }),
  };
}
