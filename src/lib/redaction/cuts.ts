import { createBreath } from '../breath.ts';
import { linePrefix } from './addresses.ts';
import { type Finding, LONGEST, MARK, withMarks } from './finding.ts';
import type { KnownValues } from './known-values.ts';

/*
 * Parts of texts. A cut may go through a secret, and half of one is told by nobody: so what stands around the
 * cut is looked at first, and a cut that would go through a secret goes before it.
 */

/** What finds secrets in a text, and what takes them out. */
type Scanner = { known: KnownValues; find(text: string): Finding[]; scrub(text: string): string };

/**
 * A text that still grows, without what may become a secret: its last word, and what may be the beginning of
 * a known value.
 */
export function growing(scanner: Scanner, text: string): string {
  const end = text.slice(-LONGEST);
  const word = end.length - (/[^\x21-\x7e][\x21-\x7e]*$/.exec(end)?.index ?? -1) - 1;
  const held = Math.max(word, scanner.known.begunAtEnd(text));
  return upTo(scanner, text, text.length - held);
}

/** The first characters of a text. */
export const head = (scanner: Scanner, text: string, characters: number): string =>
  upTo(scanner, text.slice(0, characters + LONGEST), characters);

function upTo(scanner: Scanner, text: string, end: number): string {
  const found = scanner.find(text);
  const through = found.find(({ start, end: last }) => start < end && last > end);
  const cut = through?.start ?? end;
  return scanner.scrub(
    withMarks(
      text.slice(0, cut),
      found.filter(({ end: last }) => last <= cut),
    ),
  );
}

/** The last characters of a text. */
export function tail(scanner: Scanner, text: string, characters: number): string {
  if (text.length <= characters) return scanner.scrub(text);
  const window = text.slice(-(characters + LONGEST));
  const begin = window.length - characters;
  const found = scanner.find(window);
  const through = found.find(({ start, end }) => start < begin && end > begin);
  const from = through?.end ?? begin;
  const rest = found
    .filter(({ start }) => start >= from)
    .map(({ start, end, what }) => ({ start: start - from, end: end - from, what }));
  return scanner.scrub(`${through ? MARK : ''}${withMarks(window.slice(from), rest)}`);
}

const KEY_BEGINS = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY/;
const KEY_ENDS = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY/;
const KEY_LINE = /^[\s>|]*(?:[A-Za-z0-9+/=]*|(?:Proc-Type|DEK-Info): ?.*)$/;

/**
 * Lines as they come, one by one: what one says of the next is kept in mind, as a name before its value, and
 * a key's beginning.
 */
export function byLines(scanner: Scanner): (line: string) => string {
  let before = '';
  let isInKey = false;
  let prefix: RegExp | undefined;
  const bare = (line: string) => {
    if (prefix === undefined) return line;
    prefix.lastIndex = 0;
    return prefix.test(line) ? line.slice(prefix.lastIndex) : line;
  };
  return (line) => {
    if (isInKey && KEY_LINE.test(bare(line).trimEnd())) return line.trim() === '' ? line : MARK;
    const begins = line.search(KEY_BEGINS);
    if (begins !== -1) prefix = linePrefix(line.slice(0, begins).slice(-120));
    isInKey = begins !== -1 && line.slice(begins).search(KEY_ENDS) === -1;
    const text = `${before}\n${line}`;
    const offset = before.length + 1;
    const own = scanner
      .find(text)
      .filter(({ end }) => end > offset)
      .map((finding) => ({
        ...finding,
        start: Math.max(0, finding.start - offset),
        end: finding.end - offset,
      }));
    before = line.slice(-LONGEST);
    return scanner.scrub(withMarks(line, own));
  };
}

/** Longer texts are scrubbed piece by piece, so that others get their turn in between. */
export const PIECE = 100_000;

/** A text of many lines, without keeping the process from all else. */
export async function inPieces(scanner: Scanner, text: string): Promise<string> {
  const clean: string[] = [];
  const breathe = createBreath();
  for (let at = 0; at < text.length; ) {
    const end = endOfPiece(scanner, text, at);
    clean.push(scanner.scrub(text.slice(at, end)));
    at = end;
    if (at < text.length) await breathe();
  }
  return clean.join('');
}

/** The end of a line, and never one within a private key; in a line without end, one that parts no secret. */
function endOfPiece(scanner: Scanner, text: string, start: number): number {
  if (text.length - start <= PIECE) return text.length;
  const line = text.lastIndexOf('\n', start + PIECE);
  if (line <= start) return withinLine(scanner, text, start + PIECE);
  const end = line + 1;
  const begin = text.lastIndexOf('-----BEGIN ', end);
  const isInKey = begin > start && end - begin < LONGEST && text.slice(begin, end).search(KEY_ENDS) === -1;
  return isInKey ? begin : end;
}

/** How far a name may stand before the value that it says is secret. */
const NAME_CHARACTERS = 512;

/** The nearest place before `end` that goes through no secret, and not between one and its name. */
function withinLine(scanner: Scanner, text: string, end: number): number {
  const begin = end - LONGEST;
  const found = scanner.find(text.slice(begin, end + LONGEST));
  const isParted = (cut: number) =>
    found.some((finding) => finding.start < cut + NAME_CHARACTERS && finding.end > cut);
  for (let cut = LONGEST; cut > 0; cut -= NAME_CHARACTERS) if (!isParted(cut)) return begin + cut;
  return end;
}
