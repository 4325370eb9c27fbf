import MiniSearch from 'minisearch';
import PQueue from 'p-queue';
import type { Clock } from '../lib/clock.ts';
import { wholeBeginning } from '../lib/cut.ts';
import { refuseInTransaction } from '../lib/transaction-scope.ts';
import type { ParseApart } from '../parse-apart/parse-apart.ts';
import type { DocLink } from '../parse-apart/parsers/doc-links.ts';
import type { Fetcher } from '../web/fetcher.ts';
import type { Looked } from './datasets.ts';
import { docAddressIn, placeOf } from './doc-addresses.ts';
import { docText } from './doc-text.ts';

/**
 * Sections of the documentation site: https://huggingface.co/docs. A section of several is searched in all of
 * them.
 */
export const DOC_SECTIONS: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    [
      'hub transformers diffusers datasets gradio trackio smolagents huggingface_hub huggingface.js transformers.js',
      'inference-providers inference-endpoints peft accelerate tokenizers evaluate tasks dataset-viewer trl simulate',
      'sagemaker timm safetensors tgi setfit lerobot autotrain tei bitsandbytes sentence_transformers chat-ui',
      'leaderboards lighteval argilla distilabel microsoft-azure kernels google-cloud',
    ]
      .join(' ')
      .split(' ')
      .map((name) => [name, [name]]),
  ),
  optimum: [
    'optimum',
    'optimum-habana',
    'optimum-neuron',
    'optimum-intel',
    'optimum-executorch',
    'optimum-tpu',
  ],
  courses: [
    'llm-course',
    'robotics-course',
    'mcp-course',
    'smol-course',
    'agents-course',
    'deep-rl-course',
    'computer-vision-course',
    'audio-course',
    'ml-games-course',
    'diffusion-course',
    'ml-for-3d-course',
    'cookbook',
  ],
};

type DocPage = { title: string; url: string; preview: string };

/** Hugging Face's documentation. */
export type Docs = {
  /**
   * The pages of a section, the ones that fit `query` best first; without a query in the order of the site.
   */
  explore(
    section: string,
    query: string | undefined,
    limit: number,
    signal: AbortSignal,
  ): Promise<Looked<{ pages: DocPage[]; total: number; missing: number }>>;
  /**
   * A page as markdown, by its address as people paste it; `url` is where it is now, and `begins` where the
   * place is that the address names.
   */
  page(
    url: string,
    signal: AbortSignal,
  ): Promise<Looked<{ url: string; text: string; begins: number | undefined }>>;
};

export type DocsUrls = { site: string; gradio: string };

const HOURS = 60 * 60_000;
const INDEX_MS = 24 * HOURS;
const AT_ONCE = 8;
/** Of one section: the largest has about 700. */
const PAGES = 800;
const PREVIEW = 240;
/** Of a page, and of all pages of a section together, only so much is searched. */
const PAGE_CHARACTERS = 80_000;
const SECTION_CHARACTERS = 15_000_000;
/** Pages between two turns of others while an index is made. */
const ADDED_AT_ONCE = 2;
/** Of a query so many words are looked for. */
const WORDS = 25;
/** Indexes that a process keeps; made anew from the cached pages when another one was used. */
const INDEXES = 8;

type Entry = { id: number; title: string; url: string; text: string };
type Index = { entries: Entry[]; search: MiniSearch<Entry>; missing: number; until: number };

export function createDocs(
  fetcher: Fetcher,
  apart: ParseApart,
  urls: DocsUrls,
  monotonic: Clock['monotonic'],
): Docs {
  const library: Library = { fetcher, apart, ...urls, monotonic, indexes: new Map() };
  return {
    explore: (section, query, limit, signal) => explore(library, section, query, limit, signal),
    page: (url, signal) => pageAt(library, url, signal),
  };
}

type Library = DocsUrls & {
  fetcher: Fetcher;
  apart: ParseApart;
  monotonic: Clock['monotonic'];
  /** By section, the one that was made last at the end. */
  indexes: Map<string, Promise<Looked<Index>>>;
};

async function explore(
  library: Library,
  section: string,
  query: string | undefined,
  limit: number,
  signal: AbortSignal,
): ReturnType<Docs['explore']> {
  const index = await indexOf(library, section, signal);
  if (!index.ok) return index;
  const { entries, search, missing } = index.value;
  const found =
    query === undefined
      ? entries
      : search.search(wordsOf(query).join(' ')).flatMap(({ id }) => entries[id as number] ?? []);
  const pages = found
    .slice(0, limit)
    .map(({ title, url, text }) => ({ title, url, preview: previewOf(text, query) }));
  return { ok: true, value: { pages, total: found.length, missing } };
}

async function pageAt(library: Library, pasted: string, signal: AbortSignal): ReturnType<Docs['page']> {
  const { site, gradio } = library;
  const address = docAddressIn(pasted, library);
  const hosts = [site, gradio].map((base) => new URL(base).host);
  if (address === undefined) {
    return {
      ok: false,
      reason: `${pasted} is no page of the documentation: those are at ${hosts.join(' and ')}.`,
    };
  }
  const { url, anchor } = address;
  const page = await markdownAt(library, url, signal);
  if (page.ok) return { ok: true, value: { ...page, begins: placeOf(page.text, anchor) } };
  if (page.status !== 404) return { ok: false, reason: page.reason };
  const moved = await movedTo(library, url, signal);
  const there = moved === undefined ? page : await markdownAt(library, moved, signal);
  if (there.ok) return { ok: true, value: { ...there, begins: placeOf(there.text, anchor) } };
  return { ok: false, reason: `There is no page ${url}. Look for it with explore_hf_docs.` };
}

