/** How much of a body is taken. */
export type BodyBound = {
  /** Of a whole body, once it is decoded; of each event or line, where it is a stream of those. */
  bytes: number;
  /**
   * Elements of lists and members of objects in JSON, counted the same way: what a reader takes long over is
   * many values, and not a long text.
   */
  values: number;
  /** Lists and objects in each other, counted the same way. */
  depth: number;
  /** Bytes of a stream of events or lines as a whole; without this it may go on for ever. */
  streamBytes?: number;
};

/** What a body is made of: one document, events as `text/event-stream` has them, or lines. */
export type BodyForm = 'bytes' | 'json' | 'events' | 'lines';

/** A body passes a bound where nothing of it can be used. */
export class Passed extends Error {
  readonly what: keyof BodyBound;

  constructor(what: keyof BodyBound) {
    super(`the bound of its ${what} is passed`);
    this.what = what;
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LF = 0x0a;
const CR = 0x0d;
const COMMA = 0x2c;
const LIST = 0x5b;
const LIST_END = 0x5d;
const OBJECT = 0x7b;
const OBJECT_END = 0x7d;

/** Counts a body while it streams: says what of it is too much, as soon as it is. */
export class BodyMeter {
  readonly #form: BodyForm;
  readonly #bound: BodyBound;
  #all = 0;
  #bytes = 0;
  #values = 0;
  #depth = 0;
  #isInText = false;
  #isEscaped = false;
  #isLineEmpty = true;
  #isAfterCr = false;

  constructor(form: BodyForm, bound: BodyBound) {
    this.#form = form;
    this.#bound = bound;
  }

  /** What of the bound is passed with these further bytes; undefined while nothing is. */
  add(chunk: Uint8Array): keyof BodyBound | undefined {
    const { bytes, streamBytes = Infinity } = this.#bound;
    this.#all += chunk.byteLength;
    if (this.#form === 'bytes') return this.#all > bytes ? 'bytes' : undefined;
    if (this.#form === 'json') return this.#addPart(chunk, 0, chunk.length);
    if (this.#all > streamBytes) return 'streamBytes';
    for (let from = 0; from < chunk.length; ) {
      const end = endOfLine(chunk, from);
      const passed = this.#addPart(chunk, from, end);
      if (passed !== undefined) return passed;
      if (end < chunk.length) this.#endLine(chunk[end] === CR);
      from = end + 1;
    }
    return undefined;
  }

  /** Bytes without an end of a line, but in a document, where these mean nothing. */
  #addPart(chunk: Uint8Array, from: number, end: number): keyof BodyBound | undefined {
    if (end > from) {
      this.#isLineEmpty = false;
      this.#isAfterCr = false;
    }
    this.#bytes += end - from;
    let isInText = this.#isInText;
    let isEscaped = this.#isEscaped;
    let values = this.#values;
    let depth = this.#depth;
    let deepest = 0;
    for (let at = from; at < end; at++) {
      const byte = chunk[at];
      if (isEscaped) isEscaped = false;
      else if (byte === QUOTE) isInText = !isInText;
      else if (isInText) isEscaped = byte === BACKSLASH;
      else if (byte === COMMA) values++;
      else if (byte === LIST || byte === OBJECT) {
        values++;
        if (++depth > deepest) deepest = depth;
      } else if (byte === LIST_END || byte === OBJECT_END) depth--;
    }
    this.#isInText = isInText;
    this.#isEscaped = isEscaped;
    this.#values = values;
    this.#depth = depth;
    if (deepest > this.#bound.depth) return 'depth';
    if (values > this.#bound.values) return 'values';
    return this.#bytes > this.#bound.bytes ? 'bytes' : undefined;
  }

  /** An event ends with an empty line: https://html.spec.whatwg.org/multipage/server-sent-events.html. */
  #endLine(isCr: boolean): void {
    const isSecondHalf = !isCr && this.#isAfterCr;
    this.#isAfterCr = isCr;
    if (isSecondHalf) return;
    // No text of JSON goes over lines: quotes of what is no JSON count for their own line alone.
    this.#isInText = false;
    this.#isEscaped = false;
    if (this.#form === 'lines' || this.#isLineEmpty) {
      this.#bytes = 0;
      this.#values = 0;
      this.#depth = 0;
    }
    this.#isLineEmpty = true;
  }
}

/** Where the next line ends, or the chunk. */
function endOfLine(chunk: Uint8Array, from: number): number {
  for (let at = from; at < chunk.length; at++) if (chunk[at] === LF || chunk[at] === CR) return at;
  return chunk.length;
}
