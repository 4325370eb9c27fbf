import { randomBytes } from 'node:crypto';
import { wholeBeginning } from '../lib/cut.ts';
import { parsedJson } from '../lib/json.ts';
import type { RequestedCall } from './answer.ts';
import type { CallPart } from './chunks.ts';
import { isObject } from './events.ts';
import { pythonDict } from './python-literals.ts';

type Open = {
  index: number | undefined;
  /** All that were told of it: with some, each part has another one. */
  ids: ReadonlySet<string>;
  name: string;
  arguments: string;
  /** The part that came last, which some make all of it. */
  last: string;
  /** The chunk that its last part came with. */
  chunk: number;
  /** It may be the rest of the name of the one before, which only the names that exist can tell. */
  mayBeRest: 'no' | 'elsewhere' | 'same place';
  extra: CallPart['extra'];
};

/**
 * Puts the parts of tool calls together. Providers number calls, name them by ids, do both or neither, give
 * several the same number, and repeat ids or names with each part: a part goes on with a call unless it can
 * only be another one.
 */
export class CallAssembly {
  readonly #calls: Open[] = [];
  #chunks = 0;

  /** Adds the parts of one chunk. `areWhole`: each of them is a call, and nothing goes on with it. */
  add(parts: readonly CallPart[], areWhole = false): void {
    this.#chunks++;
    for (const part of parts) {
      const current = areWhole ? undefined : this.#currentFor(part);
      if (current === undefined || isAnother(current, part, current.chunk === this.#chunks))
        this.#begin(part, current);
      else this.#goOn(part, current);
    }
  }

  #begin(part: CallPart, current: Open | undefined): void {
    const { index, extra } = part;
    const mayBeRest =
      current === undefined ? 'no' : restOfName(current, part, current.chunk === this.#chunks);
    this.#calls.push({
      index: index ?? (mayBeRest === 'no' ? undefined : current?.index),
      ids: mayBeRest === 'no' ? idsOf(part) : new Set([...(current?.ids ?? []), ...idsOf(part)]),
      name: part.name || (current?.name ?? ''),
      arguments: part.arguments,
      last: part.arguments,
      chunk: this.#chunks,
      mayBeRest,
      extra,
    });
  }

  #goOn(part: CallPart, current: Open): void {
    current.chunk = this.#chunks;
    if (part.id !== '') current.ids = new Set([...current.ids, part.id]);
    current.name ||= part.name;
    if (part.extra !== undefined) current.extra = { ...current.extra, ...part.extra };
    addArguments(current, part);
  }

  /**
   * All calls, each with an id of ours: a provider's may repeat, or not be taken by another one. `known`: the
   * names that there are.
   */
  finish(known: readonly string[] = []): RequestedCall[] {
    return withWholeArguments(withWholeNames(this.#calls, known))
      .filter(({ name, arguments: text }) => name !== '' || text.trim() !== '')
      .filter((call, i, all) => !isHeaderOf(call, all[i + 1]))
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
    return withWholeArguments(this.#calls).every((call) => {
      const text = argumentsOf(call);
      return text.trim() === '' || parsedJson(text) !== undefined;
    });
  }

  /** The call that a part may go on with: an id that is known says more than a number that may be shared. */
  #currentFor({ index, id, name }: CallPart): Open | undefined {
    const isNamed = (call: Open) => id !== '' && call.ids.has(id);
    const isNumbered = (call: Open) => index !== undefined && call.index === index;
    const both = this.#calls.findLast((call) => isNamed(call) && (index === undefined || isNumbered(call)));
    if (both !== undefined) return both;
    const named = this.#calls.findLast(isNamed);
    const numbered = this.#calls.findLast(isNumbered);
    if (index === undefined) return named ?? this.#calls.at(-1);
    if (numbered !== undefined) return named ?? numbered;
    return name === '' ? (named ?? this.#calls.at(-1)) : undefined;
  }
}

const idsOf = ({ id }: CallPart): ReadonlySet<string> => new Set(id === '' ? [] : [id]);

