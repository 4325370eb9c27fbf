import { z } from 'zod';
import type { Arxiv } from '../../hub/arxiv.ts';
import { arxivIdIn } from '../../hub/arxiv-id.ts';
import type { Looked } from '../../hub/datasets.ts';
import type { HubPapers } from '../../hub/papers.ts';
import type { HubRepos } from '../../hub/repos.ts';
import type { Scholar } from '../../hub/scholar.ts';
import { defineTool, type Tool, type ToolResult } from '../tool.ts';
import { contentsText, sectionText } from './sections.ts';
import { stepOf } from './steps.ts';
import {
  citationText,
  collectionText,
  detailText,
  listText,
  repoText,
  scholarText,
  snippetText,
} from './texts.ts';

export type PaperSources = {
  papers: HubPapers;
  scholar: Scholar;
  arxiv: Arxiv;
  repos: Pick<HubRepos, 'search'>;
  hubUrl: string;
};

const PaperId = z
  .string()
  .max(2_000)
  .transform((text, context) => {
    const id = arxivIdIn(text);
    if (id !== undefined) return id;
    context.addIssue({ code: 'custom', message: 'is not an arXiv id like 2305.18290' });
    return z.NEVER;
  });

const day = z.string().regex(/^\d{4}(-\d{2}(-\d{2})?)?$/, 'is not YYYY, YYYY-MM or YYYY-MM-DD');

const Schema = z.strictObject({
  operation: z.enum([
    'trending',
    'search',
    'paper_details',
    'read_paper',
    'citation_graph',
    'snippet_search',
    'recommend',
    'find_datasets',
    'find_models',
    'find_collections',
    'find_all_resources',
  ]),
  arxiv_id: PaperId.optional().describe('For everything about one paper, e.g. "2305.18290".'),
  query: z.string().max(1_000).optional().describe('search, snippet_search; trending: words to keep.'),
  section: z.string().max(500).optional().describe('read_paper: number or title; without it the contents.'),
  offset: z.number().int().min(0).default(0).describe('read_paper: character to read on from.'),
  direction: z.enum(['references', 'citations', 'both']).default('both').describe('citation_graph.'),
  date: day.optional().describe('trending: of that day.'),
  date_from: day.optional().describe('search, snippet_search.'),
  date_to: day.optional(),
  categories: z.string().max(200).optional().describe('search: fields of study, e.g. "Computer Science".'),
  min_citations: z.number().int().min(0).optional(),
  sort_by: z.enum(['relevance', 'publicationDate', 'citationCount']).optional().describe('search.'),
  liked: z.array(PaperId).max(20).optional().describe('recommend: papers to go by, besides arxiv_id.'),
  disliked: z.array(PaperId).max(20).optional().describe('recommend: papers to stay away from.'),
  sort: z
    .enum(['downloads', 'likes', 'trending'])
    .default('downloads')
    .describe('find_datasets, find_models.'),
  limit: z.number().int().min(1).max(50).default(10),
});
type Args = z.infer<typeof Schema>;

/** What an operation does; `need` reads an argument that it can't do without. */
type Operation = (args: Args, sources: PaperSources, signal: AbortSignal) => Promise<Looked<string>>;

const need = (name: string): Looked<never> => ({ ok: false, reason: `This operation needs ${name}.` });

