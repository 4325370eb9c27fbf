/**
 * A text with what stands outside of code changed: code between backticks, in a line or in a block, is what
 * it is. It ends at the next run of as many backticks as it began with; where there is none, these are text,
 * and so is one behind a backslash.
 */
export function outsideCode(text: string, change: (words: string) => string): string {
  const runs = Array.from(text.matchAll(/`+/g), ({ 0: { length }, index }) => ({ length, index }));
  const next = nextOfLength(runs.map(({ length }) => length));
  let changed = '';
  let from = 0; // the end of the last code
  for (let i = 0; i < runs.length; ) {
    const [open, close] = [runs[i], runs[next[i] ?? Number.POSITIVE_INFINITY]];
    if (open === undefined || close === undefined || isEscaped(text, open.index)) {
      i++;
      continue;
    }
    const end = close.index + close.length;
    changed += change(text.slice(from, open.index)) + text.slice(open.index, end);
    from = end;
    i = (next[i] ?? i) + 1;
  }
  return changed + change(text.slice(from));
}

/** For each run the place of the next one that is as long. */
function nextOfLength(lengths: readonly number[]): (number | undefined)[] {
  const later = new Map<number, number>();
  const found: (number | undefined)[] = [];
  for (let i = lengths.length - 1; i >= 0; i--) {
    const length = lengths[i] ?? 0;
    found[i] = later.get(length);
    later.set(length, i);
  }
  return found;
}

function isEscaped(text: string, at: number): boolean {
  let signs = 0;
  while (text.charAt(at - 1 - signs) === '\\') signs++;
  return signs % 2 === 1;
}
