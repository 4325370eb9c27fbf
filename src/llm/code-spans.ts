/** Follows text as it grows, and knows whether what comes next stands in code. */
export class CodeSpans {
  #fence: { mark: string; length: number } | undefined;
  /** Backticks that opened a span in the current line; 0 outside of one. */
  #ticks = 0;
  #run = '';
  #isLineStart = true;

  get isOpen(): boolean {
    return this.#fence !== undefined || this.#ticks > 0;
  }

  copy(): CodeSpans {
    const copy = new CodeSpans();
    copy.#fence = this.#fence;
    copy.#ticks = this.#ticks;
    copy.#run = this.#run;
    copy.#isLineStart = this.#isLineStart;
    return copy;
  }

  add(text: string): void {
    for (const character of text) this.#one(character);
  }

  /** Ends a run of marks, which only then has a length. */
  settle(): void {
    this.#endRun();
  }

  #one(character: string): void {
    if (character === '`' || (character === '~' && (this.#isLineStart || this.#run.startsWith('~')))) {
      if (this.#run !== '' && !this.#run.startsWith(character)) this.#endRun();
      this.#run += character;
      return;
    }
    this.#endRun();
    if (character === '\n') {
      this.#isLineStart = true;
      this.#ticks = 0; // a span that is not closed in its line is none, or it matters little
    } else if (character !== ' ' && character !== '\t' && character !== '>') this.#isLineStart = false;
  }

  #endRun(): void {
    const run = this.#run;
    this.#run = '';
    if (run === '') return;
    const [mark = ''] = run;
    if (this.#isLineStart && run.length >= 3 && this.#fence === undefined) {
      this.#fence = { mark, length: run.length };
    } else if (this.#fence !== undefined) {
      const isClosing = this.#isLineStart && mark === this.#fence.mark && run.length >= this.#fence.length;
      if (isClosing) this.#fence = undefined;
    } else if (mark === '`') {
      if (this.#ticks === 0) this.#ticks = run.length;
      else if (this.#ticks === run.length) this.#ticks = 0;
    }
    this.#isLineStart = false;
  }
}
