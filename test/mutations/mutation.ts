/** A guard that is switched off, and the test that is to notice. */
export type Mutation = {
  /** The threat, as its row of `docs/SECURITY.md` begins. */
  threat: string;
  file: string;
  /** What stands exactly once in the file, and what takes its place. */
  text: string;
  becomes: string;
  /** A test that the row names, such as `unit/speech`, and words of titles of it. */
  test: string;
  title: string;
};

export type Applied = { ok: true; text: string } | { ok: false; reason: string };

/** The text of a file with its guard switched off; why not, where what is replaced is not there just once. */
export function mutated(source: string, { file, text, becomes }: Mutation): Applied {
  const times = source.split(text).length - 1;
  if (times !== 1) return { ok: false, reason: `${file} has ${JSON.stringify(text)} ${times} times` };
  return { ok: true, text: source.replace(text, () => becomes) };
}
