import { parsedJson } from './json.ts';

/**
 * What can be read of JSON whose end is missing, or is more than so many values: lists and objects end where
 * it was cut, and so does a text. Undefined where nothing can be read.
 */
export function readCutJson(text: string, mostValues: number): unknown {
  const closed = closedAt(text, mostValues);
  return closed === undefined ? undefined : parsedJson(closed);
}

/** What is open at a place of a text. */
type Open = { end: '}' | ']'; isKey: boolean };

/** The text up to its last whole value, with what is open there closed; undefined where none begins in it. */
function closedAt(text: string, mostValues: number): string | undefined {
  const open: Open[] = [];
  let whole: { upTo: number; ends: string } | undefined;
  let values = 0;
  /** Notes that the text can end here. */
  const keep = (upTo: number) => {
    whole = { upTo, ends: ends(open) };
  };
  for (let at = 0; at < text.length && values <= mostValues; at++) {
    const character = text[at];
    const inner = open.at(-1);
    if (character === '"') {
      const end = endOfText(text, at);
      if (end === undefined) {
        const isValue = inner?.end === ']' || inner?.isKey === false;
        if (isValue) return `${withoutHalfEscape(text)}"${ends(open)}`;
        break;
      }
      at = end;
    } else if (character === '{' || character === '[') {
      open.push({ end: character === '{' ? '}' : ']', isKey: character === '{' });
      values++;
      keep(at + 1);
    } else if (character === '}' || character === ']') {
      open.pop();
      keep(at + 1);
    } else if (character === ',') {
      keep(at);
      values++;
      if (inner?.end === '}') inner.isKey = true;
    } else if (character === ':' && inner !== undefined) inner.isKey = false;
  }
  return whole && text.slice(0, whole.upTo) + whole.ends;
}

const ends = (open: readonly Open[]): string =>
  open
    .toReversed()
    .map(({ end }) => end)
    .join('');

/** Where the text that begins at a quote ends. */
function endOfText(text: string, from: number): number | undefined {
  for (let end = text.indexOf('"', from + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text[end - 1 - slashes] === '\\') slashes++;
    if (slashes % 2 === 0) return end;
  }
  return undefined;
}

/** An escape that was cut is none. */
function withoutHalfEscape(text: string): string {
  const [half = ''] = /\\(?:u[0-9a-f]{0,3})?$/i.exec(text) ?? [];
  if (half === '') return text;
  const begins = text.length - half.length;
  let first = begins;
  while (text[first - 1] === '\\') first--;
  return (begins - first) % 2 === 1 ? text : text.slice(0, -half.length);
}
