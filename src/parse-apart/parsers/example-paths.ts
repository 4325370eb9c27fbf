import Fuse from 'fuse.js';

/** Files of a repository, and what examples are looked for; `minScore` is how well one must fit, of 100. */
export type PathQuestion = {
  paths: readonly string[];
  keyword: string | undefined;
  minScore: number;
  limit: number;
};

/** Positions in the list of paths, the best first; how many fit, and how many examples there are. */
export type PathRanking = { found: number[]; fitting: number; examples: number };

type Example = { path: string; at: number; rank: number };

/** Folders in which projects keep what is there to be learned from, the best first. */
const FOLDERS = [
  'scripts',
  'examples example',
  'notebooks notebook',
  'tutorials tutorial quickstart walkthroughs walkthrough',
  'cookbooks cookbook recipes recipe',
  'demos demo samples sample',
  'guides guide getting-started getting_started playground howto how-to use-cases use_cases showcase',
].map((names) => new Set(names.split(' ')));

const rankOf = (path: string): number => {
  const parts = path.toLowerCase().split('/').slice(0, -1);
  return FOLDERS.findIndex((names) => parts.some((part) => names.has(part)));
};

const CODE = /\.(py|ipynb|sh|md|ya?ml|toml|json|ts|js|rs)$/i;

/** A longer path is no example that anybody reads. */
const PATH_CHARACTERS = 400;

export function examplePaths({ paths, keyword, minScore, limit }: PathQuestion): PathRanking {
  const examples = paths
    .map(
      (path, at): Example => ({
        path,
        at,
        rank: path.length <= PATH_CHARACTERS && CODE.test(path) ? rankOf(path) : -1,
      }),
    )
    .filter(({ rank }) => rank !== -1)
    .sort((a, b) => a.rank - b.rank || (a.path < b.path ? -1 : 1));
  const found = keyword === undefined ? examples : ranked(examples, keyword, minScore);
  return {
    found: found.slice(0, limit).map(({ at }) => at),
    fitting: found.length,
    examples: examples.length,
  };
}

/** The files whose path has the words, then those that are like it. */
function ranked(examples: readonly Example[], keyword: string, minScore: number): Example[] {
  const fuse = new Fuse(examples, { keys: ['path'], ignoreLocation: true, threshold: 1 - minScore / 100 });
  const words = keyword.toLowerCase().split(/\s+/).filter(Boolean);
  const exact = examples.filter(({ path }) => words.every((word) => path.toLowerCase().includes(word)));
  const similar = fuse.search(keyword).map(({ item }) => item);
  return [...new Set([...exact, ...similar])];
}
