import type { Code, Construct, Effects, State, TokenizeContext } from 'micromark-util-types';
import { boundedSearch } from './bounded.ts';
import { Environment, Quotes } from './latex-marks.ts';

/*
 * LaTeX between `$…$`, `$$…$$`, `\(…\)`, `\[…\]` and `\begin{…}…\end{…}`, as micromark reads it. A single
 * dollar is a sum of money nearly everywhere: it begins a formula only where one ends on the same line as
 * formulas do, and none runs into code.
 */

const DOLLAR = 36;
const BACKSLASH = 92;
const OPEN_PAREN = 40;
const OPEN_BRACKET = 91;
const OPEN_BRACE = 123;
const UNDERSCORE = 95;
const LETTER_B = 98;
const BACKTICK = 96;
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

/** Names of variables in a shell begin with these, and what follows a formula does not. */
const beginsName = (code: Code): boolean =>
  code === UNDERSCORE || code === OPEN_BRACE || (code !== null && code >= 65 && code <= 90);

/** What no formula ends with, and paths, lists and assignments of variables have before the next one. */
const neverEnds = (code: Code): boolean =>
  code !== null && code > 0 && '/:=,;("'.includes(String.fromCodePoint(code));

/** Characters of a formula: what is longer is none. */
const LONGEST = 1_500;
/** The same of an environment, which says itself where it ends. */
const LONGEST_ENVIRONMENT = 8_000;

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
  readonly #quotes = new Quotes();
  readonly #environment = new Environment();
  #kind: 'single' | 'double' | 'bracket' | 'environment' = 'single';
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
    this.#environment.next(code);
    return code === BACKSLASH ? this.#bracket : this.#dollar;
  };

  readonly #bracket = (code: Code): State | undefined => {
    if (code === LETTER_B) {
      this.#kind = 'environment';
      return this.#inside(code);
    }
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
    const longest = this.#kind === 'environment' ? LONGEST_ENVIRONMENT : LONGEST;
    if (code === null || ++this.#length > longest || this.#isCode(code)) return this.#nok(code);
    if (this.#kind === 'environment') return this.#insideEnvironment(code);
    if (isLineEnd(code)) {
      if (this.#kind === 'single') return this.#nok(code);
      this.#last = code;
      return this.#lineEnd(code);
    }
    const before = this.#last;
    this.#last = code;
    this.#isFormula ||= FORMULA.has(code);
    this.#effects.consume(code);
    if (code === BACKSLASH) return this.#escaped;
    if (code !== DOLLAR || this.#kind === 'bracket') return this.#inside;
    if (this.#kind === 'double') return this.#double;
    return isBlank(before) || neverEnds(before) ? this.#nok : this.#single;
  };

  /** Whether a character belongs to code, which no formula runs into. */
  #isCode(code: Code): boolean {
    return this.#kind === 'single' ? code === BACKTICK : !this.#quotes.next(code);
  }

  #lineEnd(code: Code): State {
    this.#effects.exit('mathLine');
    this.#effects.enter('lineEnding');
    this.#effects.consume(code);
    this.#effects.exit('lineEnding');
    this.#effects.enter('mathLine');
    return this.#inside;
  }

  #insideEnvironment(code: Code): State | undefined {
    const where = this.#environment.next(code);
    if (where === 'none') return this.#nok(code);
    if (isLineEnd(code)) return this.#lineEnd(code);
    this.#effects.consume(code);
    return where === 'ended' ? this.#end : this.#inside;
  }

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

  /** Behind a dollar that may be the end: money goes on with its figures, and a variable with its name. */
  readonly #single = (code: Code): State | undefined => {
    const goesOn = code !== null && ((code >= 48 && code <= 57) || beginsName(code));
    return goesOn ? this.#nok(code) : this.#end(code);
  };

  readonly #double = (code: Code): State | undefined => {
    if (code !== DOLLAR) return this.#inside(code);
    this.#effects.consume(code);
    return this.#end;
  };

  readonly #end = (code: Code): State | undefined => {
    if (!this.#quotes.areClosed) return this.#nok(code);
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
  readonly #quotes = new Quotes();
  readonly #environment = new Environment();
  #isEnvironment = false;
  #closer = DOLLAR;
  #length = 0;
  #lines = 0;
  #isEmpty = true;
  /** Whether a line has not even blanks. */
  #isBare = false;
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
    this.#environment.next(code);
    return code === DOLLAR ? this.#second(DOLLAR) : this.#second(OPEN_BRACKET);
  };

  readonly #second = (wanted: number): State => {
    return (code) => {
      if (code === LETTER_B && wanted === OPEN_BRACKET) {
        this.#isEnvironment = true;
        return this.#inside(code);
      }
      if (code !== wanted) return this.#nok(code);
      this.#closer = closerOf(wanted);
      this.#effects.consume(code);
      return this.#inside;
    };
  };

  readonly #inside = (code: Code): State | undefined => {
    const longest = this.#isEnvironment ? LONGEST_ENVIRONMENT : LONGEST;
    if (code === null || ++this.#length > longest || !this.#quotes.next(code)) return this.#nok(code);
    const where = this.#isEnvironment ? this.#environment.next(code) : 'inside';
    if (where === 'none') return this.#nok(code);
    if (isLineEnd(code)) return this.#lineEnd(code);
    if (!isBlank(code)) this.#isEmpty = false;
    this.#effects.consume(code);
    if (this.#isEnvironment) return where === 'ended' ? this.#ending() : this.#inside;
    if (code === (this.#closer === DOLLAR ? DOLLAR : BACKSLASH)) return this.#mark;
    return code === BACKSLASH ? this.#escaped : this.#inside;
  };

  readonly #escaped = (code: Code): State | undefined => {
    if (code === null || isLineEnd(code)) return this.#inside(code);
    this.#effects.consume(code);
    return this.#inside;
  };

  #ending(): State {
    this.#isEnding = true;
    return this.#rest;
  }

  /** Behind the first character of what may be the end. */
  readonly #mark = (code: Code): State | undefined => {
    if (code !== this.#closer) return this.#closer === DOLLAR ? this.#inside(code) : this.#escaped(code);
    if (this.#lines === 0) return this.#nok(code); // one line is a part of its paragraph
    this.#effects.consume(code);
    return this.#ending();
  };

  /** Nothing but blanks and a full stop stands behind the end. */
  readonly #rest = (code: Code): State | undefined => {
    if (code === null || isLineEnd(code)) return this.#done(code);
    if (!isBlank(code) && code !== 46 && code !== 44) return this.#nok(code);
    this.#effects.consume(code);
    return this.#rest;
  };

  readonly #lineEnd = (code: Code): State | undefined => {
    if (this.#lines > 0 && this.#isEmpty && !this.#isEnvironment) return this.#nok(code);
    if (!this.#isBare) this.#effects.exit('mathLine');
    this.#lines++;
    this.#isEmpty = true;
    return this.#effects.attempt(
      nextLine,
      (next) => {
        this.#isBare = isLineEnd(next);
        if (!this.#isBare) this.#effects.enter('mathLine');
        return this.#inside(next);
      },
      this.#nok,
    )(code);
  };

  readonly #done = (code: Code): State | undefined => {
    if (!this.#isEnding || !this.#quotes.areClosed) return this.#nok(code);
    this.#effects.exit('mathLine');
    this.#effects.exit('displayMath');
    return this.#ok(code);
  };
}
