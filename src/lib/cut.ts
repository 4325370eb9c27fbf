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
  return text.slice(0, left === -1 ? characters : characters + 1 - near.length + left);
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
  return skipped === -1 ? text.slice(start) : text.slice(start + skipped);
}
