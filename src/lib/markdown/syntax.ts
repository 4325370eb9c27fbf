import { attention } from 'micromark-core-commonmark';
import { classifyCharacter } from 'micromark-util-classify-character';
import type { Code, Effects, Extension, State, TokenizeContext } from 'micromark-util-types';
import { boundedAttention, tooManyLabels } from './bounded.ts';
import { displayMath, inlineMath } from './math-syntax.ts';

/*
 * Where models write otherwise than CommonMark reads: signs of multiplication and powers are no emphasis,
 * emphasis may end at the punctuation of Chinese, Japanese and Korean, tags are text (`</s>` is a token, and
 * no HTML is ever shown), and what stands between the marks of LaTeX is not looked into.
 */

const EXCLAMATION = 33;
const DOLLAR = 36;
const STAR = 42;
const BRACKET = 91;
const BACKSLASH = 92;
const BRACKET_END = 93;
const UNDERSCORE = 95;

export const SYNTAX: Extension = {
  flow: { [DOLLAR]: displayMath, [BACKSLASH]: displayMath },
  text: {
    [EXCLAMATION]: tooManyLabels,
    [DOLLAR]: inlineMath,
    [STAR]: boundedAttention(tokenizeStars),
    [BRACKET]: tooManyLabels,
    [BACKSLASH]: inlineMath,
    [BRACKET_END]: tooManyLabels,
    [UNDERSCORE]: boundedAttention(attention.tokenize),
  },
  disable: { null: ['htmlFlow', 'htmlText'] },
};

/** Characters of scripts that put no blanks between words. */
const CJK =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff00-\uffef]/u;

/** What stands before a sign within a term, a path or a call, as in `8*4`, `f(x)*2` or `logs/*.json`. */
const BEFORE_SIGN = /[A-Za-z0-9_)\]}/.\\]/;
const AFTER_SIGN = /[A-Za-z0-9_(./\\,;:)\]-]/;

const charOf = (code: Code): string => (code === null || code < 0 ? ' ' : String.fromCodePoint(code));

function tokenizeStars(this: TokenizeContext, effects: Effects, ok: State): State {
  const before = charOf(this.previous);
  const kindBefore = classifyCharacter(this.previous);
  return start;

  function start(code: Code): State | undefined {
    effects.enter('attentionSequence');
    return inside(code);
  }

  function inside(code: Code): State | undefined {
    if (code === STAR) {
      effects.consume(code);
      return inside;
    }
    const token = effects.exit('attentionSequence');
    const after = charOf(code);
    const kindAfter = classifyCharacter(code);
    const isSign = BEFORE_SIGN.test(before) && AFTER_SIGN.test(after);
    token._open = !isSign && (!kindAfter || (kindAfter === 2 && (Boolean(kindBefore) || CJK.test(before))));
    token._close = !kindBefore || (kindBefore === 2 && (Boolean(kindAfter) || CJK.test(after)));
    return ok(code);
  }
}
