import { z } from 'zod';
import type { Fetcher } from '../web/fetcher.ts';
import type { Looked } from './datasets.ts';
import { number, text } from './nullable.ts';

/*
 * Semantic Scholar: https://api.semanticscholar.org/api-docs/graph and .../recommendations. Without a key it
 * takes about one request a second of all who have none, so answers are kept for long.
 */

const RawPaper = z.object({
  title: text,
  year: z.number().nullish(),
  citationCount: number,
  influentialCitationCount: number,
  venue: text,
  externalIds: z.record(z.string(), z.unknown()).nullish(),
  tldr: z.object({ text }).nullish(),
});
const Found = z.object({ total: number, data: z.array(RawPaper).nullish() });
const RawLink = z.object({
  citedPaper: RawPaper.nullish(),
  citingPaper: RawPaper.nullish(),
  isInfluential: z.boolean().nullish(),
  intents: z.array(z.string()).nullish(),
  contexts: z.array(z.string()).nullish(),
});
const Links = z.object({ data: z.array(RawLink).nullish() });
const Snippets = z.object({
  data: z
    .array(
      z.object({
        paper: z.object({
          title: text,
          openAccessInfo: z.unknown().optional(),
          corpusId: z.union([z.string(), z.number()]).nullish(),
          externalIds: z.record(z.string(), z.unknown()).nullish(),
        }),
        snippet: z.object({ text, section: text }),
      }),
    )
    .nullish(),
});
const Recommended = z.object({ recommendedPapers: z.array(RawPaper).nullish() });

/** A paper as Semantic Scholar knows it; not all are on arXiv. */
export type CitedPaper = {
  title: string;
  arxivId: string | undefined;
  year: number | undefined;
  citations: number;
  influential: number;
  venue: string;
  digest: string;
};

/** One paper that cites another. */
export type Citation = {
  paper: CitedPaper;
  isInfluential: boolean;
  /** Why it is cited: methodology, background, result. */
  intents: readonly string[];
  contexts: readonly string[];
};

export type Snippet = { title: string; arxivId: string | undefined; section: string; text: string };

type PaperFilter = {
  dateFrom?: string | undefined;
  dateTo?: string | undefined;
  /** Fields of study, comma-separated. */
  categories?: string | undefined;
  minCitations?: number | undefined;
  sortBy?: 'relevance' | 'publicationDate' | 'citationCount' | undefined;
};

export type Scholar = {
  search(
    query: string,
    filter: PaperFilter,
    limit: number,
    signal: AbortSignal,
  ): Promise<Looked<{ papers: CitedPaper[]; total: number }>>;
  details(arxivId: string, signal: AbortSignal): Promise<Looked<CitedPaper>>;
  links(
    arxivId: string,
    direction: 'references' | 'citations',
    limit: number,
    signal: AbortSignal,
  ): Promise<Looked<Citation[]>>;
  snippets(
    query: string,
    filter: PaperFilter,
    limit: number,
    signal: AbortSignal,
  ): Promise<Looked<Snippet[]>>;
  recommend(
    liked: readonly string[],
    disliked: readonly string[],
    limit: number,
    signal: AbortSignal,
  ): Promise<Looked<CitedPaper[]>>;
};

const DAY_MS = 24 * 60 * 60_000;
const FIELDS = 'title,externalIds,year,citationCount,influentialCitationCount,venue,tldr';
/** Lists take fewer fields: the bulk search knows no tldr. */
const LIST_FIELDS = 'title,externalIds,year,citationCount,venue,publicationDate';

