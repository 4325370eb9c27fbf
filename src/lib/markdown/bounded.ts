import { attention } from 'micromark-core-commonmark';
import type { Construct, State, TokenizeContext, Tokenizer } from 'micromark-util-types';

/*
 * Looking for the other end of a mark takes time that grows with the square of the marks in a text. Those
 * beyond more than anybody writes are letters.
 */

/** Signs of emphasis in one text, that is in one paragraph, heading or cell. */
const MOST_STRESSED = 1_500;
/** Brackets, and what begins a picture, in one text. */
const MOST_LABELS = 1_500;

/** Characters that are looked through in vain for the ends of formulas in one message. */
const MOST_IN_VAIN = 30_000;

const stressed = new WeakMap<TokenizeContext, number>();
const labelled = new WeakMap<TokenizeContext, number>();
const inVain = new WeakMap<TokenizeContext['parser'], number>();

/** The same signs of emphasis; too many of them neither open nor close anything. */
export function boundedAttention(tokenize: Tokenizer): Construct {
  return {
    name: 'attention',
    ...(attention.resolveAll ? { resolveAll: attention.resolveAll } : {}),
    tokenize(effects, ok, nok) {
      const asFarAsBounded: State = (code) => {
        const token = this.events.at(-1)?.[1];
        if (token !== undefined) {
          const count = (stressed.get(this) ?? 0) + token.end.offset - token.start.offset;
          stressed.set(this, count);
          if (count > MOST_STRESSED) Object.assign(token, { _open: false, _close: false });
        }
        return ok(code);
      };
      return tokenize.call(this, effects, asFarAsBounded, nok);
    },
  };
}

/** Takes a bracket, or what begins a picture, as a letter once there were too many. */
export const tooManyLabels: Construct = {
  name: 'tooManyLabels',
  tokenize(effects, ok, nok) {
    const count = (labelled.get(this) ?? 0) + 1;
    labelled.set(this, count);
    if (count <= MOST_LABELS) return nok;
    return (code) => {
      effects.enter('data');
      effects.consume(code);
      effects.exit('data');
      return ok;
    };
  },
};

/** The same marks of formulas; once much was looked through for ends that aren't there, they are letters. */
export function boundedSearch(construct: Construct): Construct {
  return {
    ...construct,
    tokenize(effects, ok, nok) {
      const before = inVain.get(this.parser) ?? 0;
      if (before > MOST_IN_VAIN) return nok;
      const from = this.now().offset;
      const isNone: State = (code) => {
        inVain.set(this.parser, before + this.now().offset - from);
        return nok(code);
      };
      return construct.tokenize.call(this, effects, ok, isNone);
    },
  };
}