/** Whether a part begins a new call, although it has the place of one that is known. */
function isAnother(current: Open, part: CallPart, isSameChunk: boolean): boolean {
  const begins = /^\s*\{/.test(part.arguments);
  const hasNewId = part.id !== '' && current.ids.size > 0 && !current.ids.has(part.id);
  if (part.name === '') return hasNewId && begins && isWholeCall(current);
  if (current.name === '') return begins && isWholeCall(current);
  const isBare = part.arguments.trim() === '';
  if (toolNameOf(part.name) !== toolNameOf(current.name)) return true;
  if (isSameChunk && (begins || isBare)) return true;
  // Whose id changes with each part ends with one that is empty, too.
  if (hasNewId && isBare) return current.ids.size === 1;
  if (hasNewId && begins) return true;
  if (current.arguments.trim() === '' || !begins) return false;
  if (isEmptyObject(current.arguments)) return part.id === '';
  if (!isWholeCall(current)) return false;
  // The same once more is another call where nothing says that it is the same one.
  return part.id === '' || !isSameValue(argumentsOf(current), part.arguments);
}

/** Whether all arguments of a call are there, and there are some. */
function isWholeCall(call: Open): boolean {
  const value = parsedJson(argumentsOf(call));
  return isObject(value) && Object.keys(value).length > 0;
}

const isSameValue = (one: string, other: string): boolean =>
  JSON.stringify(parsedJson(one)) === JSON.stringify(parsedJson(other));

/** A name may come in parts, before the arguments do, with the id of the first of them or none. */
function restOfName(current: Open, { index, id, name }: CallPart, isSameChunk: boolean): Open['mayBeRest'] {
  const isAlike = name !== '' && name !== current.name && current.arguments.trim() === '';
  if (!isAlike || isSameChunk || (id !== '' && !current.ids.has(id))) return 'no';
  const hasPlace =
    index === undefined ? current.ids.has(id) : index === current.index && current.ids.size > 0;
  return hasPlace ? 'same place' : 'elsewhere';
}

/**
 * Calls whose names came in parts as one. Parts that are the names of tools themselves are calls; where
 * nothing is known of the names, the place and the id have to say that it is the same call.
 */
function withWholeNames(calls: readonly Open[], known: readonly string[]): Open[] {
  const isKnown = (name: string) => known.includes(toolNameOf(name));
  const whole: Open[] = [];
  for (let i = 0; i < calls.length; ) {
    const rest = calls.findIndex((call, at) => at > i && call.mayBeRest === 'no');
    const parts = calls.slice(i, rest === -1 ? calls.length : rest);
    const [first] = parts;
    const last = parts.at(-1);
    const name = parts.map((part) => part.name).join('');
    const isOne =
      parts.length > 1 &&
      !parts.every((part) => isKnown(part.name)) &&
      (isKnown(name) || parts.slice(1).every(({ mayBeRest }) => mayBeRest === 'same place'));
    if (isOne && first !== undefined && last !== undefined) {
      whole.push({ ...last, name, extra: parts.map(({ extra }) => extra).find(Boolean) });
    } else whole.push(...parts);
    i += parts.length;
  }
  return whole;
}

/**
 * Calls that are one: a part that begins with an object within may look like another call, until what was
 * asked of neither is whole and both together are.
 */
function withWholeArguments(calls: readonly Open[]): Open[] {
  const whole: Open[] = [];
  for (const call of calls) {
    whole.push(call);
    let joined = call.arguments;
    for (let at = whole.length - 2; at >= 0 && !isWholeCall(call); at--) {
      const before = whole[at];
      const isAlike = before?.name === call.name && before.index === call.index;
      if (before === undefined || !isAlike || isWholeCall(before)) break;
      joined = `${before.arguments}${joined}`;
      if (!isObject(parsedJson(joined))) continue;
      const ids = new Set([...before.ids, ...call.ids]);
      whole.splice(at, whole.length, { ...before, ids, arguments: joined, last: joined });
      break;
    }
  }
  return whole;
}

/** The first part of a call whose id changes with each part, and which has nothing else in it. */
const isHeaderOf = (call: Open, next: Open | undefined): boolean =>
  next !== undefined &&
  call.arguments === '' &&
  next.arguments !== '' &&
  call.index !== undefined &&
  call.index === next.index &&
  call.name === next.name &&
  call.extra === undefined &&
  call.ids.size === 1 &&
  next.ids.size > 1;

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