const OPERATIONS: Readonly<Record<Args['operation'], Operation>> = {
  async trending({ date, query, limit }, { papers }, signal) {
    const found = await papers.trending(date, query === undefined ? limit : 100, signal);
    if (!found.ok) return found;
    const words = (query ?? '').toLowerCase().split(/\s+/).filter(Boolean);
    const fitting = found.value.filter((paper) => {
      const all = `${paper.title} ${paper.abstract} ${paper.keywords.join(' ')}`.toLowerCase();
      return words.every((word) => all.includes(word));
    });
    return done(
      fitting.slice(0, limit),
      (list) => listText(list),
      'Nothing that is talked about fits. Use search.',
    );
  },

  async search({ query, limit, date_from, date_to, categories, min_citations, sort_by }, sources, signal) {
    if (!query) return need('query');
    const filter = {
      dateFrom: date_from,
      dateTo: date_to,
      categories,
      minCitations: min_citations,
      sortBy: sort_by,
    };
    if (Object.values(filter).some((value) => value !== undefined)) {
      const found = await sources.scholar.search(query, filter, limit, signal);
      if (!found.ok)
        return withoutScholar(found.reason, { query, limit, date_from, date_to }, sources, signal);
      const { papers, total } = found.value;
      return done(
        papers,
        (list) => scholarText(list, total),
        'No paper fits. Use fewer words, or a wider filter.',
      );
    }
    const found = await sources.papers.search(query, limit, signal);
    if (!found.ok) return found;
    return done(
      found.value,
      listText,
      'No paper fits. Use fewer words, or a filter such as date_from: that searches beyond the Hub.',
    );
  },

  async paper_details({ arxiv_id }, { papers, scholar }, signal) {
    if (!arxiv_id) return need('arxiv_id');
    const [paper, cited] = await Promise.all([
      papers.details(arxiv_id, signal),
      scholar.details(arxiv_id, signal),
    ]);
    if (!paper.ok && !cited.ok) return { ok: false, reason: `${paper.reason} ${cited.reason}` };
    return {
      ok: true,
      value: detailText(arxiv_id, paper.ok ? paper.value : undefined, cited.ok ? cited.value : undefined),
    };
  },

  async read_paper({ arxiv_id, section, offset }, { arxiv, papers }, signal) {
    if (!arxiv_id) return need('arxiv_id');
    const read = await arxiv.read(arxiv_id, signal);
    if (!read.ok) {
      const paper = await papers.details(arxiv_id, signal);
      if (!paper.ok) return { ok: false, reason: `${read.reason} ${paper.reason}` };
      return {
        ok: true,
        value: `${detailText(arxiv_id, paper.value, undefined)}\n\n(Only the abstract: ${read.reason})`,
      };
    }
    return section?.trim()
      ? sectionText(arxiv_id, read.value, section, offset)
      : contentsText(arxiv_id, read.value, offset);
  },

  async citation_graph({ arxiv_id, direction, limit }, { scholar }, signal) {
    if (!arxiv_id) return need('arxiv_id');
    const directions = direction === 'both' ? (['references', 'citations'] as const) : ([direction] as const);
    const found = await Promise.all(directions.map((way) => scholar.links(arxiv_id, way, limit, signal)));
    const failed = found.find((links) => !links.ok);
    if (failed && found.every((links) => !links.ok)) return failed;
    return { ok: true, value: citationText(arxiv_id, directions, found) };
  },

  async snippet_search({ query, limit, date_from, date_to, categories, min_citations }, { scholar }, signal) {
    if (!query) return need('query');
    const filter = { dateFrom: date_from, dateTo: date_to, categories, minCitations: min_citations };
    const found = await scholar.snippets(query, filter, limit, signal);
    return found.ok ? done(found.value, snippetText, 'No passage fits. Say it in other words.') : found;
  },

  async recommend({ arxiv_id, liked = [], disliked = [], limit }, { scholar }, signal) {
    const all = [...(arxiv_id ? [arxiv_id] : []), ...liked];
    if (all.length === 0) return need('arxiv_id or liked');
    const found = await scholar.recommend(all, disliked, limit, signal);
    return found.ok
      ? done(found.value, (list) => scholarText(list, list.length), 'Nothing is recommended beside these.')
      : found;
  },

  async find_datasets(args, sources, signal) {
    return repositories('dataset', args, sources, signal);
  },

  async find_models(args, sources, signal) {
    return repositories('model', args, sources, signal);
  },

  async find_collections({ arxiv_id, limit }, { papers, hubUrl }, signal) {
    if (!arxiv_id) return need('arxiv_id');
    const found = await papers.collections(arxiv_id, limit, signal);
    return found.ok
      ? done(found.value, (list) => collectionText(list, hubUrl), 'No collection holds this paper.')
      : found;
  },

  async find_all_resources(args, sources, signal) {
    const short = { ...args, limit: Math.min(args.limit, 10) };
    const parts = await Promise.all([
      OPERATIONS.find_datasets(short, sources, signal),
      OPERATIONS.find_models(short, sources, signal),
      OPERATIONS.find_collections(short, sources, signal),
    ]);
    const [first] = parts;
    if (first && !first.ok && parts.every(({ ok }) => !ok)) return first;
    const [datasets, models, collections] = parts.map((part) => (part.ok ? part.value : part.reason));
    return {
      ok: true,
      value: `## Datasets\n${datasets}\n\n## Models\n${models}\n\n## Collections\n${collections}`,
    };
  },
};

