import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';

/** Longer texts are counted by their beginning and scaled: exactness there is worth less than the time. */
const COUNTED_CHARACTERS = 200_000;
/** Marks like <|endoftext|> are words here, whoever writes them. */
const AS_TEXT = { disallowedSpecial: new Set<string>() };
const REMEMBERED = 20_000;

/** How many tokens a text has, about: models differ, and the usage that comes back tells. */
export function tokensOf(text: string): number {
  if (text.length <= COUNTED_CHARACTERS) return countTokens(text, AS_TEXT);
  const beginning = countTokens(text.slice(0, COUNTED_CHARACTERS), AS_TEXT);
  return Math.ceil((beginning * text.length) / COUNTED_CHARACTERS);
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