const hostsOf = ({ site, gradio }: Library): string[] => [site, gradio].map((base) => new URL(base).hostname);

/** A page as markdown, and where it was found in the end. */
async function markdownAt(library: Library, url: string, signal: AbortSignal) {
  const page = await library.fetcher.text({
    url: `${url}.md`,
    signal,
    ttlMs: INDEX_MS,
    hosts: hostsOf(library),
  });
  return page.ok ? { ok: true as const, text: docText(page.text), url: page.url.replace(/\.md$/, '') } : page;
}

/** Pages that have moved lead on, but not always what they are as markdown. */
async function movedTo(library: Library, url: string, signal: AbortSignal): Promise<string | undefined> {
  const page = await library.fetcher.text({ url, signal, ttlMs: INDEX_MS, hosts: hostsOf(library) });
  const found = page.ok ? docAddressIn(page.url, library)?.url : undefined;
  return found === url ? undefined : found;
}

/** The index of a section, as it was made before where it is not too old. */
async function indexOf(library: Library, section: string, signal: AbortSignal): Promise<Looked<Index>> {
  refuseInTransaction(() => `a look-up of the documentation of ${section}`);
  const { indexes, monotonic } = library;
  const known = await indexes.get(section)?.catch(() => undefined);
  if (known?.ok && known.value.until > monotonic()) return known;
  const making = build(library, section, signal);
  indexes.delete(section);
  indexes.set(section, making);
  for (const oldest of [...indexes.keys()].slice(0, Math.max(0, indexes.size - INDEXES)))
    indexes.delete(oldest);
  return making;
}

async function build(library: Library, section: string, signal: AbortSignal): Promise<Looked<Index>> {
  const parts = DOC_SECTIONS[section] ?? [section];
  const lists = await Promise.all(parts.map((part) => linksOf(library, part, signal)));
  const [first] = lists;
  if (first && !first.ok && lists.every(({ ok }) => !ok)) return first;
  const links = lists.flatMap((list) => (list.ok ? list.value : [])).slice(0, PAGES);
  const queue = new PQueue({ concurrency: AT_ONCE });
  const texts = await Promise.all(
    links.map(({ url }) =>
      queue.add(() => library.fetcher.text({ url: `${url}.md`, signal, ttlMs: INDEX_MS })),
    ),
  );
  let left = SECTION_CHARACTERS;
  const entries = links.map(({ title, url }, id) => {
    const found = texts[id];
    const text = found?.ok ? wholeBeginning(docText(found.text), Math.min(PAGE_CHARACTERS, left)) : '';
    left -= text.length;
    return { id, title, url, text };
  });
  const search = new MiniSearch<Entry>({
    fields: ['title', 'text'],
    searchOptions: { boost: { title: 3 }, prefix: isLong, fuzzy: 0.15, combineWith: 'OR' },
  });
  await search.addAllAsync(entries, { chunkSize: ADDED_AT_ONCE });
  const missing = texts.filter((text) => !text?.ok).length;
  return { ok: true, value: { entries, search, missing, until: library.monotonic() + INDEX_MS } };
}

async function linksOf(
  { fetcher, apart, site, gradio }: Library,
  section: string,
  signal: AbortSignal,
): Promise<Looked<DocLink[]>> {
  const isGradio = section === 'gradio';
  const url = isGradio ? `${gradio}/llms.txt` : `${site}/docs/${section}`;
  const page = await fetcher.text({ url, signal, ttlMs: INDEX_MS });
  if (!page.ok) return { ok: false, reason: `The contents of ${section} could not be read: ${page.reason}.` };
  const contents = isGradio
    ? { text: page.text, form: 'markdown' as const, site: gradio, below: gradio }
    : { text: page.text, form: 'sidebar' as const, site, below: belowOf(site, page.url) };
  const links = await apart.parse('docLinks', contents, signal);
  if (!links.ok) return { ok: false, reason: `The contents of ${section} can't be read: ${links.reason}.` };
  return links.value.length > 0 ? links : { ok: false, reason: `${url} lists no pages any more.` };
}

/** Courses have moved to another path; the pages of a section are where its contents are. */
const belowOf = (site: string, found: string): string =>
  found.startsWith(`${site}/learn/`) ? `${site}/learn/` : `${site}/docs/`;

/** What is looked for, each word once. */
const wordsOf = (query: string): string[] =>
  [...new Set(query.toLowerCase().split(/[^\p{L}\p{N}_]+/u))].filter(Boolean).slice(0, WORDS);

/** What one or two letters begin is nearly everything. */
const isLong = (word: string): boolean => word.length > 2;

/** The place in a page that fits, or its beginning. */
function previewOf(text: string, query: string | undefined): string {
  const plain = withoutComments(text).replace(/\s+/g, ' ').trim();
  const lower = plain.toLowerCase();
  const words = wordsOf(query ?? '').filter((word) => word.length > 2);
  const at = Math.min(...words.map((word) => lower.indexOf(word)).filter((index) => index >= 0));
  const from = Number.isFinite(at) ? Math.max(0, at - 60) : 0;
  return `${from > 0 ? '… ' : ''}${plain.slice(from, from + PREVIEW)}${plain.length > from + PREVIEW ? ' …' : ''}`;
}

function withoutComments(text: string): string {
  const kept: string[] = [];
  let at = 0;
  for (let from = text.indexOf('<!--'); from !== -1; from = text.indexOf('<!--', at)) {
    const end = text.indexOf('-->', from + 4);
    if (end === -1) break; // nobody ends it, nor any after it
    kept.push(text.slice(at, from));
    at = end + 3;
  }
  return kept.join('') + text.slice(at);
}
