import { randomBytes } from 'node:crypto';
import { parsedJson } from '../lib/json.ts';
import type { RequestedCall } from './answer.ts';
import type { CallPart } from './chunks.ts';

type Open = {
  index: number | undefined;
  id: string;
  name: string;
  arguments: string;
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
      this.#calls.push({ index, id, name, arguments: part.arguments, extra });
      return;
    }
    current.id ||= part.id;
    current.name ||= part.name;
    current.extra ??= part.extra;
    if (part.isWhole) current.arguments = part.arguments;
    else current.arguments += part.arguments;
  }

  /** All calls, each with an id of ours: a provider's may repeat, or not be taken by another one. */
  finish(): RequestedCall[] {
    return this.#calls
      .filter(({ name, arguments: text }) => name !== '' || text.trim() !== '')
      .map(({ name, arguments: text, extra }) => ({
        providerId: newCallId(),
        name: toolNameOf(name),
        arguments: text,
        ...(extra === undefined ? {} : { extra }),
      }));
  }

  /** How many calls there are so far. */
  get size(): number {
    return this.#calls.length;
  }

  /** Whether no call is cut in the middle of its arguments. */
  get isComplete(): boolean {
    return this.#calls.every(
      (call) => call.arguments.trim() === '' || parsedJson(call.arguments) !== undefined,
    );
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
  return /^\s*\{/.test(part.arguments) && parsedJson(current.arguments) !== undefined;
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
  const [bare = ''] = name.trim().split('<|');
  return bare.replace(/^(?:functions|default_api)[.:]/, '').replace(/:\d{1,6}$/, '');
}
