import type { Code, Construct, Effects, State, TokenizeContext } from 'micromark-util-types';
import { boundedSearch } from './bounded.ts';

/*
 * LaTeX between `$…$`, `$$…$$`, `\(…\)` and `\[…\]`, as micromark reads it. A single dollar is a sum of money
 * nearly everywhere: it begins a formula only where one ends on the same line as formulas do.
 */

const DOLLAR = 36;
const BACKSLASH = 92;
const OPEN_PAREN = 40;
const OPEN_BRACKET = 91;
const SPACE = 32;

declare module 'micromark-util-types' {
  interface TokenTypeMap {
    inlineMath: 'inlineMath';
    displayMath: 'displayMath';
    mathLine: 'mathLine';
  }
}

const isLineEnd = (code: Code): boolean => code !== null && code < -2;
const isBlank = (code: Code): boolean => code === null || code < 0 || code === SPACE;
const isWord = (code: Code): boolean =>
  code !== null && code > 0 && /[\p{L}\p{N}]/u.test(String.fromCodePoint(code));

/** What formulas have and escaped brackets have not: `^_=+<>{}`. */
const FORMULA: ReadonlySet<number> = new Set([94, 95, 61, 43, 60, 62, 123, 125]);

/** The characters that end what one began: for a backslash, the bracket behind it. */
const closerOf = (second: Code): number =>
  second === OPEN_PAREN ? 41 : second === OPEN_BRACKET ? 93 : DOLLAR;

/** Characters of a formula: what is longer is none. */
const LONGEST = 1_500;

/** LaTeX within a line, or within the lines of a paragraph. */
export const inlineMath: Construct = boundedSearch({ name: 'inlineMath', tokenize: tokenizeInline });

function tokenizeInline(this: TokenizeContext, effects: Effects, ok: State, nok: State): State {
  return new InlineMath(effects, ok, nok, isWord(this.previous) || this.previous === DOLLAR).start;
}

/** How far a formula has been read. */
class InlineMath {
  readonly #effects: Effects;
  readonly #ok: State;
  readonly #nok: State;
  readonly #isInWord: boolean;
  #kind: 'single' | 'double' | 'bracket' = 'single';
  #closer = DOLLAR;
  #length = 0;
  #isFormula = false;
  #last: Code = null;

  constructor(effects: Effects, ok: State, nok: State, isInWord: boolean) {
    this.#effects = effects;
    this.#ok = ok;
    this.#nok = nok;
    this.#isInWord = isInWord;
  }

  readonly start = (code: Code): State | undefined => {
    this.#effects.enter('inlineMath');
    this.#effects.enter('mathLine');
    this.#effects.consume(code);
    return code === BACKSLASH ? this.#bracket : this.#dollar;
  };

  readonly #bracket = (code: Code): State | undefined => {
    if (code !== OPEN_PAREN && code !== OPEN_BRACKET) return this.#nok(code);
    this.#kind = 'bracket';
    this.#closer = closerOf(code);
    this.#effects.consume(code);
    return this.#inside;
  };

  readonly #dollar = (code: Code): State | undefined => {
    if (code === DOLLAR) {
      this.#kind = 'double';
      this.#effects.consume(code);
      return this.#inside;
    }
    return isBlank(code) || this.#isInWord ? this.#nok(code) : this.#inside(code);
  };

  readonly #inside = (code: Code): State | undefined => {
    if (code === null || ++this.#length > LONGEST) return this.#nok(code);
    if (isLineEnd(code)) {
      if (this.#kind === 'single') return this.#nok(code);
      this.#effects.exit('mathLine');
      this.#effects.enter('lineEnding');
      this.#effects.consume(code);
      this.#effects.exit('lineEnding');
      this.#effects.enter('mathLine');
      this.#last = code;
      return this.#inside;
    }
    const before = this.#last;
    this.#last = code;
    this.#isFormula ||= code !== null && FORMULA.has(code);
    this.#effects.consume(code);
    if (code === BACKSLASH) return this.#escaped;
    if (code !== DOLLAR || this.#kind === 'bracket') return this.#inside;
    if (this.#kind === 'double') return this.#double;
    return isBlank(before) ? this.#nok : this.#single;
  };

  /** Behind a backslash: what follows it is no mark, unless the two are the end. */
  readonly #escaped = (code: Code): State | undefined => {
    if (this.#kind === 'bracket' && code === this.#closer) {
      if (!this.#isFormula) return this.#nok(code); // brackets of words, written with backslashes
      this.#effects.consume(code);
      return this.#end;
    }
    if (code === null || isLineEnd(code)) return this.#inside(code);
    this.#isFormula ||= isWord(code);
    this.#last = code;
    this.#effects.consume(code);
    return this.#inside;
  };

  /** Behind a dollar that may be the end: money goes on with its figures. */
  readonly #single = (code: Code): State | undefined => {
    return code !== null && code >= 48 && code <= 57 ? this.#nok(code) : this.#end(code);
  };

  readonly #double = (code: Code): State | undefined => {
    if (code !== DOLLAR) return this.#inside(code);
    this.#effects.consume(code);
    return this.#end;
  };

  readonly #end = (code: Code): State | undefined => {
    this.#effects.exit('mathLine');
    this.#effects.exit('inlineMath');
    return this.#ok(code);
  };
}

