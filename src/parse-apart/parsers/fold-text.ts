/*
 * Signs that look alike, and that a model writes for one another: what stands in a file as “…” or with a
 * space that does not break is written by it with the signs of a keyboard.
 */

/** Each becomes one other character, so that places stay the same. */
const ALIKE: readonly (readonly [RegExp, string])[] = [
  [/[\u201c-\u201f\u2033\u2036\uff02]/g, '"'],
  [/[\u2018-\u201b\u2032\u2035\u02bc\uff07]/g, "'"],
  [/[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]/g, '-'],
  [/[\u00a0\u2000-\u200a\u202f\u205f\u3000]/g, ' '],
];

/** A text with such signs as a keyboard has them; as long as it was. */
export const plainSigns = (text: string): string =>
  ALIKE.reduce((made, [signs, plain]) => made.replace(signs, plain), text);

/** A text with plain signs and plain ends of lines, and where each of its characters stood. */
export type Folded = { text: string; originalAt(at: number): number };

export function folded(original: string): Folded {
  const ends: number[] = []; // of lines that end with two characters, as they stand in the folded text
  for (let at = original.indexOf('\r\n'); at !== -1; at = original.indexOf('\r\n', at + 2))
    ends.push(at - ends.length);
  return {
    text: plainSigns(original).replaceAll('\r\n', '\n'),
    originalAt: (at) => at + countBelow(ends, at),
  };
}

/** How many of sorted numbers are smaller than one. */
function countBelow(sorted: readonly number[], limit: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * What is to stand in the place of `own`, of which `before` is the folded text: `after`, but with the signs
 * and the ends of lines that `own` has wherever `after` keeps what was there.
 */
export function keepingSigns(own: string, before: string, after: string, ending: string): string {
  const [owns, olds] = [linesOf(own), before.split('\n')];
  const news = after.replaceAll('\r\n', '\n').split('\n');
  const kept = keptLines(olds, news.map(plainSigns));
  let made = '';
  for (const [j, line] of news.entries()) {
    const i = kept.get(j);
    const from = i === undefined ? undefined : owns[i];
    const text = from === undefined ? line : withOwnSigns(from.text, olds[i ?? 0] ?? '', line);
    made += text + (j === news.length - 1 ? '' : from?.ending || ending);
  }
  return made;
}

const linesOf = (text: string): { text: string; ending: string }[] =>
  text.split('\n').map((line, i, all) => {
    const ending = i === all.length - 1 ? '' : line.endsWith('\r') ? '\r\n' : '\n';
    return { text: ending === '\r\n' ? line.slice(0, -1) : line, ending };
  });

/** A line as it is to be, with the signs of the file where it begins and ends as it did. */
function withOwnSigns(own: string, before: string, after: string): string {
  const plain = plainSigns(after);
  const most = Math.min(before.length, plain.length);
  let head = 0;
  while (head < most && before[head] === plain[head]) head++;
  let tail = 0;
  while (tail < most - head && before[before.length - 1 - tail] === plain[plain.length - 1 - tail]) tail++;
  return own.slice(0, head) + after.slice(head, after.length - tail) + own.slice(own.length - tail);
}

/** Longer changes keep the signs of lines at their beginning and end. */
const MOST_PAIRS = 1_000_000;

/**
 * Which line each new one was: the same one, where there is one, in order; and, where as many lines are
 * changed as come in their place, the one whose place it takes.
 */
function keptLines(olds: readonly string[], news: readonly string[]): Map<number, number> {
  const kept = new Map<number, number>();
  const same = olds.length * news.length <= MOST_PAIRS ? sameLines(olds, news) : sameEnds(olds, news);
  let [i, j] = [0, 0];
  for (const [a, b] of [...same, [olds.length, news.length] as const]) {
    if (a - i === b - j) for (let k = 0; k < a - i; k++) kept.set(j + k, i + k);
    if (b < news.length) kept.set(b, a);
    [i, j] = [a + 1, b + 1];
  }
  return kept;
}

type Pair = readonly [old: number, made: number];

/** The longest run of lines that both have, in order. */
function sameLines(olds: readonly string[], news: readonly string[]): Pair[] {
  const width = news.length + 1;
  const longest = new Uint32Array((olds.length + 1) * width);
  const at = (i: number, j: number) => longest[i * width + j] ?? 0;
  for (let i = olds.length - 1; i >= 0; i--)
    for (let j = news.length - 1; j >= 0; j--)
      longest[i * width + j] =
        olds[i] === news[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const pairs: Pair[] = [];
  for (let i = 0, j = 0; i < olds.length && j < news.length; ) {
    if (olds[i] === news[j]) pairs.push([i++, j++]);
    else if (at(i + 1, j) >= at(i, j + 1)) i++;
    else j++;
  }
  return pairs;
}

function sameEnds(olds: readonly string[], news: readonly string[]): Pair[] {
  const most = Math.min(olds.length, news.length);
  const pairs: Pair[] = [];
  let head = 0;
  for (; head < most && olds[head] === news[head]; head++) pairs.push([head, head]);
  let tail = 0;
  while (tail < most - head && olds.at(-1 - tail) === news.at(-1 - tail)) tail++;
  for (let k = tail; k > 0; k--) pairs.push([olds.length - k, news.length - k]);
  return pairs;
}
