import { z } from 'zod';
import { wholeBeginning } from '../lib/cut.ts';
import type { Fetcher } from '../web/fetcher.ts';
import type { Looked } from './datasets.ts';
import { number, text } from './nullable.ts';
import { part } from './paths.ts';

/**
 * https://huggingface.co/.well-known/openapi.json: /api/papers/{paperId}; lists have the same below `paper`.
 */
const RawPaper = z.object({
  id: z.string(),
  title: text,
  summary: text,
  upvotes: number,
  publishedAt: text,
  authors: z.array(z.object({ name: text })).nullish(),
  ai_summary: text,
  ai_keywords: z.array(z.string()).nullish(),
  githubRepo: text,
  githubStars: number,
});
const Listed = z.array(z.union([z.object({ paper: RawPaper }).transform(({ paper }) => paper), RawPaper]));

const Collections = z.array(
  z.object({
    slug: z.string(),
    title: text,
    description: text,
    upvotes: number,
    owner: z.object({ name: text }).nullish(),
    items: z.array(z.unknown()).nullish(),
  }),
);

/** A paper as the Hub knows it; its id is the one of arXiv. */
export type Paper = {
  id: string;
  title: string;
  abstract: string;
  /** A short account of it, where the Hub has one. */
  digest: string;
  keywords: readonly string[];
  authors: readonly string[];
  publishedAt: string;
  upvotes: number;
  github: { url: string; stars: number } | undefined;
};

export type PaperCollection = {
  slug: string;
  title: string;
  about: string;
  owner: string;
  upvotes: number;
  items: number;
};

/** The Hub's papers: what is talked about, and what belongs to a paper. */
export type HubPapers = {
  /** Of a day (YYYY-MM-DD), or of now. */
  trending(date: string | undefined, limit: number, signal: AbortSignal): Promise<Looked<Paper[]>>;
  search(query: string, limit: number, signal: AbortSignal): Promise<Looked<Paper[]>>;
  details(id: string, signal: AbortSignal): Promise<Looked<Paper>>;
  collections(id: string, limit: number, signal: AbortSignal): Promise<Looked<PaperCollection[]>>;
};

const MINUTES = 60_000;
const LISTS_MS = 15 * MINUTES;
/** A longer question is refused: https://huggingface.co/.well-known/openapi.json, /api/papers/search. */
const LONGEST_QUERY = 250;
const PAPER_MS = 6 * 60 * MINUTES;

export function createHubPapers(fetcher: Fetcher, hubUrl: string): HubPapers {
  const at = (path: string, query: Record<string, string | undefined>) => {
    const asked = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
    return `${hubUrl}/api/${path}?${new URLSearchParams(asked)}`;
  };
  async function list(url: string, signal: AbortSignal): Promise<Looked<Paper[]>> {
    const found = await fetcher.json({ url, signal, ttlMs: LISTS_MS }, Listed);
    return found.ok ? { ok: true, value: found.value.map(paperOf) } : found;
  }
  return {
    trending: (date, limit, signal) => list(at('daily_papers', { date, limit: String(limit) }), signal),
    search: (query, limit, signal) =>
      list(at('papers/search', { q: wholeBeginning(query, LONGEST_QUERY), limit: String(limit) }), signal),
    async details(id, signal) {
      const found = await fetcher.json(
        { url: at(`papers/${part(id)}`, {}), signal, ttlMs: PAPER_MS },
        RawPaper,
      );
      if (found.ok) return { ok: true, value: paperOf(found.value) };
      return found.status === 404 ? { ok: false, reason: `The Hub does not know the paper ${id}.` } : found;
    },
    async collections(id, limit, signal) {
      const url = at('collections', { item: `papers/${id}`, limit: String(limit) });
      const found = await fetcher.json({ url, signal, ttlMs: LISTS_MS }, Collections);
      if (!found.ok) return found;
      const value = found.value.map(({ slug, title, description, upvotes, owner, items }) => ({
        slug,
        title,
        about: description,
        owner: owner?.name ?? '',
        upvotes,
        items: items?.length ?? 0,
      }));
      return { ok: true, value };
    },
  };
}

const paperOf = (raw: z.infer<typeof RawPaper>): Paper => ({
  id: raw.id,
  title: raw.title.replace(/\s+/g, ' ').trim(),
  abstract: raw.summary.replace(/\s+/g, ' ').trim(),
  digest: raw.ai_summary,
  keywords: raw.ai_keywords ?? [],
  authors: (raw.authors ?? []).map(({ name }) => name).filter(Boolean),
  publishedAt: raw.publishedAt.slice(0, 10),
  upvotes: raw.upvotes,
  github: raw.githubRepo ? { url: raw.githubRepo, stars: raw.githubStars } : undefined,
});