export function createScholar(fetcher: Fetcher, url: string, apiKey: string | undefined): Scholar {
  const api: Api = { fetcher, url, apiKey };
  return {
    async search(query, filter, limit, signal) {
      const asked = { query, limit: String(limit), fields: LIST_FIELDS, ...filterOf(filter) };
      // The bulk search sorts by what is asked, and knows no relevance; the other one knows nothing else.
      const path = `/graph/v1/paper/search${'sort' in asked ? '/bulk' : ''}`;
      const found = await ask(api, path, asked, Found, signal);
      if (!found.ok) return found;
      const papers = (found.value.data ?? []).slice(0, limit).map(paperOf); // a page of it has up to 1,000
      return { ok: true, value: { papers, total: found.value.total } };
    },
    async details(arxivId, signal) {
      const found = await ask(api, `/graph/v1/paper/ARXIV:${arxivId}`, { fields: FIELDS }, RawPaper, signal);
      return found.ok ? { ok: true, value: paperOf(found.value) } : found;
    },
    async links(arxivId, direction, limit, signal) {
      const fields = `${LIST_FIELDS},influentialCitationCount,contexts,intents,isInfluential`;
      const path = `/graph/v1/paper/ARXIV:${arxivId}/${direction}`;
      const found = await ask(api, path, { fields, limit: String(limit) }, Links, signal);
      return found.ok ? { ok: true, value: (found.value.data ?? []).flatMap(linkOf) } : found;
    },
    async snippets(query, filter, limit, signal) {
      const asked = { query, limit: String(limit), ...filterOf({ ...filter, sortBy: undefined }) };
      const found = await ask(api, '/graph/v1/snippet/search', asked, Snippets, signal);
      if (!found.ok) return found;
      const value = (found.value.data ?? []).map(({ paper, snippet }) => ({
        title: paper.title,
        arxivId: arxivOf(paper.externalIds),
        ...snippet,
      }));
      return { ok: true, value };
    },
    async recommend(liked, disliked, limit, signal) {
      const asked = { fields: LIST_FIELDS, limit: String(limit) };
      const ids = (list: readonly string[]) => list.map((id) => `ARXIV:${id}`);
      const [only, ...others] = liked;
      const isOne = others.length === 0 && disliked.length === 0;
      const found = isOne
        ? await ask(
            api,
            `/recommendations/v1/papers/forpaper/ARXIV:${only}`,
            { ...asked, from: 'recent' },
            Recommended,
            signal,
          )
        : await ask(api, '/recommendations/v1/papers/', asked, Recommended, signal, {
            positivePaperIds: ids(liked),
            negativePaperIds: ids(disliked),
          });
      return found.ok
        ? { ok: true, value: (found.value.recommendedPapers ?? []).slice(0, limit).map(paperOf) }
        : found;
    },
  };
}

type Api = { fetcher: Fetcher; url: string; apiKey: string | undefined };

async function ask<Schema extends z.ZodType>(
  { fetcher, url, apiKey }: Api,
  path: string,
  query: Record<string, string>,
  schema: Schema,
  signal: AbortSignal,
  body?: unknown,
): Promise<Looked<z.infer<Schema>>> {
  const request = {
    url: `${url}${path}?${new URLSearchParams(query)}`,
    signal,
    ...(body === undefined ? {} : { body }),
    ...(apiKey === undefined ? { ttlMs: DAY_MS } : { secretHeaders: { 'x-api-key': apiKey } }),
  };
  const answer = await fetcher.json(request, schema);
  if (answer.ok || answer.status !== 404) return answer;
  return { ok: false, reason: 'Semantic Scholar does not know this paper; a new one takes it some days.' };
}

function filterOf({
  dateFrom = '',
  dateTo = '',
  categories,
  minCitations,
  sortBy,
}: PaperFilter): Record<string, string> {
  return {
    ...(dateFrom || dateTo ? { publicationDateOrYear: `${dateFrom}:${dateTo}` } : {}),
    ...(categories ? { fieldsOfStudy: categories } : {}),
    ...(minCitations ? { minCitationCount: String(minCitations) } : {}),
    ...(sortBy && sortBy !== 'relevance' ? { sort: `${sortBy}:desc` } : {}),
  };
}

const arxivOf = (ids: Record<string, unknown> | null | undefined): string | undefined =>
  typeof ids?.ArXiv === 'string' ? ids.ArXiv : undefined;

const paperOf = (raw: z.infer<typeof RawPaper>): CitedPaper => ({
  title: raw.title || '(untitled)',
  arxivId: arxivOf(raw.externalIds),
  year: raw.year ?? undefined,
  citations: raw.citationCount,
  influential: raw.influentialCitationCount,
  venue: raw.venue,
  digest: raw.tldr?.text ?? '',
});

function linkOf(raw: z.infer<typeof RawLink>): Citation[] {
  const paper = raw.citedPaper ?? raw.citingPaper;
  if (!paper) return [];
  return [
    {
      paper: paperOf(paper),
      isInfluential: raw.isInfluential ?? false,
      intents: raw.intents ?? [],
      contexts: raw.contexts ?? [],
    },
  ];
}
