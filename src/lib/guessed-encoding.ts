/** An encoding by the name that `TextDecoder` knows, and by the one that `iconv` and Python know. */
export type Encoding = { label: string; encoding: string };

/**
 * In which encoding bytes that are not UTF-8 look like a language; undefined where they do in none. Detectors
 * by statistics need more than the few foreign letters that a table has.
 */
export function guessedEncoding(bytes: Uint8Array): Encoding | undefined {
  const sample = foreignParts(bytes);
  const candidates = isInRuns(sample) ? SCRIPTS : LATIN;
  let best: { encoding: Encoding; score: number } | undefined;
  for (const { label, encoding, scoreOf } of candidates) {
    const text = decode(sample, label);
    const score = text === undefined || isUnwritten(text) ? 0 : scoreOf(text, sample);
    if (score > (best?.score ?? LEAST)) best = { encoding: { label, encoding }, score };
  }
  return best?.encoding;
}

type Candidate = Encoding & { scoreOf(text: string, bytes: Uint8Array): number };

/** A text that scores less is in no such language. */
const LEAST = 0.6;
const SAMPLE = 20_000;

/** Lines that have other bytes than those of ASCII, as many as tell the encoding. */
function foreignParts(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  let size = 0;
  for (let at = 0; at < bytes.length && size < SAMPLE; ) {
    const newline = bytes.indexOf(10, at);
    const end = newline === -1 ? bytes.length : newline + 1;
    const line = bytes.subarray(at, Math.min(end, at + SAMPLE));
    if (line.some((byte) => byte >= 0x80)) {
      parts.push(line);
      size += line.length;
    }
    at = end;
  }
  return Buffer.concat(parts);
}

/** Letters of Latin scripts stand alone between those of ASCII, those of other scripts in a row. */
function isInRuns(bytes: Uint8Array): boolean {
  let high = 0;
  let runs = 0;
  let wasHigh = false;
  for (const byte of bytes) {
    const isHigh = byte >= 0x80;
    if (isHigh) high++;
    if (isHigh && !wasHigh) runs++;
    wasHigh = isHigh;
  }
  return runs > 0 && high / runs > 1.6;
}

/** The last character of a long line may be cut. */
function decode(bytes: Uint8Array, label: string): string | undefined {
  try {
    return new TextDecoder(label, { fatal: true }).decode(bytes, { stream: true });
  } catch {
    return undefined;
  }
}

/** Has what nobody writes: controls, what is not assigned, what is private. */
export const isUnwritten = (text: string): boolean =>
  UNWRITTEN.test(text.replaceAll('\t', '').replaceAll('\r', '').replaceAll('\n', ''));
const UNWRITTEN = /[\p{Cc}\p{Cn}\p{Co}\p{Cs}]/u;

const FOREIGN = /[\u0080-\u{10ffff}]/gu;

/** Of the characters that are not ASCII, how many are such. */
const share = (text: string, such: RegExp): number =>
  (text.match(such)?.length ?? 0) / Math.max(1, text.match(FOREIGN)?.length ?? 0);

/** Signs within words: in another encoding of Latin scripts they would be letters. */
const ODD =
  /(?<=\p{L})[¹²³¿£¥¼½¾¶§±¤¦¬‚„†‡ˆ‰‹›˜˘˝˛ˇ¸¨´](?=\p{L})|[£¦¥©¤±¨´](?=\p{L})|[ðþÐÞ]|(?<=\p{L})[ýÝ](?=[lnmrtkz])/gu;
const latin = (text: string): number => 1 - share(text, ODD);

const KANA = /[\u3040-\u30ff]/g;
const JAPANESE = /[\u3000-\u30ff\u4e00-\u9fff\uff01-\uff60]/g;
const HANGUL = /[\uac00-\ud7a3\u3000-\u3002]/g;
const HAN = /[\u4e00-\u9fff\u3000-\u303f\uff01-\uff60]/g;
const LATIN: readonly Candidate[] = [
  { label: 'windows-1252', encoding: 'Windows-1252', scoreOf: latin },
  { label: 'windows-1250', encoding: 'Windows-1250', scoreOf: (text) => latin(text) - 0.01 },
  { label: 'windows-1254', encoding: 'Windows-1254', scoreOf: (text) => latin(text) - 0.02 },
  // The second byte of their characters may be one of ASCII.
  { label: 'shift_jis', encoding: 'Shift_JIS', scoreOf: (text) => share(text, JAPANESE) - 0.2 },
  { label: 'big5', encoding: 'Big5', scoreOf: (text) => share(text, HAN) - 0.2 },
];

