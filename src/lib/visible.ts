/*
 * Text as people have to see it before they decide on it: what can't be seen, what changes the order in which
 * text is read, and letters that are taken for others are written out, e.g. `‹U+202E›`. Nothing else changes,
 * and the text can be had back from it (`‹` itself is written out, too), so two texts never look the same.
 */

/** Text of several lines, whose ends and tabs are what they look like. */
export const visible = (text: string): string => marked(text, 'several');

/** Text that has one line, whatever is in it: a line's end is written out as well. */
export const visibleLine = (text: string): string => marked(text, 'one');

/** What of a text is written out when it is shown, as `U+202E`: each once, in order. */
export const hiddenIn = (text: string): string[] => writtenOutIn(visible(text));

/** The same of a text as it is shown already. */
export function writtenOutIn(shown: string): string[] {
  const codes = new Set<string>();
  for (const [, code = ''] of shown.matchAll(/‹(U\+[0-9A-F]{4,6})›/g)) codes.add(code);
  codes.delete(OPENING_CODE);
  return [...codes];
}

/** More than anybody can look at, one by one: what is written out takes eight times the room. */
const MOST_WRITTEN_OUT = 10_000;
const AT_ONCE = 20_000;

/** Whether a text has more that is written out than people can be asked to look at. */
export function hasTooMuchUnseen(text: string): boolean {
  let count = 0;
  for (let at = 0; at < text.length && count <= MOST_WRITTEN_OUT; at += AT_ONCE) {
    const piece = text.slice(at, at + AT_ONCE);
    count += visible(piece).split('›').length - piece.split('›').length;
  }
  return count > MOST_WRITTEN_OUT;
}

const OPENING = '‹';
const OPENING_CODE = 'U+2039';

/**
 * Controls, formats (bidirectional ones, zero widths, tags), whatever has no picture of its own, blanks that
 * are no space, and the blank of Braille. A variation selector is let be where it only asks for an emoji.
 */
const UNSEEN =
  /(?<!\p{Extended_Pictographic})\u{FE0F}|(?!\u{FE0F}| )[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Z}\p{Default_Ignorable_Code_Point}\u{2800}]/gu;

/** Marks that pile up over one character, and cover its neighbours. */
const PILED = /(?<=\p{M}{3})\p{M}/gu;

/** Letters and digits that are ASCII to a program, such as Python's names, and others in the text. */
const FOLDED = /(?!\p{ASCII})[\p{L}\p{Nd}]/gu;

/** Signs that look like those of addresses, paths and options, within what is ASCII otherwise. */
const LOOKALIKE_SIGNS = /(?<=[A-Za-z0-9/:.-])[．／：＠＝․⁄∕⧸⧵﹒∶։。｡‐‑](?=[A-Za-z0-9/:.-])|\u{37E}/gu;

/** Words, paths and addresses: what somebody takes for one piece. */
const PIECE = /[\p{L}\p{N}\p{M}._/:@+-]+/gu;

/** Letters of other scripts that look like those of ASCII. */
const LOOKALIKES =
  /[АВЕЅІЈКМНОРСТУХЬаеѕіјкорсухһԁԛԝѵӏΑΒΕΖΗΙΚΜΝΟΡΤΥΧονρυιϲϳՕՍոսօցԼᎪᎬᎠᎢᏀᏃᏆᏞᏟᏢᏚᏔᏙﺎꓐꓓꓔꓖꓚꓡꓢꓳɑɡⲟᴏꜱʏᴇҽⵏჿဝ௦๐੦ꮖ]/gu;

function marked(text: string, lines: 'one' | 'several'): string {
  const isPlain = /^[\x20-\x7E\n\t]*$/.test(text); // nearly every text: nothing is looked for in it
  const opened = isPlain ? text : text.replaceAll(OPENING, markOf(OPENING));
  const seen = opened.replace(UNSEEN, (found) =>
    lines === 'several' && (found === '\n' || found === '\t') ? found : markOf(found),
  );
  if (isPlain) return seen;
  return seen
    .replace(PILED, markOf)
    .replace(FOLDED, (found) => (/^[A-Za-z0-9]+$/.test(found.normalize('NFKC')) ? markOf(found) : found))
    .replace(LOOKALIKE_SIGNS, markOf)
    .replace(PIECE, (piece) => (/[A-Za-z0-9]/.test(piece) ? piece.replace(LOOKALIKES, markOf) : piece));
}

const markOf = (found: string): string =>
  `${OPENING}U+${(found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}›`;
