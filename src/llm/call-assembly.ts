import { randomBytes } from 'node:crypto';
import { wholeBeginning } from '../lib/cut.ts';
import { parsedJson } from '../lib/json.ts';
import type { RequestedCall } from './answer.ts';
import type { CallPart } from './chunks.ts';
import { isObject } from './events.ts';
import { pythonDict } from './python-literals.ts';

type Open = {
  index: number | undefined;
  id: string;
  name: string;
  arguments: string;
  /** The part that came last, which some make all of it. */
  last: string;
  extra: CallPart['extra'];
};

/**
 * Puts the parts of tool calls together. Providers number calls, name them by ids, do both or neither, give
 * several the same number, and repeat ids or names with each part: a part goes on with a call unless it can
 * only be another one.
 */
export class CallAssembly {
  readonly #calls: Open[] = [];

  add(part: CallPart): void {
    const current = this.#currentFor(part);
    if (current === undefined || isAnother(current, part)) {
      const { index, id, extra } = part;
      const name = part.name || (current?.name ?? '');
      this.#calls.push({ index, id, name, arguments: part.arguments, last: part.arguments, extra });
      return;
    }
    if (isRestOfName(current, part)) current.name += part.name;
    current.id ||= part.id;
    current.name ||= part.name;
    current.extra ??= part.extra;
    addArguments(current, part);
  }

  /** All calls, each with an id of ours: a provider's may repeat, or not be taken by another one. */
  finish(): RequestedCall[] {
    return this.#calls
      .filter(({ name, arguments: text }) => name !== '' || text.trim() !== '')
      .map((call) => ({
        providerId: newCallId(),
        name: toolNameOf(call.name),
        arguments: argumentsOf(call),
        ...(call.extra === undefined ? {} : { extra: call.extra }),
      }));
  }

  /** How many calls there are so far. */
  get size(): number {
    return this.#calls.length;
  }

  /** Whether no call is cut in the middle of its arguments. */
  get isComplete(): boolean {
    return this.#calls.every((call) => {
      const text = argumentsOf(call);
      return text.trim() === '' || parsedJson(text) !== undefined;
    });
  }

  #currentFor({ index, id, name }: CallPart): Open | undefined {
    const numbered = this.#calls.findLast((call) => index !== undefined && call.index === index);
    const named = this.#calls.findLast((call) => id !== '' && call.id === id);
    if (index !== undefined) return numbered ?? (name === '' ? (named ?? this.#calls.at(-1)) : undefined);
    return named ?? this.#calls.at(-1);
  }
}

/** Whether a part begins a new call, although it has the place of one that is known. */
function isAnother(current: Open, part: CallPart): boolean {
  const isNamed = part.name !== '';
  if (isNamed && current.name !== '' && part.id !== '' && current.id !== '' && part.id !== current.id)
    return true;
  if (isNamed && current.name !== '' && part.name !== current.name && part.id !== current.id) return true;
  if (part.id !== '' && part.id === current.id) return isNamed && part.isWhole && current.arguments !== '';
  // Nothing goes on behind JSON that is whole.
  return isNamed && /^\s*\{/.test(part.arguments) && parsedJson(current.arguments) !== undefined;
}

/** A name that comes in parts: the place and the id say that it is the same call. */
const isRestOfName = (current: Open, { index, id, name }: CallPart): boolean =>
  name !== '' &&
  name !== current.name &&
  current.name !== '' &&
  current.arguments === '' &&
  id !== '' &&
  id === current.id &&
  index !== undefined;

/**
 * Arguments begin, with some, as an empty object, which what follows takes the place of, and with some end
 * with one, which adds nothing.
 */
function addArguments(current: Open, { arguments: text, isWhole }: CallPart): void {
  if (text.trim() !== '') current.last = text;
  if (isWhole || isEmptyObject(current.arguments)) {
    if (text.trim() !== '') current.arguments = text;
    return;
  }
  if (isEmptyObject(text) && isObject(parsedJson(current.arguments))) {
    current.last = current.arguments;
    return;
  }
  current.arguments += text;
}

const isEmptyObject = (text: string): boolean => /^\s*\{\s*\}\s*$/.test(text);

/** The arguments of a call whose parts are all there: some send with each part all that there is so far. */
function argumentsOf({ arguments: text, last }: Open): string {
  const own = plainArguments(text);
  if (last === text || isObject(parsedJson(own))) return own;
  const latest = plainArguments(last);
  return isObject(parsedJson(latest)) && text.startsWith(last.slice(0, 2)) ? latest : own;
}

/** Marks at the end of arguments are within so many characters. */
const MARK_CHARACTERS = 100;

/**
 * Arguments without what models and servers put around their JSON: a fence, the mark that ends a call, a text
 * that is written once more as one, or a dict as Python writes it. `null` and `None` are no arguments. What
 * is no object even then stays as it is.
 */
export function plainArguments(text: string): string {
  if (isObject(parsedJson(text))) return text;
  const begun = text.trim().replace(/^```(?:json)?\s/, '');
  const end = begun.slice(-MARK_CHARACTERS).replace(/(?:\s|```|<\|\w+\|>|<\/\w+>)+$/, '');
  const bare = begun.slice(0, -MARK_CHARACTERS) + end;
  if (bare === 'null' || bare === 'None' || bare === '""') return '';
  const value = parsedJson(bare);
  if (isObject(value)) return bare;
  const within = typeof value === 'string' ? parsedJson(value) : undefined;
  if (typeof value === 'string' && isObject(within)) return value;
  const dict = value === undefined ? pythonDict(bare) : undefined;
  return dict === undefined ? text : JSON.stringify(dict);
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const ID_LENGTH = 9;

/** The strictest that is asked for: nine letters and digits (Mistral). */
export const isStrictId = (id: string): boolean => /^[A-Za-z0-9]{9}$/.test(id);

export const newCallId = (): string => callIdOf(randomBytes(ID_LENGTH));

/** An id made of bytes, of which there are at least nine. */
export const callIdOf = (bytes: Uint8Array): string =>
  [...bytes.subarray(0, ID_LENGTH)].map((byte) => LETTERS[byte % LETTERS.length] ?? 'A').join('');

/**
 * The name of a tool without what some models put around it: `functions.read:0`, `read<|channel|>commentary`.
 */
export function toolNameOf(name: string): string {
  const [, meant = wholeBeginning(name, NAME_CHARACTERS)] =
    /\bto=([\w.:/-]{1,200})/.exec(wholeBeginning(name, NAME_CHARACTERS)) ?? [];
  const [bare = ''] = meant.trim().split('<|');
  return bare
    .replace(/^["'`]+|["'`]+$|\(\)$/g, '')
    .replace(/^(?:functions|default_api|tools)[.:]/, '')
    .replace(/:\d{1,6}$/, '');
}

/** With all that may stand around a name. */
const NAME_CHARACTERS = 400;
