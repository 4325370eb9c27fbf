import { cut, wholeBeginning } from '../../lib/cut.ts';
import type { Cause } from './causes/cause.ts';
import { DEVICES } from './causes/devices.ts';
import { HUB } from './causes/hub.ts';
import { MEMORY } from './causes/memory.ts';
import { PACKAGES } from './causes/packages.ts';
import { CONSEQUENCES, OTHERWISE, PYTHON } from './causes/python.ts';

/** What is shown of a failure. */
export type Failure = {
  failure: string;
  advice: string;
  isConsequence: boolean;
  isKnown: boolean;
  /** Lines below it may tell more. */
  isGeneral: boolean;
  /** It is a kind of failure: what is no closer one does not take its place. */
  isNamed: boolean;
};

/** The first that fits counts: the more special ones come first. */
const CAUSES: readonly Cause[] = [...MEMORY, ...DEVICES, ...HUB, ...PACKAGES];

const DETAIL_CHARACTERS = 80;
const MESSAGE_CHARACTERS = 160;

/** The known kind of failure that a text words, and where in the text; undefined where it words none. */
export function knownFailure(text: string): (Failure & { index: number }) | undefined {
  for (const { wording, cause, advice, isConsequence = false, isGeneral = false } of CAUSES) {
    const match = wording.exec(text);
    if (match === null) continue;
    const detail = match[1] === undefined ? undefined : cut(match[1].trim(), DETAIL_CHARACTERS);
    const failure = detail ? `${cause} (${detail})` : cause;
    const isNamed = isGeneral !== 'status';
    return {
      ...{ failure, advice, isConsequence, isNamed },
      ...{ isGeneral: isGeneral !== false, isKnown: true, index: match.index },
    };
  }
  return undefined;
}

/** An exception by its name and message: a known kind of failure, or as it calls itself. */
export function failureOf(exception: string, message: string): Failure {
  const name = exception.slice(exception.lastIndexOf('.') + 1);
  const text = message === '' ? name : `${name}: ${message}`;
  const isConsequence = CONSEQUENCES.has(name);
  // What a launcher says of a command is the command's text; of its end only a signal tells more.
  const known = isConsequence && !/Signals\.|exit status -/.test(message) ? undefined : knownFailure(text);
  if (known) return { ...known, isConsequence: known.isConsequence || isConsequence };
  const advice = PYTHON[name] ?? OTHERWISE;
  return {
    ...{ failure: shortened(text), advice, isConsequence },
    ...{ isGeneral: isConsequence, isKnown: false, isNamed: false },
  };
}

const shortened = (text: string): string =>
  text.length <= MESSAGE_CHARACTERS ? text : `${wholeBeginning(text, MESSAGE_CHARACTERS - 1).trimEnd()}…`;