/** Within words letters are small ones. */
const CYRILLIC = /(?<=\p{L})[а-яё]|(?<!\p{L})[А-Яа-яЁё]|(?<![а-яё])[А-ЯЁ](?![а-яё])/gu;
const GREEK = /(?<=\p{L})[ΐά-ώς]|(?<!\p{L})[\u0370-\u03ff]|(?<![ΐά-ώς])[Α-Ω](?![ΐά-ώς])/gu;
const HEBREW = /[\u05d0-\u05ea]/g;
const ARABIC = /[\u0600-\u06ff\ufb50-\ufdff]/g;
const CENTRAL = /[ĄĆĘŁŃÓŚŹŻąćęłńóśźżÁČĎÉĚÍŇŘŠŤÚŮÝŽáčďéěíňřšťúůýžÄÖÜäöüßŐŰőűâîăşţ–—„”“’]/g;

/** How many letters of another script stand in a word beside those of ASCII: nobody writes so. */
const MIXED = /(?<=[A-Za-z])[\u0080-\u{10ffff}]|[\u0080-\u{10ffff}](?=[A-Za-z])/gu;
const apart = (text: string): number => 1 - share(text, MIXED);

/** Vowels of Russian, of which there are more than of the letters of Hebrew at their places. */
const VOWELS = /[аеиоуыэюя]/g;
const hebrew = (text: string, bytes: Uint8Array): number => {
  const isOfRussian = bytes.some((byte) => byte >= 0xc0 && (byte < 0xe0 || byte > 0xfa));
  const asRussian = new TextDecoder('windows-1251').decode(bytes);
  return isOfRussian || share(asRussian, VOWELS) > 0.3 ? 0 : share(text, HEBREW);
};

/** Its letters stand in both halves of the upper half: capitals of other scripts do not. */
const arabic = (text: string, bytes: Uint8Array): number => {
  const letters = bytes.filter((byte) => byte >= 0xc0);
  const upper = letters.filter((byte) => byte >= 0xe0).length / Math.max(1, letters.length);
  return upper > 0.15 && upper < 0.8 ? share(text, ARABIC) - 0.05 : 0;
};

/** How many characters of two bytes begin with one of these: the frequent ones come first in each table. */
function frequent(bytes: Uint8Array, from: number, to: number): number {
  let pairs = 0;
  let fitting = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x80) continue;
    pairs++;
    if (byte >= from && byte <= to) fitting++;
    at++;
  }
  return fitting / Math.max(1, pairs);
}

const SCRIPTS: readonly Candidate[] = [
  {
    label: 'shift_jis',
    encoding: 'Shift_JIS',
    scoreOf: (text) => share(text, JAPANESE) - 0.05 + bonus(text),
  },
  { label: 'euc-jp', encoding: 'EUC-JP', scoreOf: (text) => share(text, JAPANESE) - 0.12 + bonus(text) },
  {
    label: 'euc-kr',
    encoding: 'EUC-KR',
    scoreOf: (text, bytes) => share(text, HANGUL) * frequent(bytes, 0xa1, 0xc8),
  },
  {
    label: 'gb18030',
    encoding: 'GB18030',
    scoreOf: (text, bytes) => share(text, HAN) * frequent(bytes, 0xa1, 0xd7) - 0.02,
  },
  {
    label: 'big5',
    encoding: 'Big5',
    scoreOf: (text, bytes) => share(text, HAN) * frequent(bytes, 0xa1, 0xc6) - 0.04,
  },
  {
    label: 'windows-1251',
    encoding: 'Windows-1251',
    scoreOf: (text) => share(text, CYRILLIC) * apart(text) - 0.01,
  },
  {
    label: 'windows-1255',
    encoding: 'Windows-1255',
    scoreOf: (text, bytes) => hebrew(text, bytes) * apart(text),
  },
  {
    label: 'windows-1256',
    encoding: 'Windows-1256',
    scoreOf: (text, bytes) => arabic(text, bytes) * apart(text),
  },
  {
    label: 'windows-1250',
    encoding: 'Windows-1250',
    scoreOf: (text) => latin(text) * share(text, CENTRAL) - 0.2,
  },
  // A few capitals of Western languages are small letters there.
  {
    label: 'koi8-r',
    encoding: 'KOI8-R',
    scoreOf: (text) => share(text, CYRILLIC) * apart(text) - (isShort(text) ? 0.35 : 0.02),
  },
  {
    label: 'windows-1253',
    encoding: 'Windows-1253',
    scoreOf: (text) => share(text, GREEK) * apart(text) - (isShort(text) ? 0.35 : 0.03),
  },
  // Of a few words in capitals, or of signs in a row.
  {
    label: 'windows-1252',
    encoding: 'Windows-1252',
    scoreOf: (text) => latin(text) * share(text, WESTERN) - 0.3,
  },
];

/** Too few letters for them to tell a script. */
const isShort = (text: string): boolean => (text.match(FOREIGN)?.length ?? 0) < 8;

const WESTERN = /[\u00a0-\u00ff\u2013-\u2026\u20ac\u2122]/g;

/** Kana are in every sentence of Japanese, and nowhere else. */
const bonus = (text: string): number => (share(text, KANA) > 0.1 ? 0.15 : 0);
