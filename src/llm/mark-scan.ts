import { parsedJson } from '../lib/json.ts';
import { plainMarks } from './marks.ts';
import { pythonCalls } from './python-literals.ts';
import { callsInJson } from './written-json.ts';

/** A text with its marks in one form, in which they are looked for. */
export type Marked = { text: string; plain: string };

export const markedOf = (text: string): Marked => ({ text, plain: plainMarks(text) });

/** What stands between two places of a text, and where it goes on. */
type Between = { inner: string; end: number };

/** So many ends are tried: in what is asked of a tool there may be some, as text. */
const MOST_ENDS = 20;

/**
 * Between a mark that stands at a place and the first of others that is none of a text within. An end that is
 * missing is the end of the text.
 */
export function between(
  { text, plain }: Marked,
  at: number,
  open: string,
  closes: readonly string[],
  isWhole: (inner: string) => boolean = isWholeCall,
): Between | undefined {
  if (!plain.startsWith(open, at)) return undefined;
  const start = at + open.length;
  let first: Between | undefined;
  let from = start;
  for (let tried = 0; tried < MOST_ENDS; tried++) {
    const found = firstOf(plain, closes, from);
    if (found === undefined) break;
    const read = { inner: text.slice(start, found.at), end: found.at + found.mark.length };
    if (isWhole(read.inner)) return read;
    first ??= read;
    from = read.end;
  }
  return first ?? { inner: text.slice(start), end: text.length };
}

/** Whether a call that is written so is all there, as far as its form says. */
function isWholeCall(inner: string): boolean {
  const bare = inner.trim();
  if (/^[[{]/.test(bare)) {
    return parsedJson(bare) !== undefined || callsInJson(bare).length > 0 || pythonCalls(bare) !== undefined;
  }
  const plain = plainMarks(bare);
  if (plain.includes('<arg_key>')) return plain.endsWith('</arg_value>');
  if (plain.includes('<parameter=')) return upToLast(plain, '</function>').trimEnd().endsWith('</parameter>');
  return true;
}

export function firstOf(
  text: string,
  marks: readonly string[],
  from = 0,
): { at: number; mark: string } | undefined {
  let first: { at: number; mark: string } | undefined;
  for (const mark of marks) {
    const at = text.indexOf(mark, from);
    if (at !== -1 && (first === undefined || at < first.at)) first = { at, mark };
  }
  return first;
}

/** The parts of a text behind each of a mark. */
export function behindEach(text: string, mark: string): string[] {
  const plain = plainMarks(text);
  const parts: string[] = [];
  for (let at = plain.indexOf(mark); at !== -1; ) {
    const next = plain.indexOf(mark, at + mark.length);
    parts.push(text.slice(at + mark.length, next === -1 ? text.length : next));
    at = next;
  }
  return parts;
}

/** A text up to the last of a mark; all of it where there is none. */
export function upToLast(text: string, mark: string): string {
  const at = plainMarks(text).lastIndexOf(mark);
  return at === -1 ? text : text.slice(0, at);
}

/** Where the JSON object or list ends that begins at a place; undefined where none does. */
export function jsonEnd(text: string, at: number): number | undefined {
  if (!/[[{]/.test(text.charAt(at))) return undefined;
  let depth = 0;
  let isInText = false;
  for (let i = at; i < text.length; i++) {
    const sign = text[i];
    if (sign === '"') isInText = !isInText;
    else if (isInText) i += sign === '\\' ? 1 : 0;
    else if (sign === '{' || sign === '[') depth++;
    else if ((sign === '}' || sign === ']') && --depth === 0) return i + 1;
  }
  return undefined;
}
