/*
 * The one place where texts are cut. What is cut is a text, never what a platform makes of it, whose end
 * could be half of an escape; and it is cut between characters as people see them.
 */

/** The characters of a text as people see them: an emoji of several code points is one. */
export const graphemes = (text: string): string[] =>
  Array.from(SEGMENTER.segment(text), ({ segment }) =>
    segment.length > LONGEST ? [...segment] : [segment],
  ).flat();

const SEGMENTER = new Intl.Segmenter();

/** At most `limit` units of a text, marked where something was cut. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return `${wholeBeginning(text, limit - 1)}…`;
}

/** The beginning of a text, of at most `limit` units: it ends between two characters. */
export function wholeBeginning(text: string, limit: number): string {
  return text.length <= limit ? text : text.slice(0, boundaryBefore(text, limit));
}

/** The end of a text, of at most `limit` units: it begins between two characters. */
export const wholeEnding = (text: string, limit: number): string =>
  text.length <= limit ? text : wholeEnd(text, text.length - limit);

/** How far is looked for the beginning of a character. */
const NEAR = 2_000;

/** A longer character is none that anybody reads. */
const LONGEST = 100;

/** The last place at or before `at` that is between two characters, and within no character of two halves. */
function boundaryBefore(text: string, at: number): number {
  const from = Math.max(0, at - NEAR);
  const found = SEGMENTER.segment(text.slice(from, at + LONGEST)).containing(at - from);
  // Somebody may have piled marks upon a character until it is longer than the text may be.
  const isPiled = found === undefined || (found.index === 0 && (from > 0 || found.segment.length > LONGEST));
  if (!isPiled) return from + found.index;
  return /[\ud800-\udbff]/.test(text.charAt(at - 1)) ? at - 1 : at;
}

/**
 * Text as a platform prints it, at most `limit` units of that: as much of the text is printed as has room.
 */
export function printedWithin(text: string, limit: number, print: (text: string) => string): string {
  let printed = print(text);
  for (let room = text.length; printed.length > limit; printed = print(cut(text, room))) {
    if (room <= 0) return '';
    room = Math.min(room - 1, Math.floor((room * limit) / printed.length));
  }
  return printed;
}

/**
 * How far a cut may move so that it goes between lines or words: half a word tells nobody anything, but may
 * be half a secret.
 */
const REACH = 2_000;

/**
 * The beginning of a text, of at most so many characters; it ends with a line or at least with a word, where
 * one ends near.
 */
export function beginningOf(text: string, characters: number): string {
  if (text.length <= characters) return text;
  const near = text.slice(Math.max(0, characters - Math.min(REACH, characters / 2)), characters + 1);
  const line = near.lastIndexOf('\n');
  const word = near.search(/\s\S*$/);
  const left = line !== -1 ? line : word;
  return left === -1 ? wholeBeginning(text, characters) : text.slice(0, characters + 1 - near.length + left);
}

/**
 * The end of a text, of at most so many characters; it begins with a line or at least with a word, where one
 * begins near.
 */
export function endOf(text: string, characters: number): string {
  if (text.length <= characters) return text;
  const start = text.length - characters;
  const near = text.slice(start - 1, start + Math.min(REACH, characters / 2));
  const line = near.indexOf('\n');
  const word = near.search(/\s/);
  const skipped = line !== -1 ? line : word;
  return skipped === -1 ? wholeEnd(text, start) : text.slice(start + skipped);
}

/** The end of a text from `start` on, or a little later, where a character begins. */
function wholeEnd(text: string, start: number): string {
  const found = SEGMENTER.segment(text.slice(Math.max(0, start - NEAR), start + LONGEST));
  const at = found.containing(Math.min(start, NEAR));
  const isWithin = at !== undefined && at.index < Math.min(start, NEAR) && at.segment.length < LONGEST;
  return text.slice(isWithin ? start - Math.min(start, NEAR) + at.index + at.segment.length : start);
}