/** The Hub's search in place of Semantic Scholar's, which knows more but limits whoever has no key. */
async function withoutScholar(
  why: string,
  {
    query,
    limit,
    date_from = '',
    date_to = '',
  }: Pick<Args, 'limit' | 'date_from' | 'date_to'> & { query: string },
  { papers }: PaperSources,
  signal: AbortSignal,
): Promise<Looked<string>> {
  const found = await papers.search(query, date_from || date_to ? HUB_PAPERS : limit, signal);
  if (!found.ok) return { ok: false, reason: `${why} ${found.reason}` };
  const fitting = found.value.filter(
    ({ publishedAt }) =>
      publishedAt.slice(0, date_from.length) >= date_from && publishedAt.slice(0, date_to.length) <= date_to,
  );
  const note = `(Semantic Scholar did not answer: ${why.replace(/\.$/, '')}. These are of the Hub's own search, which has no filters but the dates.)`;
  return done(
    fitting.slice(0, limit),
    (list) => `${note}\n\n${listText(list)}`,
    `${note}\n\nNo paper of it fits. Try again later.`,
  );
}

/** What is asked for where some of it will be left out. */
const HUB_PAPERS = 50;

function done<T>(list: T[], say: (list: T[]) => string, nothing: string): Looked<string> {
  return { ok: true, value: list.length === 0 ? nothing : say(list) };
}

/** Repositories whose cards cite the paper: the Hub tags them with it. */
async function repositories(
  kind: 'dataset' | 'model',
  { arxiv_id, sort, limit }: Args,
  { repos, hubUrl }: PaperSources,
  signal: AbortSignal,
): Promise<Looked<string>> {
  if (!arxiv_id) return need('arxiv_id');
  const by = sort === 'trending' ? ('trendingScore' as const) : sort;
  const found = await repos.search(kind, { tags: [`arxiv:${arxiv_id}`], sort: by, limit }, signal);
  if (!found.ok) return found;
  return done(found.value, (list) => repoText(list, kind, hubUrl), `No ${kind} on the Hub names this paper.`);
}

/** Papers: what is new, what they say, who builds on them, and what of them is on the Hub. */
export function hfPapersTool(sources: PaperSources): Tool {
  return defineTool({
    name: 'hf_papers',
    description:
      'Find and read papers. Begin a literature search with search (with date_from, min_citations or sort_by it goes beyond the Hub) or trending; follow citation_graph from a landmark paper to what builds on it (influential ones are marked); read_paper gives the contents, then a section: methods and experiments hold the recipe. snippet_search looks inside of papers; find_datasets, find_models, find_collections and find_all_resources tell what of a paper is on the Hub.',
    schema: Schema,
    isReadOnly: true,
    research: true,
    sourceOf: ({ operation, arxiv_id }) =>
      arxiv_id && (operation === 'read_paper' || operation === 'paper_details')
        ? `https://arxiv.org/abs/${arxiv_id}`
        : undefined,
    summary: ({ operation, arxiv_id, query, section }) =>
      [operation, arxiv_id ?? query, section].filter(Boolean).join(' '),
    step: stepOf,
    async run(args, { signal }): Promise<ToolResult> {
      const result = await OPERATIONS[args.operation](args, sources, signal);
      return result.ok ? { kind: 'done', output: result.value } : { kind: 'failed', output: result.reason };
    },
  });
}
