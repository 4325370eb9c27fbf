import { guessedEncoding, isUnwritten } from './guessed-encoding.ts';

/** What bytes say as text, or why they are none, in words that fit after "it". */
export type Decoded =
  | {
      ok: true;
      text: string;
      /** By the name that `iconv` and Python know. */
      encoding: string;
      /** Nothing in the bytes says that it is this one. */
      isGuessed: boolean;
    }
  | { ok: false; reason: string };

/**
 * The text of bytes, without its byte order mark. UTF-8 and UTF-16 are read strictly; what is neither is read
 * in the encoding in which it looks like a language. `isPart`: the last character may be cut.
 */
export function decodedText(bytes: Uint8Array, { isPart = false } = {}): Decoded {
  const marked = MARKS.find(({ mark }) => mark.every((byte, i) => bytes[i] === byte));
  if (marked?.label === undefined && marked !== undefined) return { ok: false, reason: marked.reason };
  if (marked !== undefined) {
    const text = decode(bytes.subarray(marked.mark.length), marked.label, isPart);
    if (text !== undefined) return { ok: true, text, encoding: marked.encoding, isGuessed: false };
    return { ok: false, reason: `says that it is ${marked.encoding}, and is not: it is broken` };
  }
  if (bytes.includes(0)) return wide(bytes, isPart);
  const text = decode(bytes, 'utf-8', isPart);
  if (text !== undefined) return { ok: true, text, encoding: 'UTF-8', isGuessed: false };
  if (isMostlyUtf8(bytes)) {
    const reason = `is not text in UTF-8 alone (${firstWrong(bytes)} is none): iconv -c -f UTF-8 -t UTF-8 leaves out what is broken`;
    return { ok: false, reason };
  }
  const guess = guessedEncoding(bytes);
  const guessed = guess && decode(bytes, guess.label, isPart);
  if (guess !== undefined && guessed !== undefined)
    return { ok: true, text: guessed, encoding: guess.encoding, isGuessed: true };
  return { ok: false, reason: `is not text in UTF-8 (${firstWrong(bytes)}), nor in another known encoding` };
}

const MARKS = [
  {
    mark: [0xff, 0xfe, 0, 0],
    label: undefined,
    reason: 'is text in UTF-32, which is not read here: iconv -f UTF-32 -t UTF-8 makes UTF-8 of it',
  },
  { mark: [0xef, 0xbb, 0xbf], label: 'utf-8', encoding: 'UTF-8 with a BOM' },
  { mark: [0xff, 0xfe], label: 'utf-16le', encoding: 'UTF-16' },
  { mark: [0xfe, 0xff], label: 'utf-16be', encoding: 'UTF-16' },
] as const;

/** Undefined where the bytes are not in that encoding. */
function decode(bytes: Uint8Array, label: string, isPart: boolean): string | undefined {
  try {
    return new TextDecoder(label, { fatal: true, ignoreBOM: true }).decode(bytes, { stream: isPart });
  } catch {
    return undefined;
  }
}

/** Of what has NULs: UTF-16 without a mark, where that gives a text that somebody could have written. */
function wide(bytes: Uint8Array, isPart: boolean): Decoded {
  const sample = bytes.subarray(0, SAMPLE);
  if (!isWide(sample)) return { ok: false, reason: noText(bytes) };
  for (const [label, encoding] of WIDE) {
    const begins = decode(sample, label, true);
    if (begins === undefined || !isWritten(begins)) continue;
    const text = decode(bytes, label, isPart);
    if (text !== undefined && !text.includes('\0')) return { ok: true, text, encoding, isGuessed: true };
  }
  return { ok: false, reason: noText(bytes) };
}

const noText = (bytes: Uint8Array): string =>
  `is no text: it has NUL bytes (the first is byte ${bytes.indexOf(0) + 1})`;

/** In UTF-16 each character of ASCII has a NUL, always on the same side. */
function isWide(sample: Uint8Array): boolean {
  const nuls = [0, 0];
  let plain = 0;
  for (const [i, byte] of sample.entries()) {
    if (byte === 0) nuls[i % 2] = (nuls[i % 2] ?? 0) + 1;
    else if (byte < 0x7f) plain++;
  }
  const [even = 0, odd = 0] = nuls;
  const all = even + odd;
  const isAscii = plain > 0.95 * (sample.length - all);
  return Math.max(even, odd) > 0.9 * all && all > (isAscii ? 0.4 : 0.02) * sample.length;
}

const SAMPLE = 8_000;
const WIDE = [
  ['utf-16le', 'UTF-16LE'],
  ['utf-16be', 'UTF-16BE'],
] as const;

/** Has blanks, digits, letters or signs of ASCII, and none of what only chance makes. */
function isWritten(text: string): boolean {
  if (isUnwritten(text)) return false;
  const plain = text.match(/[\t\r\n -~]/g)?.length ?? 0;
  return plain > 0 && plain >= text.length / 50;
}

/**
 * Whether as many characters are in UTF-8 as bytes are not: what is broken in places would be read in another
 * encoding as letters that nobody wrote.
 */
function isMostlyUtf8(bytes: Uint8Array): boolean {
  let fitting = 0;
  let wrong = 0;
  for (let at = 0; at < bytes.length; at++) {
    const first = bytes[at] ?? 0;
    if (first < 0x80) continue;
    const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    const isFitting = first >= 0xc2 && first <= 0xf4 && isFollowed(bytes, at + 1, at + length);
    if (isFitting) at += length - 1;
    if (isFitting) fitting++;
    else wrong++;
  }
  return fitting > 0 && fitting >= wrong;
}

function isFollowed(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (((bytes[at] ?? 0) & 0xc0) !== 0x80) return false;
  return true;
}

function firstWrong(bytes: Uint8Array): string {
  let line = 1;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === 10) line++;
    if (byte >= 0x80 && !isUtf8At(bytes, at))
      return `byte 0x${byte.toString(16).toUpperCase()} in line ${line}`;
    if (byte >= 0xc0) at += byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1;
  }
  return 'its end is cut';
}

function isUtf8At(bytes: Uint8Array, at: number): boolean {
  const first = bytes[at] ?? 0;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  return decode(bytes.subarray(at, at + length), 'utf-8', false) !== undefined;
}
