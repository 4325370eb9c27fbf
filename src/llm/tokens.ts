import { createRequire } from 'node:module';

type Tokenizer = typeof import('gpt-tokenizer/encoding/o200k_base');

const require = createRequire(import.meta.url);
let loaded: Tokenizer | undefined;

/** Read when the first text is counted: its table of words is 2 MB, and most processes count none. */
function tokenizer(): Tokenizer {
  loaded ??= require('gpt-tokenizer/encoding/o200k_base') as Tokenizer;
  return loaded;
}

/** Longer texts are counted by their beginning and scaled: exactness there is worth less than the time. */
const COUNTED_CHARACTERS = 100_000;
/**
 * What is counted at once: a tokenizer takes time that grows with the square of a word, and a word is
 * whatever has no white space in it.
 */
const PIECE = 256;
/** Marks like <|endoftext|> are words here, whoever writes them. */
const AS_TEXT = { disallowedSpecial: new Set<string>() };
const REMEMBERED = 20_000;

/** How many tokens a text has, about: models differ, and the usage that comes back tells. */
export function tokensOf(text: string): number {
  const counted = Math.min(text.length, COUNTED_CHARACTERS);
  const { countTokens } = tokenizer();
  let count = 0;
  for (let at = 0; at < counted; ) {
    const end = endOfPiece(text, at, counted);
    count += countTokens(text.slice(at, end), AS_TEXT);
    at = end;
  }
  return Math.ceil(count * (text.length / Math.max(1, counted)));
}

/** Before a blank where there is one: a word and the blank before it are one token. */
function endOfPiece(text: string, start: number, counted: number): number {
  const most = start + PIECE;
  if (most >= counted) return counted;
  const blank = text.lastIndexOf(' ', most);
  return blank > start ? blank : most;
}

/** Counts texts that are known by a key and never change, each once. */
export class TokenCounts {
  readonly #counts = new Map<string, number>();

  of(key: string, text: () => string): number {
    const known = this.#counts.get(key);
    if (known !== undefined) return known;
    const count = tokensOf(text());
    if (this.#counts.size >= REMEMBERED) this.#counts.clear();
    this.#counts.set(key, count);
    return count;
  }
}
