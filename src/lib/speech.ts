/*
 * Who says what, as models and exports are told it. A line that begins with a name in brackets is where
 * somebody begins to speak; nothing that people, programs or pages write can begin such a line, because
 * every further line of what is said stands further in.
 */

/** What the product itself says. */
const PRODUCT = 'ML Intern, automatic';

/** Somebody's words under their name. */
export const said = (name: string, text: string): string => `[${speakerName(name)}] ${furtherIn(text)}`;

/** The product's words: where they quote others, these stand further in, as the rest does. */
export const automatic = (text: string): string => `[${PRODUCT}] ${furtherIn(text)}`;

/** A summary of the product's in an export. */
export const summary = (text: string): string => `[ML Intern, summary] ${furtherIn(text)}`;

/** Words that are quoted, each of their lines marked. */
export const quotedWords = (name: string, text: string): string => said(name, text).replace(/^/gm, '> ');

/** The same of what has several speakers, or none. */
export const quotedLines = (text: string): string => furtherIn(text).replace(/^(?: {2})?/gm, '> ');

/** Everything that some reader takes for the end of a line. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: separators of records are among them
const LINE_BREAK = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/g;

const furtherIn = (text: string): string => text.replace(LINE_BREAK, '\n  ').replace(/^ +$/gm, '');

/**
 * Text of a program or a page between fences that it can't close: they are longer than any run of the same
 * sign in it.
 */
export function fenced(text: string, language = ''): string {
  const runs = text.match(/`+/g) ?? [];
  const fence = '`'.repeat(Math.max(3, ...runs.map((run) => run.length + 1)));
  return `${fence}${language}\n${text}\n${fence}`;
}

/**
 * What each of several people is called. Names are what people say of themselves: two who say the same are
 * told apart by their ids.
 */
export function speakerNames(people: readonly { id: string; name: string }[]): (id: string) => string {
  const names = new Map(people.map(({ id, name }) => [id, speakerName(name)]));
  const shared = Map.groupBy(names.keys(), (id) => lookOf(names.get(id) ?? ''));
  return (id) => {
    const name = names.get(id) ?? 'somebody';
    return (shared.get(lookOf(name))?.length ?? 0) > 1 ? `${name} (${id})` : name;
  };
}

const LONGEST_NAME = 80;

/** Controls, what changes the direction of text, and what can't be seen. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0\u2800]/gu;

/**
 * A name that people have given themselves: on one line, without brackets and what can't be seen, and not the
 * product's own.
 */
export function speakerName(name: string): string {
  const clean = name
    .normalize('NFKC')
    .replace(LINE_BREAK, ' ')
    .replace(UNSEEN, '')
    .replace(BRACKETS, '')
    .replace(/\s+/g, ' ')
    .trim();
  const short = [...clean].slice(0, LONGEST_NAME).join('');
  if (short === '') return 'somebody without a name';
  return isLikeProduct(short) ? `a person who calls themselves “${short}”` : short;
}

/** All brackets but round and curly ones, and pieces of tall ones: a name in brackets is who speaks. */
const BRACKETS = /(?![(){}])[\p{Ps}\p{Pe}⎡⎢⎣⎤⎥⎦⌈⌉⌊⌋「」『』]/gu;

/**
 * Letters of other scripts, small capitals and signs that look like the Latin ones of the product's name.
 */
const ALIKE = [...'амтеосіѕнгпиӏαμτεοιηνυ01|ᴍʍʟɪɴᴛᴇʀᴀᴜᴏᴄꓟꓡꓲꓠꓔꓰꓣꮇꮮꭵꭲꭼꮢᛖᛚ'];
const LATIN = 'amteocisnrnnlamteoinnuollmmlinterauocmlintermliterml';

/** White letters in black circles and squares, and those of flags, which no normal form makes plain. */
const FRAMED = /[\u{1F150}-\u{1F169}\u{1F170}-\u{1F189}\u{1F1E6}-\u{1F1FF}]/gu;
const plainLetter = (framed: string): string => {
  const at = framed.codePointAt(0) ?? 0;
  const first = [0x1f1e6, 0x1f170, 0x1f150].find((code) => at >= code) ?? at;
  return String.fromCharCode(65 + at - first);
};

/** What a name looks like at a glance. */
const lookOf = (name: string): string =>
  [...name.replace(FRAMED, plainLetter).normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()]
    .map((letter) => LATIN[ALIKE.indexOf(letter)] ?? letter)
    .join('')
    .replace(/[^\p{L}\p{N}]/gu, '')
    .replaceAll('l', 'i'); // which look the same in many fonts

function isLikeProduct(name: string): boolean {
  const look = lookOf(name);
  return look.includes('miintern') || look.startsWith('automatic');
}
