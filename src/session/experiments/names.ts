import type { Watch } from '../watches.ts';

type Run = { watch: Pick<Watch, 'id' | 'jobId' | 'name'> };

/** Which runs somebody names; or those that each name may mean, where one is not clear; or none at all. */
export type Named<R extends Run> =
  | { kind: 'runs'; runs: R[] }
  | { kind: 'unsure'; name: string; candidates: R[] }
  | { kind: 'none' };

/** As many as stand beside each other in a table that can be read. */
export const MOST_COMPARED = 6;

/** The least of an id that names a job. */
const LEAST_OF_ID = 6;
const CANDIDATES = 5;

/**
 * The runs that a text names: in quotes, between commas, "and" or "vs", or each as one word. Two at least; a
 * text of which nothing is the name of a run names none.
 */
export function runsNamed<R extends Run>(text: string, runs: readonly R[]): Named<R> {
  if (exactly(text, runs).length > 0) return { kind: 'none' }; // one of them is not compared
  const ways = [quoted(text), parted(text), text.trim().split(/\s+/)].filter((names) => names.length > 1);
  const found = ways.map((names) => eachNamed(names, runs));
  const sure = found.find(({ kind }) => kind === 'runs');
  return sure ?? found.find(({ kind }) => kind === 'unsure') ?? { kind: 'none' };
}

const quoted = (text: string): string[] =>
  [...text.matchAll(/["'`“”„«»]([^"'`“”„«»]{1,100})["'`“”„«»]/g)].map(([, name = '']) => name);

const parted = (text: string): string[] =>
  text
    .replace(/[^\S\n]+/g, ' ')
    .split(/,(?: ?and )?| (?:and|with|vs\.?|versus|to|und|et|y) |\n/i)
    .map((name) => name.trim())
    .filter((name) => name !== '');

/** The runs of several names. One that has no run, and others that have, is asked about. */
export function eachNamed<R extends Run>(names: readonly string[], runs: readonly R[]): Named<R> {
  const found = names.map((name) => ({ name, exact: exactly(name, runs), alike: alike(name, runs) }));
  const isAny = found.some(({ exact }) => exact.length > 0);
  const open = found.find(({ exact }) => exact.length !== 1);
  if (open === undefined) {
    const all = [...new Set(found.flatMap(({ exact }) => exact))];
    return all.length < 2 ? { kind: 'none' } : { kind: 'runs', runs: all.slice(0, MOST_COMPARED) };
  }
  const candidates = (open.exact.length > 0 ? open.exact : open.alike).slice(0, CANDIDATES);
  const isMeant = isAny || found.every((one) => one.alike.length > 0);
  return isMeant ? { kind: 'unsure', name: open.name, candidates } : { kind: 'none' };
}

const plain = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[\s·,:;_–-]+/g, ' ')
    .trim();

/** By its id, the beginning of it, or its whole name. */
function exactly<R extends Run>(name: string, runs: readonly R[]): R[] {
  const wanted = plain(name);
  const id = name.trim().replace(/^job\s+/i, '');
  const byId = runs.filter(({ watch }) => watch.jobId === id || watch.id === id);
  if (byId.length > 0) return byId.slice(0, 1);
  if (id.length >= LEAST_OF_ID && /^[0-9a-f]+$/i.test(id)) {
    const begun = runs.filter(({ watch }) => watch.jobId.startsWith(id));
    if (begun.length > 0) return begun;
  }
  return wanted === ''
    ? []
    : runs.filter(({ watch }) => watch.name !== undefined && plain(watch.name) === wanted);
}

/** Whose name has all of its words, or shares most of them; those that share more come first. */
function alike<R extends Run>(name: string, runs: readonly R[]): R[] {
  const words = plain(name).split(' ').filter(Boolean);
  if (words.length === 0) return [];
  const shared = ({ watch }: R) => {
    const own = plain(watch.name ?? '').split(' ');
    return words.filter((word) => own.some((other) => isNear(word, other))).length / words.length;
  };
  return runs
    .map((run) => ({ run, part: shared(run) }))
    .filter(({ part }) => part >= 0.5)
    .toSorted((a, b) => b.part - a.part)
    .map(({ run }) => run);
}

/** The same but for its end, or for one letter. */
function isNear(word: string, other: string): boolean {
  if (word.length < 4 || other.length < 4) return word === other;
  if (word.startsWith(other) || other.startsWith(word)) return true;
  if (Math.abs(word.length - other.length) > 1) return false;
  let [a, b] = [0, 0];
  let left = 1;
  while (a < word.length && b < other.length) {
    if (word[a] === other[b]) {
      a++;
      b++;
      continue;
    }
    if (left-- === 0) return false;
    if (word.length >= other.length) a++;
    if (other.length >= word.length) b++;
  }
  return word.length - a + (other.length - b) <= left;
}
