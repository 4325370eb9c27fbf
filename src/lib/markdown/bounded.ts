import { attention } from 'micromark-core-commonmark';
import { gfm } from 'micromark-extension-gfm';
import type { Construct, Extension, State, TokenizeContext, Tokenizer } from 'micromark-util-types';

/*
 * Looking for the other end of a mark takes time that grows with the square of the marks in a text. Those
 * beyond more than anybody writes are letters.
 */

/** Signs of emphasis in one text, that is in one paragraph, heading or cell. */
const MOST_SIGNS = 1_000;
/** Brackets, and what begins a picture, in one text. */
const MOST_LABELS = 500;
/** Characters that are looked through in vain for the ends of formulas in one message. */
const MOST_IN_VAIN = 30_000;
/** Events that may be looked back over from words that may be addresses, in one message. */
const MOST_LOOKED_BACK = 4_000_000;

type Parser = TokenizeContext['parser'];
const signs = new WeakMap<TokenizeContext, number>();
const labels = new WeakMap<TokenizeContext, number>();
const inVain = new WeakMap<Parser, number>();
const lookedBack = new WeakMap<Parser, number>();

/** Adds to a count, and tells it. */
function added<Key extends object>(counts: WeakMap<Key, number>, key: Key, more: number): number {
  const count = (counts.get(key) ?? 0) + more;
  counts.set(key, count);
  return count;
}

/** Emphasis by these signs; too many of them neither open nor close anything. */
export const boundedAttention = (tokenize: Tokenizer): Construct => boundedSigns({ ...attention, tokenize });

const boundedSigns = (construct: Construct): Construct => ({
  ...construct,
  tokenize(effects, ok, nok) {
    const counted: State = (code) => {
      const token = this.events.at(-1)?.[1];
      if (token !== undefined && added(signs, this, token.end.offset - token.start.offset) > MOST_SIGNS) {
        Object.assign(token, { _open: false, _close: false });
      }
      return ok(code);
    };
    return construct.tokenize.call(this, effects, counted, nok);
  },
});

/** Takes a bracket, or what begins a picture, as a letter once there were too many. */
export const tooManyLabels: Construct = {
  name: 'tooManyLabels',
  tokenize(effects, ok, nok) {
    if (added(labels, this, 1) <= MOST_LABELS) return nok;
    return (code) => {
      effects.enter('data');
      effects.consume(code);
      effects.exit('data');
      return ok;
    };
  },
};

/** The same marks of formulas; once much was looked through for ends that aren't there, they are letters. */
export const boundedSearch = (construct: Construct): Construct => ({
  ...construct,
  tokenize(effects, ok, nok) {
    if ((inVain.get(this.parser) ?? 0) > MOST_IN_VAIN) return nok;
    const from = this.now().offset;
    const isNone: State = (code) => {
      added(inVain, this.parser, this.now().offset - from);
      return nok(code);
    };
    return construct.tokenize.call(this, effects, ok, isNone);
  },
});

/** Each word looks back for a bracket that is open, which an address within it would be the label of. */
const boundedAddress = (construct: Construct): Construct => ({
  ...construct,
  tokenize(effects, ok, nok) {
    if (added(lookedBack, this.parser, this.events.length) > MOST_LOOKED_BACK) return nok;
    return construct.tokenize.call(this, effects, ok, nok);
  },
});

const BOUNDS: Readonly<Record<string, (construct: Construct) => Construct>> = {
  strikethrough: boundedSigns,
  emailAutolink: boundedAddress,
  protocolAutolink: boundedAddress,
  wwwAutolink: boundedAddress,
};

/** What GitHub reads beyond CommonMark; a single tilde strikes nothing through. */
export function boundedGfm(): Extension {
  const extension = gfm({ singleTilde: false });
  const bounded = new Map<Construct, Construct>(); // the same one stands for many characters
  const boundedOf = (construct: Construct): Construct => {
    const known = bounded.get(construct) ?? BOUNDS[construct.name ?? '']?.(construct) ?? construct;
    bounded.set(construct, known);
    return known;
  };
  const text = Object.entries(extension.text ?? {}).map(([code, constructs]) => [
    code,
    [constructs ?? []].flat().map(boundedOf),
  ]);
  return { ...extension, text: Object.fromEntries(text) };
}
