import { parsedJson } from '../../lib/json.ts';
import { isObject } from '../events.ts';

/** Names that stand for others, which a provider does not take. */
export type Names = ReadonlyMap<string, string>;

/** Anthropic's pattern, and a letter before all (Gemini). */
const TAKEN = /^[A-Za-z_][\w.-]{0,63}$/;
/** Gemini's, as documented, which is the narrowest. */
const TAKEN_BY_ALL = /^[A-Za-z_]\w{0,63}$/;

const ROOM = 64;

/**
 * Gives each name of an argument one that providers take, the same each time, and remembers which was which.
 */
export class ArgumentNames {
  readonly #given = new Map<string, string>();
  readonly #originals = new Map<string, string>();
  readonly #all: ReadonlySet<string>;
  readonly #taken: RegExp;

  /** `all` has the names of the whole schema: none is given twice. */
  constructor(all: ReadonlySet<string>, isNarrow: boolean) {
    this.#all = all;
    this.#taken = isNarrow ? TAKEN_BY_ALL : TAKEN;
  }

  get originals(): Names {
    return this.#originals;
  }

  of(name: string): string {
    if (this.#taken.test(name)) return name;
    const known = this.#given.get(name);
    if (known !== undefined) return known;
    const letters = trimmed(name.replace(/[^A-Za-z0-9_]+/g, '_'), name);
    const wished = (/^[A-Za-z_]/.test(letters) ? letters : `_${letters}`).slice(0, ROOM);
    let given = wished;
    for (let number = 2; this.#all.has(given) || this.#originals.has(given); number++)
      given = `${wished.slice(0, ROOM - 5)}_${number}`;
    this.#given.set(name, given);
    this.#originals.set(given, name);
    return given;
  }
}

/** Without the marks that stand for signs at its ends. */
function trimmed(letters: string, name: string): string {
  const end = letters.endsWith('_') && !name.endsWith('_') ? -1 : undefined;
  return letters.slice(letters.startsWith('_') && !name.startsWith('_') ? 1 : 0, end);
}

/** Arguments with the names that a tool has for them; as they are where they are no JSON. */
export function withOriginalNames(argumentsText: string, names: Names): string {
  if (names.size === 0) return argumentsText;
  const value = parsedJson(argumentsText);
  return isObject(value) ? JSON.stringify(renamed(value, names)) : argumentsText;
}

function renamed(value: unknown, names: Names): unknown {
  if (Array.isArray(value)) return value.map((item) => renamed(item, names));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [names.get(name) ?? name, renamed(part, names)]),
  );
}
