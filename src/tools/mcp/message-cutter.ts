import { type BodyBound, BodyMeter, Passed } from '../../lib/body-meter.ts';
import { cutMessage, HEAD_BYTES, TAIL_BYTES } from './cut-message.ts';

/** How messages come: one as a document, or one a line. */
type Form = 'json' | 'lines';

/** A message may pass its bound so many times over, where it is cut, until nobody waits for its end. */
const ENDLESS = 8;

const LF = 0x0a;

/**
 * Cuts messages that are too large while they stream, so that a call is told the beginning of its result.
 * What can't be cut says what of the bound it passes.
 */
export class MessageCutter {
  readonly #form: Form;
  readonly #bound: BodyBound;
  #parts: Buffer[] = [];
  #size = 0;
  #meter: BodyMeter;
  /** What of the bound the message passes that is just coming; its beginning, then, and its end so far. */
  #passed: { what: keyof BodyBound; head: Buffer; tail: Buffer } | undefined;

  constructor(form: Form, bound: BodyBound) {
    this.#form = form;
    this.#bound = bound;
    this.#meter = new BodyMeter('json', bound);
  }

  /** The messages that end with these bytes. Throws Passed where one can't be had. */
  add(chunk: Uint8Array): Buffer[] {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (this.#form === 'json') {
      this.#take(bytes);
      return [];
    }
    const ended: Buffer[] = [];
    let from = 0;
    for (let end = bytes.indexOf(LF); end !== -1; end = bytes.indexOf(LF, from)) {
      this.#take(bytes.subarray(from, end));
      ended.push(this.end());
      from = end + 1;
    }
    this.#take(bytes.subarray(from));
    return ended;
  }

  /** What has come since the last message that ended, as one. Throws Passed where it can't be had. */
  end(): Buffer {
    const passed = this.#passed;
    const whole = passed === undefined ? Buffer.concat(this.#parts) : undefined;
    this.#parts = [];
    this.#size = 0;
    this.#meter = new BodyMeter('json', this.#bound);
    this.#passed = undefined;
    if (passed === undefined) return whole ?? Buffer.alloc(0);
    const [, prefix = ''] = /^(data: ?)/.exec(passed.head.subarray(0, 6).toString()) ?? [];
    const cut = cutMessage(passed.head.subarray(prefix.length).toString(), passed.tail.toString());
    if (cut === undefined) throw new Passed(passed.what);
    return Buffer.from(prefix + JSON.stringify(cut));
  }

  #take(part: Buffer): void {
    this.#size += part.length;
    const passed = this.#passed;
    if (passed !== undefined) {
      passed.tail = Buffer.concat([passed.tail, part.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES);
      if (this.#size > ENDLESS * this.#bound.bytes) throw new Passed(passed.what);
      return;
    }
    this.#parts.push(part);
    const what = this.#meter.add(part);
    if (what === undefined) return;
    const all = Buffer.concat(this.#parts);
    this.#parts = [];
    if (what === 'depth') throw new Passed(what);
    const [head, tail] = [all.subarray(0, HEAD_BYTES), all.subarray(-TAIL_BYTES)].map((bytes) =>
      Buffer.from(bytes),
    );
    if (head && tail) this.#passed = { what, head, tail };
  }
}
