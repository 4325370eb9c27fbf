/*
 * Values and calls as Python writes them, which some models do in place of JSON:
 * `[read(path="a", lines=[1, 2])]`, `{'path': 'a', 'follow': True}`. Only what stands for itself is read: no
 * names, no sums, no calls within.
 */

/** A call with arguments by name: they are its JSON text. */
export type PythonCall = { name: string; args: string };

/** Thrown where a text is no literal; nobody sees it. */
class NoLiteral extends Error {}

/** Deeper values are none of a call. */
const DEEPEST = 40;

/** A dict as an object; undefined where the text is anything else. */
export function pythonDict(text: string): Record<string, unknown> | undefined {
  if (!/^\s*\{/.test(text)) return undefined;
  return read(text, (reader) => reader.value()) as Record<string, unknown> | undefined;
}

/** One call, or a list of them; undefined where the text is anything else. */
export function pythonCalls(text: string): PythonCall[] | undefined {
  return read(text, (reader) => {
    if (!reader.takes('[')) return [reader.call()];
    const calls = [reader.call()];
    while (reader.takes(',') && !reader.isAt(']')) calls.push(reader.call());
    reader.take(']');
    return calls;
  });
}

/** Calls one behind another, on lines of their own or not; undefined where the text is anything else. */
export function pythonLines(text: string): PythonCall[] | undefined {
  return read(text, (reader) => {
    const calls = [reader.call()];
    while (!reader.isOver()) {
      if (!reader.takes(';')) reader.takes(',');
      if (!reader.isOver()) calls.push(reader.call());
    }
    return calls;
  });
}

/** What is read of the whole text; undefined where that is no such thing, or something follows. */
function read<T>(text: string, what: (reader: PythonReader) => T): T | undefined {
  const reader = new PythonReader(text);
  try {
    const value = what(reader);
    return reader.isOver() ? value : undefined;
  } catch (error) {
    if (error instanceof NoLiteral) return undefined;
    throw error;
  }
}

const WORDS: ReadonlyMap<string, boolean | null> = new Map([
  ['True', true],
  ['False', false],
  ['None', null],
  ['true', true],
  ['false', false],
  ['null', null],
]);

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['\n', ''],
  ['\\', '\\'],
  ["'", "'"],
  ['"', '"'],
]);

/** Goes over a text once, from its beginning to its end. */
class PythonReader {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  isOver(): boolean {
    this.#blanks();
    return this.#at === this.#text.length;
  }

  isAt(sign: string): boolean {
    this.#blanks();
    return this.#text.startsWith(sign, this.#at);
  }

  takes(sign: string): boolean {
    const isThere = this.isAt(sign);
    if (isThere) this.#at += sign.length;
    return isThere;
  }

  take(sign: string): void {
    if (!this.takes(sign)) throw new NoLiteral();
  }

  call(): PythonCall {
    const name = this.#match(/[A-Za-z_][\w.]{0,200}/y);
    this.take('(');
    const given: [string, unknown][] = [];
    while (!this.takes(')')) {
      const key = this.#match(/[A-Za-z_]\w{0,200}/y);
      this.take('=');
      given.push([key, this.value()]);
      if (!this.takes(',') && !this.isAt(')')) throw new NoLiteral();
    }
    return { name, args: JSON.stringify(Object.fromEntries(given)) };
  }

  value(): unknown {
    if (++this.#depth > DEEPEST) throw new NoLiteral();
    const value = this.#value();
    this.#depth--;
    return value;
  }

  #value(): unknown {
    if (this.takes('{')) return this.#dict();
    if (this.takes('[')) return this.#list(']');
    if (this.takes('(')) return this.#list(')');
    if (this.isAt('"') || this.isAt("'")) return this.#string();
    const word = this.#match(/[-+]?[\w.+-]{1,400}/y);
    const known = WORDS.get(word);
    if (known !== undefined) return known;
    const number = /^[-+]?\.?\d/.test(word) ? Number(word.replaceAll('_', '')) : Number.NaN;
    if (!Number.isFinite(number)) throw new NoLiteral();
    return number;
  }

  #dict(): Record<string, unknown> {
    const entries: [string, unknown][] = [];
    while (!this.takes('}')) {
      if (!this.isAt('"') && !this.isAt("'")) throw new NoLiteral();
      const key = this.#string();
      this.take(':');
      entries.push([key, this.value()]);
      if (!this.takes(',') && !this.isAt('}')) throw new NoLiteral();
    }
    return Object.fromEntries(entries);
  }

  #list(close: string): unknown[] {
    const items: unknown[] = [];
    while (!this.takes(close)) {
      items.push(this.value());
      if (!this.takes(',') && !this.isAt(close)) throw new NoLiteral();
    }
    return items;
  }

  /** Texts side by side are one, as in Python. */
  #string(): string {
    let text = '';
    do text += this.#oneString();
    while (this.isAt('"') || this.isAt("'"));
    return text;
  }

  #oneString(): string {
    const sign = this.#text[this.#at] ?? '';
    const quote = this.#text.startsWith(sign.repeat(3), this.#at) ? sign.repeat(3) : sign;
    this.#at += quote.length;
    const parts: string[] = [];
    for (;;) {
      const [plain = ''] = this.#sticky(sign === '"' ? /[^"\\]*/y : /[^'\\]*/y) ?? [];
      if (quote.length === 1 && plain.includes('\n')) throw new NoLiteral();
      parts.push(plain);
      if (this.#text.startsWith(quote, this.#at)) break;
      if (this.#text[this.#at] === '\\') parts.push(this.#escape());
      else if (this.#text[this.#at] === sign) parts.push(this.#text[this.#at++] ?? '');
      else throw new NoLiteral(); // it does not end
    }
    this.#at += quote.length;
    return parts.join('');
  }

  #escape(): string {
    const [, hex = '', four = ''] = this.#sticky(/\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4}))/y) ?? [];
    if (hex || four) return String.fromCharCode(Number.parseInt(hex || four, 16));
    const sign = this.#text[this.#at + 1] ?? '';
    this.#at += 2;
    return ESCAPES.get(sign) ?? `\\${sign}`; // Python keeps what is no escape
  }

  #match(pattern: RegExp): string {
    this.#blanks();
    const [found] = this.#sticky(pattern) ?? [];
    if (found === undefined) throw new NoLiteral();
    return found;
  }

  #sticky(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found !== null) this.#at += found[0].length;
    return found;
  }

  #blanks(): void {
    this.#sticky(/\s*/y);
  }
}
