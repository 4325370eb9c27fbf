import { stripVTControlCharacters } from 'node:util';

/**
 * Text of models, programs and pages as it may be written to somebody's terminal: it moves no cursor, changes
 * no colour, title or clipboard, and is read in the order in which it stands. Lines and tabs stay.
 */
export const plainText = (text: string): string =>
  stripVTControlCharacters(text)
    .replace(/\r\n?|[\u2028\u2029]/g, '\n')
    .replace(UNSEEN, '');

/** The same on one line. */
export const plainLine = (text: string): string => plainText(text).replace(/\s+/g, ' ').trim();

/**
 * Controls, formats (what turns the direction of text, zero widths, tags) and halves of characters; not the
 * joiners that some scripts and emoji are written with.
 */
const UNSEEN = /(?![\n\t\u{200C}\u{200D}])[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu;

/** JSON on one line, in which everything that a terminal might act on is an escape. */
export const plainJson = (value: unknown): string =>
  JSON.stringify(value).replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]/gu, (found) =>
    [...Array(found.length).keys()]
      .map((at) => `\\u${found.charCodeAt(at).toString(16).padStart(4, '0')}`)
      .join(''),
  );
