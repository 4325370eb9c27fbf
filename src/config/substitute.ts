export type Environment = Readonly<Record<string, string | undefined>>;

/** A `${NAME}` without value or default. */
export class MissingVariable extends Error {
  readonly variable: string;
  readonly path: string;
  constructor(variable: string, path: string) {
    super(`\${${variable}} at ${path} has no value`);
    this.variable = variable;
    this.path = path;
  }
}

/**
 * Replaces `${NAME}` and `${NAME:-default}` in every string of a JSON value.
 * An empty variable counts as unset, as in a shell's `:-`. Throws MissingVariable.
 */
export function substitute(value: unknown, environment: Environment, path = ''): unknown {
  if (typeof value === 'string') {
    return value.replace(
      /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g,
      (_whole, name: string, fallback: string | undefined) => {
        const found = environment[name] || fallback;
        if (found === undefined) throw new MissingVariable(name, path || 'the top level');
        return found;
      },
    );
  }
  if (Array.isArray(value)) return value.map((item, i) => substitute(item, environment, `${path}[${i}]`));
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        key,
        substitute(item, environment, path ? `${path}.${key}` : key),
      ]),
    );
  }
  return value;
}
