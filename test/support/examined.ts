/** The work of looking through texts, as far as it can be counted. */
export type Examined = { searches: number; characters: number };

/** How many times as much work is counted of one thing as of another. */
export const timesAsMuch = (of: Examined | undefined, than: Examined | undefined): Examined => ({
  searches: (of?.searches ?? 0) / (than?.searches ?? 0),
  characters: (of?.characters ?? 0) / (than?.characters ?? 0),
});

type Search = (this: unknown, ...given: unknown[]) => unknown;

/**
 * Counts the searches that `work` makes, by regular expressions and by `indexOf` and its like, and the
 * characters that these pass over: from where one begins to the end of what it finds, or of the text. What
 * goes on inside of one search (a regular expression that goes back) is not seen.
 */
export function examinedBy(work: () => unknown): Examined {
  const examined = { searches: 0, characters: 0 };
  const count = (characters: number) => {
    examined.searches++;
    examined.characters += Math.max(1, characters);
  };
  const restore = [
    replaced(RegExp.prototype, 'exec', (search) => {
      return function counted(this: unknown, ...given) {
        const expression = this as RegExp;
        const from = expression.global || expression.sticky ? expression.lastIndex : 0;
        const found = Reflect.apply(search, this, given) as RegExpExecArray | null;
        const end = found
          ? found.index + found[0].length
          : expression.sticky
            ? from
            : String(given[0]).length;
        count(end - from);
        return found;
      };
    }),
    ...['indexOf', 'includes', 'lastIndexOf'].map((name) =>
      replaced(String.prototype, name, (search) => {
        return function counted(this: unknown, ...given) {
          const text = String(this);
          const from = name === 'lastIndexOf' ? 0 : Number(given[1] ?? 0);
          const found = Reflect.apply(search, this, given);
          const end = typeof found === 'number' && found >= 0 ? found + String(given[0]).length : text.length;
          count(end - from);
          return found;
        };
      }),
    ),
  ];
  try {
    work();
  } finally {
    for (const each of restore) each();
  }
  return examined;
}

function replaced(owner: object, name: string, by: (search: Search) => Search): () => void {
  const before = Object.getOwnPropertyDescriptor(owner, name);
  if (before === undefined) throw new Error(`there is no ${name}`);
  Object.defineProperty(owner, name, { ...before, value: by(before.value) });
  return () => void Object.defineProperty(owner, name, before);
}
