import type { Code } from 'micromark-util-types';

/*
 * What stands within LaTeX and says where it ends, character by character: environments, which may hold
 * others of their name, and backticks, which are quotation marks there and code everywhere else.
 */

const BACKSLASH = 92;
const BACKTICK = 96;
const APOSTROPHE = 39;

/** Longer is no name of an environment. */
const LONGEST_MARK = 40;

const MARK = /^\\(begin|end)\{([A-Za-z]+\*?)\}$/;

/** `\begin{align}` to its `\end{align}`. */
export class Environment {
  #mark = '';
  #name = '';
  #depth = 0;

  /** Takes the next character in: whether the environment goes on, has ended with it, or is none. */
  next(code: Code): 'inside' | 'ended' | 'none' {
    if (code === BACKSLASH) this.#mark = this.#mark === '\\' ? '' : '\\';
    else if (this.#mark !== '') this.#mark += code === null || code < 0 ? ' ' : String.fromCodePoint(code);
    if (this.#mark.length > LONGEST_MARK) this.#mark = '';
    if (this.#name === '' && !BEGINNING.test(this.#mark)) return 'none';
    return this.#mark.endsWith('}') ? this.#marked() : 'inside';
  }

  #marked(): 'inside' | 'ended' | 'none' {
    const [, what, name = ''] = MARK.exec(this.#mark) ?? [];
    this.#mark = '';
    if (this.#name === '') this.#name = what === 'begin' ? name : '';
    if (this.#name === '') return 'none';
    if (name === this.#name) this.#depth += what === 'begin' ? 1 : -1;
    return this.#depth === 0 ? 'ended' : 'inside';
  }
}

const BEGINNING = /^\\(?:b(?:e(?:g(?:i(?:n(?:\{(?:[A-Za-z]+(?:\*?\}?)?)?)?)?)?)?)?)?$/;

/**
 * Backticks within what may be LaTeX. Code is never cut into: they belong to a formula only as its quotation
 * marks, ``…''.
 */
export class Quotes {
  #ticks = 0;
  #apostrophes = 0;
  #isOpen = false;

  /** Takes the next character in: false where a backtick says that this is no formula. */
  next(code: Code): boolean {
    if (code === BACKTICK) return ++this.#ticks <= 2 && !this.#isOpen;
    if (this.#ticks === 1) return false;
    if (this.#ticks === 2) this.#isOpen = true;
    this.#ticks = 0;
    this.#apostrophes = code === APOSTROPHE ? this.#apostrophes + 1 : 0;
    if (this.#apostrophes === 2) this.#isOpen = false;
    return true;
  }

  get areClosed(): boolean {
    return this.#ticks === 0 && !this.#isOpen;
  }
}
