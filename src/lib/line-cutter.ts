const LF = 0x0a;
const CR = 0x0d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

const U = 0x75;

/** More than what ends an object after its last text. */
const ENDING_BYTES = 100;

/** What stands for the rest of a line. */
export const REST = '… (the rest of this line was left out)';

/**
 * Cuts the lines of a stream that are longer than `most` bytes, so that one whose text is a member of a JSON
 * object, as the Hub's logs have it, is still such an object, and stays text.
 */
export class LineCutter {
  readonly #most: number;
  #bytes = 0;
  #isCut = false;
  #isInText = false;
  #hasText = false;
  /** Bytes of an escape that are still to come: what follows a backslash says how many those are. */
  #escape: 'none' | 'begun' | number = 'none';

  constructor(most: number) {
    this.#most = most;
  }

  /** The further bytes, as far as they are kept. */
  add(chunk: Uint8Array): Uint8Array {
    const kept: Uint8Array[] = [];
    let from = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0;
      if (byte === LF || byte === CR) {
        if (this.#isCut) from = at;
        this.#begin();
      } else if (!this.#isCut && this.#mayCut(byte)) {
        kept.push(chunk.subarray(from, at), Buffer.from(this.#isInText ? `${REST}"}` : REST));
        this.#isCut = true;
      } else this.#pass(byte);
    }
    if (!this.#isCut) kept.push(chunk.subarray(from));
    return kept.length === 1 ? (kept[0] ?? chunk) : Buffer.concat(kept);
  }

  #begin(): void {
    this.#bytes = 0;
    this.#isCut = false;
    this.#isInText = false;
    this.#hasText = false;
    this.#escape = 'none';
  }

  /**
   * Between two characters, and not within an escape. Where there is JSON, in the middle of its text: what
   * ends an object after it is short.
   */
  #mayCut(next: number): boolean {
    const isWithin = (next & 0xc0) === 0x80 || this.#escape !== 'none';
    const isBetween = this.#hasText && !this.#isInText;
    return !isWithin && this.#bytes >= this.#most + (isBetween ? ENDING_BYTES : 0);
  }

  #pass(byte: number): void {
    this.#bytes++;
    if (this.#escape === 'begun') this.#escape = byte === U ? 4 : 'none';
    else if (this.#escape !== 'none') this.#escape = this.#escape === 1 ? 'none' : this.#escape - 1;
    else if (byte === QUOTE) {
      this.#isInText = !this.#isInText;
      this.#hasText = true;
    } else if (byte === BACKSLASH && this.#isInText) this.#escape = 'begun';
  }
}
