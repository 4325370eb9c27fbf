import { beginningOf, wholeBeginning } from '../lib/cut.ts';

/*
 * What jobs are called that nobody has named: people know a run by words, and never by its id.
 */

/** Characters of a name. */
const MOST = 60;

/** Signs that a name has none of: they mark text up somewhere, or can't be seen. */
const OTHERS = /[^\p{L}\p{N}\p{M} .,:;+=%/()#&_·–→×-]+/gu;

/** Letters and digits without a word in them: an id, which says nothing. */
const ID = /(?<![\p{L}\p{N}])(?=[0-9a-f]*\d)[0-9a-f]{12,64}(?![\p{L}\p{N}])/giu;

/** A text as what a job may be called, without addresses and ids; '' where nothing is left of it. */
export function asJobName(text: string): string {
  const words = wholeBeginning(text, 1_000)
    .split(/\s+/)
    .filter((word) => !word.includes('://'))
    .join(' ');
  const plain = words.replace(ID, ' ').replace(OTHERS, ' ').replace(/\s+/g, ' ');
  const begun = beginningOf(plain.replace(/^[^\p{L}\p{N}]+/u, ''), MOST);
  return /^.*[\p{L}\p{N}\p{M})%]/su.exec(begun)?.[0] ?? '';
}

/**
 * The first of `wanted` that says something, such that no other job of the session is called like it: a
 * second one has a number behind.
 */
export function freeJobName(wanted: readonly (string | undefined)[], taken: readonly string[]): string {
  const name = wanted.map((text) => asJobName(text ?? '')).find((text) => text !== '') ?? 'Job';
  if (!taken.includes(name)) return name;
  for (let number = 2; ; number++) {
    const end = ` · ${number}`;
    const next = `${beginningOf(name, MOST - end.length).trimEnd()}${end}`;
    if (!taken.includes(next)) return next;
  }
}
