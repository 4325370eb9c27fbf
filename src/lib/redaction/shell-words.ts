import type { Value } from './setting.ts';

const QUOTE = /(\\{0,31})(["'])/y;
/** A space, or the end of a line, that a backslash makes part of the word. */
const ESCAPED_SPACE = /[ \t](?=[^\s\\])|\r?\n(?=[^\s\\#])/y;
/** A word of a shell has seldom more parts: `'it'"'"'s'` has three. */
const PARTS = 20;
/** A part is looked at so far: what is behind the value of each name has to be looked at once. */
const PART_CHARACTERS = 300;
/** Where a part without quotes ends; escapes of line breaks and quotes end it as these do. */
export const BARE_END =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal's colours end a value
  /[\s"'`<>]|\\{1,31}[nrt"'`]|[,;&|)}\]]{1,8}(?=[\s"'`\\\u001b]|$)|\):(?=[\s\\"'`]|$)|[;&|,](?=[A-Za-z_][\w.-]{0,40}=)|\u001b/;

/**
 * Where the word of a shell ends that begins with a value: parts in quotes and without follow each other
 * directly, `'it'"'"'s'`, and a backslash joins what is behind it, `pass\ word`. The end of the value where
 * nothing follows; a last closing quote stays outside.
 */
export function wordEnd(text: string, value: Value, before: string): number {
  let end = value.end;
  let at = value.end;
  if (value.isQuoted) {
    const close = quoteAt(text, at);
    if (close?.quote !== value.quote || text.startsWith(value.quote.repeat(2), at + 1)) return end;
    at = close.end;
  }
  for (let part = 0; part < PARTS; part++) {
    const next = partAt(text, at, before);
    if (next === undefined) break;
    ({ at, end } = next);
  }
  return value.isQuoted ? end : closedEnd(text, value.start, end);
}

/** With the brackets that the value itself opened: `{x}`. */
function closedEnd(text: string, start: number, end: number): number {
  const word = text.slice(start, Math.min(end, start + 500));
  let at = end;
  for (const [open, close] of ['{}', '()', '[]'] as const) {
    if (text[at] === close && word.split(open ?? '').length > word.split(close ?? '').length) at++;
  }
  return at;
}

/** Where the text in single quotes ends in which `''` stands for a quote, as YAML and SQL have it. */
export function doubledEnd(text: string, value: Value): number {
  let end = value.end;
  for (let part = 0; part < PARTS && text.startsWith("''", end); part++) {
    const close = restOfLine(text, end + 2).indexOf("'");
    if (close === -1) break;
    end += 2 + close;
  }
  return end;
}

const restOfLine = (text: string, at: number): string =>
  text.slice(at, at + PART_CHARACTERS).split('\n', 1)[0] ?? '';

type Quote = { quote: string; slashes: number; end: number };

function quoteAt(text: string, at: number): Quote | undefined {
  QUOTE.lastIndex = at;
  const match = QUOTE.exec(text);
  if (match === null) return undefined;
  const [whole, slashes = '', quote = ''] = match;
  return { quote, slashes: slashes.length, end: at + whole.length };
}

/** The next part of a word: where it ends, and where what follows it would begin. */
function partAt(text: string, at: number, before: string): { end: number; at: number } | undefined {
  const opening = quoteAt(text, at);
  if (opening !== undefined) {
    if (closesOuter(before, opening.slashes, opening.quote)) return undefined;
    const inside = restOfLine(text, opening.end);
    const close = closeIn(inside, opening);
    if (close !== undefined) return { end: opening.end + close.start, at: opening.end + close.end };
    const isApostrophe = /\w/.test(text[at - 1] ?? '') && /\w/.test(inside[0] ?? '');
    return isApostrophe ? bareFrom(text, opening.end) : undefined;
  }
  ESCAPED_SPACE.lastIndex = at;
  const isEscaped = text[at - 1] === '\\' && ESCAPED_SPACE.test(text);
  return bareFrom(text, isEscaped ? ESCAPED_SPACE.lastIndex : at);
}

/** Where the quote closes, which stands behind as many backslashes as the one that opened. */
function closeIn(inside: string, { quote, slashes }: Quote): { start: number; end: number } | undefined {
  for (const { 0: whole, 1: marks = '', 2: found, index } of inside.matchAll(/(\\{0,31})(["'])/g)) {
    const isEscaped = slashes === 0 ? marks.length % 2 === 1 && quote === '"' : marks.length > slashes;
    if (found === quote && !isEscaped) return { start: index, end: index + whole.length };
  }
  return undefined;
}

function bareFrom(text: string, at: number): { end: number; at: number } | undefined {
  const rest = text.slice(at, at + PART_CHARACTERS);
  const end = at + (BARE_END.exec(rest)?.index ?? rest.length);
  return end > at ? { end, at: end } : undefined;
}

/** Whether a quote closes one that was opened before the name: `["DB_PASSWORD='x'"]`. */
export function closesOuter(before: string, slashes: number, quote: string): boolean {
  const same = [...before.matchAll(/(\\{0,31})(["'])/g)].filter(
    ([, marks = '', found]) => found === quote && marks.length === slashes,
  );
  return same.length % 2 === 1;
}
