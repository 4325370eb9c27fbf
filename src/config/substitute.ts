export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Why a text can't be filled in: a variable without value or default, or something in `${…}` that is no name.
 */
export type Unfilled = { kind: 'missing'; variable: string } | { kind: 'malformed'; text: string };

export type Substituted = {
  value: unknown;
  /** What could not be filled in, and where it stands. */
  problems: readonly (Unfilled & { path: string })[];
  /** The variables that the text at a path names. */
  variablesAt: ReadonlyMap<string, readonly string[]>;
};

/**
 * Replaces `${NAME}` and `${NAME:-default}` in every string of a JSON value; a default may have others in it,
 * and `$${` stands for `${` itself. An empty variable counts as unset, as in a shell's `:-`.
 */
export function substitute(json: unknown, environment: Environment): Substituted {
  const problems: (Unfilled & { path: string })[] = [];
  const variablesAt = new Map<string, string[]>();
  const value = walk(json, '');
  return { value, problems, variablesAt };

  function walk(node: unknown, path: string): unknown {
    if (typeof node === 'string') return replaced(node, path);
    if (Array.isArray(node)) return node.map((item, i) => walk(item, `${path}[${i}]`));
    if (node === null || typeof node !== 'object') return node;
    const entries = Object.entries(node).map(([key, item]) => [
      key,
      walk(item, path ? `${path}.${key}` : key),
    ]);
    return Object.fromEntries(entries);
  }

  function replaced(text: string, path: string): string {
    const names: string[] = [];
    const result = fillIn(text, (name) => {
      names.push(name);
      return environment[name];
    });
    if (names.length > 0) variablesAt.set(path, names);
    if (result.ok) return result.text;
    problems.push({ ...result.problem, path: path || 'the top level' });
    return text;
  }
}

type Result = { ok: true; text: string } | { ok: false; problem: Unfilled };

/** The same for one text. */
export function fillIn(text: string, lookUp: (name: string) => string | undefined): Result {
  let filled = '';
  for (let at = 0; at < text.length; ) {
    const begin = text.indexOf('${', at);
    if (begin === -1) return { ok: true, text: filled + text.slice(at) };
    if (text[begin - 1] === '$') {
      filled += `${text.slice(at, begin - 1)}\${`;
      at = begin + 2;
      continue;
    }
    const end = closingOf(text, begin);
    const [, name, fallback] = /^([A-Za-z_]\w*)(?::-(.*))?$/s.exec(text.slice(begin + 2, end)) ?? [];
    if (name === undefined || end === text.length) {
      return { ok: false, problem: { kind: 'malformed', text: text.slice(begin, end + 1) } };
    }
    const value = lookUp(name) || fallback;
    if (value === undefined) return { ok: false, problem: { kind: 'missing', variable: name } };
    const inner = value === fallback ? fillIn(value, lookUp) : { ok: true as const, text: value };
    if (!inner.ok) return inner;
    filled += text.slice(at, begin) + inner.text;
    at = end + 1;
  }
  return { ok: true, text: filled };
}

/** Where what begins with `${` is closed; the end of the text where it is not. */
function closingOf(text: string, begin: number): number {
  let depth = 0;
  for (let i = begin; i < text.length; i++) {
    if (text.startsWith('${', i)) depth++;
    else if (text[i] === '}' && --depth === 0) return i;
  }
  return text.length;
}
