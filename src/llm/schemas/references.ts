import { isObject } from '../events.ts';

/** A schema in which nothing refers to anything. */
export type Schema = Readonly<Record<string, unknown>>;

/** What one schema may grow to while references are put in place: what is more is told without its parts. */
const NODES = 4_000;

/** Objects within objects: OpenAI's own bound for what it holds answers to. */
export const DEEPEST = 10;

/**
 * Puts what a schema refers to in its place, as far as that is in the schema itself. A definition within
 * itself, and one that is not there, become an object or a value of any kind.
 */
export function withoutReferences(root: unknown): unknown {
  const state: State = { root, left: NODES };
  return inlined(root, [], state);
}

type State = { root: unknown; left: number };

/** `areNames`: the keys of the value are names of arguments, and no words of schemas. */
function inlined(value: unknown, within: readonly string[], state: State, areNames = false): unknown {
  if (state.left-- <= 0) return {};
  if (Array.isArray(value)) return value.map((item) => inlined(item, within, state));
  if (!isObject(value)) return value;
  const name = areNames ? undefined : referenceIn(value);
  if (name === undefined) {
    const parts = Object.entries(value).filter(([key]) => areNames || !DEFINITIONS.has(key));
    return Object.fromEntries(
      parts.map(([key, part]) => [key, inlined(part, within, state, !areNames && NAMING.has(key))]),
    );
  }
  const { $ref: _ref, $dynamicRef: _dynamic, $recursiveRef: _recursive, ...beside } = value;
  const around = inlined(beside, within, state);
  const found = within.includes(name) || within.length >= DEEPEST ? undefined : at(state.root, name);
  const target = found === undefined ? RECURSIVE : inlined(found, [...within, name], state);
  return isObject(target) && isObject(around) ? { ...target, ...around } : target;
}

const DEFINITIONS: ReadonlySet<string> = new Set(['$defs', 'definitions']);
const NAMING: ReadonlySet<string> = new Set(['properties', 'patternProperties']);

/** What is not said again within itself. */
const RECURSIVE = { type: 'object' };

function referenceIn(schema: Schema): string | undefined {
  const name = schema.$ref ?? schema.$dynamicRef ?? schema.$recursiveRef;
  return typeof name === 'string' ? name : undefined;
}

/** By a JSON pointer within the same document; names of definitions alone are taken, too. */
function at(root: unknown, name: string): unknown {
  if (!name.startsWith('#')) return named(root, name);
  if (/^#[^/]/.test(name)) return anchored(root, name.slice(1)) ?? named(root, name.slice(1));
  let value = root;
  for (const part of name.slice(1).split('/').slice(1)) {
    const key = unescaped(part);
    if (Array.isArray(value)) value = value[Number(key)];
    else value = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }
  return value ?? named(root, name.slice(1));
}

/** A definition by the name that it gives itself. */
function anchored(root: unknown, name: string): unknown {
  if (!isObject(root)) return undefined;
  const definitions = [root.$defs, root.definitions].filter(isObject).flatMap((all) => Object.values(all));
  return definitions.find(
    (found) =>
      isObject(found) &&
      [found.$anchor, found.$dynamicAnchor, found.$id].some((own) => own === name || own === `#${name}`),
  );
}

function named(root: unknown, name: string): unknown {
  if (!isObject(root)) return undefined;
  const definitions = [root.$defs, root.definitions].filter(isObject);
  const last = name.split('/').at(-1) ?? '';
  return definitions.find((found) => Object.hasOwn(found, last))?.[last];
}

function unescaped(part: string): string {
  try {
    return decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
  } catch {
    return part; // a percent sign that means itself
  }
}
