/** A value that stands in a text: as it is written, and the line in which it begins. */
export type JsonPart = { text: string; line: number; repaired(): string; isMended: boolean };

export type JsonParts = {
  parts: JsonPart[];
  /** They are the items of one list. */
  isList: boolean;
  /** The last one is whole, and so is the list. */
  isClosed: boolean;
  hasTrailingComma: boolean;
};

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);
const BLANKS = new Set([0x20, 0x09, 0x0a, 0x0d]);
const RECORD_SEPARATOR = 0x1e;

/**
 * The values that stand one after another in a text, or in the list that it is; at most `most`. A value that
 * is cut is none of them. Values themselves are not looked at: where one ends is told by its brackets.
 */
export function jsonParts(text: string, most: number, isPart: boolean): JsonParts {
  const begin = skipBlanks(text, 0);
  const isList = text[begin] === '[';
  const found: JsonParts = { parts: [], isList, isClosed: !isList, hasTrailingComma: false };
  let line = 1;
  let counted = 0;
  let hadComma = false;
  for (let at = isList ? begin + 1 : begin; found.parts.length < most; ) {
    const comma = skipBlanks(text, at);
    at = text.charCodeAt(comma) === COMMA ? skipBlanks(text, comma + 1) : comma;
    if (at !== comma) hadComma = true;
    if (at >= text.length) break;
    if (isList && text[at] === ']') {
      found.isClosed = skipBlanks(text, at + 1) >= text.length;
      found.hasTrailingComma = hadComma;
      break;
    }
    const end = endOfValue(text, at);
    if (end === undefined || (end === text.length && isPart)) {
      found.isClosed = false;
      break;
    }
    line += linesBetween(text, counted, at);
    counted = at;
    found.parts.push(partOf(text.slice(at, end), line));
    hadComma = false;
    at = end;
  }
  return found;
}

const partOf = (text: string, line: number): JsonPart => ({
  text,
  line,
  repaired: () => repairedJson(text),
  isMended: false,
});

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (BLANKS.has(text.charCodeAt(at)) || text.charCodeAt(at) === RECORD_SEPARATOR) at++;
  return at;
}

/** Undefined where the text ends before the value does. */
function endOfValue(text: string, from: number): number | undefined {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = endOfText(text, at + 1);
      if (end === undefined) return undefined;
      at = end;
      if (depth === 0) return at + 1;
    } else if (OPENING.has(code)) depth++;
    else if (CLOSING.has(code)) {
      if (--depth <= 0) return depth === 0 ? at + 1 : Math.max(at, from + 1);
    } else if (depth === 0 && at > from && (code === COMMA || BLANKS.has(code))) return at;
  }
  return depth === 0 ? text.length : undefined;
}

function endOfText(text: string, from: number): number | undefined {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at++;
    else if (code === QUOTE) return at;
  }
  return undefined;
}

function linesBetween(text: string, from: number, to: number): number {
  let lines = 0;
  for (let at = text.indexOf('\n', from); at !== -1 && at < to; at = text.indexOf('\n', at + 1)) lines++;
  return lines;
}

/** The same with NaN and Infinity as texts, and without commas before a closing bracket. */
function repairedJson(text: string): string {
  const pieces: string[] = [];
  let from = 0;
  const put = (at: number, end: number, piece: string) => {
    pieces.push(text.slice(from, at), piece);
    from = end;
  };
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfText(text, at + 1) ?? text.length;
    else if (code === COMMA) {
      if (CLOSING.has(text.charCodeAt(skipBlanks(text, at + 1)))) put(at, at + 1, '');
    } else if (code === LETTER_N || code === LETTER_I || code === MINUS) {
      const word = NO_NUMBERS.find((name) => text.startsWith(name, at));
      if (word === undefined) continue;
      put(at, at + word.length, `"${word}"`);
      at += word.length - 1;
    }
  }
  return pieces.join('') + text.slice(from);
}

const [LETTER_N, LETTER_I, MINUS] = [0x4e, 0x49, 0x2d];
const NO_NUMBERS = ['NaN', 'Infinity', '-Infinity'];
