import Fuse from 'fuse.js';
import { z } from 'zod';

/**
 * What GitHub lists of a repository, and what examples are looked for; `minScore` is how well one must fit,
 * of 100.
 */
export type PathQuestion = {
  listing: Uint8Array;
  keyword: string | undefined;
  minScore: number;
  limit: number;
};

/**
 * The best examples, in that order, with their size in bytes; how many fit, and how many examples there are;
 * `isCut` where GitHub lists only some of the files.
 */
export type PathRanking = {
  found: { path: string; size: number }[];
  fitting: number;
  examples: number;
  isCut: boolean;
};

/** https://docs.github.com/rest/git/trees */
const Listing = z.object({
  tree: z.array(
    z.object({ path: z.string().optional(), type: z.string().optional(), size: z.number().optional() }),
  ),
  truncated: z.boolean(),
});

type Example = { path: string; size: number; rank: number };

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

export function examplePaths({ listing, keyword, minScore, limit }: PathQuestion): PathRanking {
  const { tree, truncated } = Listing.parse(JSON.parse(new TextDecoder().decode(listing)));
  const examples = tree
    .flatMap(({ type, path = '', size = 0 }): Example[] => {
      const isRead = type === 'blob' && path.length <= PATH_CHARACTERS && CODE.test(path);
      const rank = isRead ? rankOf(path) : -1;
      return rank === -1 ? [] : [{ path, size, rank }];
    })
    .sort((a, b) => a.rank - b.rank || (a.path < b.path ? -1 : 1));
  const found = keyword === undefined ? examples : ranked(examples, keyword, minScore);
  return {
    found: found.slice(0, limit).map(({ path, size }) => ({ path, size })),
    fitting: found.length,
    examples: examples.length,
    isCut: truncated,
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