/** LaTeX of several lines, whatever they begin with: a line that begins with a plus is no list. */
export const displayMath: Construct = boundedSearch({
  name: 'displayMath',
  tokenize: tokenizeDisplay,
  concrete: true,
});

const nextLine: Construct = { partial: true, tokenize: tokenizeNextLine };

function tokenizeNextLine(this: TokenizeContext, effects: Effects, ok: State, nok: State): State {
  return (code) => {
    if (code === null) return nok(code);
    effects.enter('lineEnding');
    effects.consume(code);
    effects.exit('lineEnding');
    return (next) => (this.parser.lazy[this.now().line] ? nok(next) : ok(next));
  };
}

function tokenizeDisplay(this: TokenizeContext, effects: Effects, ok: State, nok: State): State {
  return new DisplayMath(effects, ok, nok).start;
}

/** How far lines of LaTeX have been read. */
class DisplayMath {
  readonly #effects: Effects;
  readonly #ok: State;
  readonly #nok: State;
  #closer = DOLLAR;
  #length = 0;
  #lines = 0;
  #isEmpty = true;
  #isEnding = false;

  constructor(effects: Effects, ok: State, nok: State) {
    this.#effects = effects;
    this.#ok = ok;
    this.#nok = nok;
  }

  readonly start = (code: Code): State | undefined => {
    this.#effects.enter('displayMath');
    this.#effects.enter('mathLine');
    this.#effects.consume(code);
    return code === DOLLAR ? this.#second(DOLLAR) : this.#second(OPEN_BRACKET);
  };

  readonly #second = (wanted: number): State => {
    return (code) => {
      if (code !== wanted) return this.#nok(code);
      this.#closer = closerOf(wanted);
      this.#effects.consume(code);
      return this.#inside;
    };
  };

  readonly #inside = (code: Code): State | undefined => {
    if (code === null || ++this.#length > LONGEST) return this.#nok(code);
    if (isLineEnd(code)) return this.#lineEnd(code);
    if (!isBlank(code)) this.#isEmpty = false;
    this.#effects.consume(code);
    if (code === (this.#closer === DOLLAR ? DOLLAR : BACKSLASH)) return this.#mark;
    return code === BACKSLASH ? this.#escaped : this.#inside;
  };

  readonly #escaped = (code: Code): State | undefined => {
    if (code === null || isLineEnd(code)) return this.#inside(code);
    this.#effects.consume(code);
    return this.#inside;
  };

  /** Behind the first character of what may be the end. */
  readonly #mark = (code: Code): State | undefined => {
    if (code !== this.#closer) return this.#closer === DOLLAR ? this.#inside(code) : this.#escaped(code);
    if (this.#lines === 0) return this.#nok(code); // one line is a part of its paragraph
    this.#isEnding = true;
    this.#effects.consume(code);
    return this.#rest;
  };

  /** Nothing but blanks and a full stop stands behind the end. */
  readonly #rest = (code: Code): State | undefined => {
    if (code === null || isLineEnd(code)) return this.#done(code);
    if (!isBlank(code) && code !== 46 && code !== 44) return this.#nok(code);
    this.#effects.consume(code);
    return this.#rest;
  };

  readonly #lineEnd = (code: Code): State | undefined => {
    if (this.#lines > 0 && this.#isEmpty) return this.#nok(code);
    this.#lines++;
    this.#isEmpty = true;
    this.#effects.exit('mathLine');
    return this.#effects.attempt(
      nextLine,
      (next) => {
        this.#effects.enter('mathLine');
        return this.#inside(next);
      },
      this.#nok,
    )(code);
  };

  readonly #done = (code: Code): State | undefined => {
    if (!this.#isEnding) return this.#nok(code);
    this.#effects.exit('mathLine');
    this.#effects.exit('displayMath');
    return this.#ok(code);
  };
}
