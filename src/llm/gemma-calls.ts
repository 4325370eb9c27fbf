/*
 * Calls as Gemma 4 and FunctionGemma write them: `call:read{path:<|"|>a<|"|>,lines:[1,2]}`, names bare,
 * texts between marks or quotes. https://github.com/ml-explore/mlx-lm/pull/1105,
 * https://github.com/NousResearch/hermes-agent/pull/48412
 */

/** A call: its arguments are their JSON text, and what was written where they can't be read. */
type GemmaCall = { name: string; args: string; end: number };

/** Thrown where a text is no such value; nobody sees it. */
class NoValue extends Error {}

/** Deeper values are none of a call. */
const DEEPEST = 40;
const QUOTES = ['<|"|>', '<escape>', '"', "'"];

/** Reads the call that begins at a place of a text; undefined where none does. */
export function gemmaCall(text: string, at: number): GemmaCall | undefined {
  const header = /\s*(?:call:\s*)?([\w.:-]{1,200}?)\s*(?=[{(])/y;
  header.lastIndex = at;
  const [whole, name] = header.exec(text) ?? [];
  if (whole === undefined || name === undefined) return undefined;
  const start = at + whole.length;
  const reader = new GemmaReader(text, start);
  try {
    return { name, args: JSON.stringify(reader.given()), end: reader.at };
  } catch (error) {
    if (!(error instanceof NoValue)) throw error;
    return { name, args: text.slice(start), end: text.length };
  }
}

/** Goes over a text once, from a place on. */
class GemmaReader {
  readonly #text: string;
  at: number;
  #depth = 0;

  constructor(text: string, at: number) {
    this.#text = text;
    this.at = at;
  }

  /** What a call is given, between braces or brackets, or in both. */
  given(): Record<string, unknown> {
    if (!this.#takes('(')) {
      this.#take('{');
      return this.#fields('}');
    }
    if (!this.#takes('{')) return this.#fields(')');
    const fields = this.#fields('}');
    this.#take(')');
    return fields;
  }

  #fields(close: string): Record<string, unknown> {
    const entries: [string, unknown][] = [];
    while (!this.#takes(close)) {
      const key = this.#quoted() ?? this.#match(/[\w$.-]{1,200}/y);
      if (!this.#takes(':')) this.#take('=');
      entries.push([key, this.#value()]);
      if (!this.#takes(',') && !this.#isAt(close)) throw new NoValue();
    }
    return Object.fromEntries(entries);
  }

  #value(): unknown {
    if (++this.#depth > DEEPEST) throw new NoValue();
    const value = this.#oneValue();
    this.#depth--;
    return value;
  }

  #oneValue(): unknown {
    const text = this.#quoted();
    if (text !== undefined) return text;
    if (this.#takes('{')) return this.#fields('}');
    if (this.#takes('[')) {
      const items: unknown[] = [];
      while (!this.#takes(']')) {
        items.push(this.#value());
        if (!this.#takes(',') && !this.#isAt(']')) throw new NoValue();
      }
      return items;
    }
    const word = this.#match(/[^,{}[\]()"'<>\n]{1,1000}/y).trim();
    if (WORDS.has(word)) return WORDS.get(word);
    return /^-?\d/.test(word) && Number.isFinite(Number(word)) ? Number(word) : word;
  }

  #quoted(): string | undefined {
    const quote = QUOTES.find((mark) => this.#takes(mark));
    if (quote === undefined) return undefined;
    if (quote.length > 1) {
      const end = this.#text.indexOf(quote, this.at);
      if (end === -1) throw new NoValue();
      const text = this.#text.slice(this.at, end);
      this.at = end + quote.length;
      return text;
    }
    let text = '';
    for (; this.#text[this.at] !== quote; this.at++) {
      const sign = this.#text[this.at];
      if (sign === undefined) throw new NoValue();
      if (sign !== '\\') text += sign;
      else {
        const escaped = this.#text[++this.at] ?? '';
        text += ESCAPES.get(escaped) ?? `\\${escaped}`;
      }
    }
    this.at++;
    return text;
  }

  #isAt(sign: string): boolean {
    const blanks = /\s*/y;
    blanks.lastIndex = this.at;
    this.at += blanks.exec(this.#text)?.[0].length ?? 0;
    return this.#text.startsWith(sign, this.at);
  }

  #takes(sign: string): boolean {
    const isThere = this.#isAt(sign);
    if (isThere) this.at += sign.length;
    return isThere;
  }

  #take(sign: string): void {
    if (!this.#takes(sign)) throw new NoValue();
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const [found] = pattern.exec(this.#text) ?? [];
    if (found === undefined) throw new NoValue();
    this.at += found.length;
    return found;
  }
}

const WORDS: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
  ['True', true],
  ['False', false],
  ['None', null],
]);

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['\\', '\\'],
  ['"', '"'],
  ["'", "'"],
]);
