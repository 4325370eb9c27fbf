import { load } from 'cheerio';
import MiniSearch from 'minisearch';
import PQueue from 'p-queue';
import type { Fetcher } from '../web/fetcher.ts';
import type { Looked } from './datasets.ts';

/** Sections of the documentation site: https://huggingface.co/docs. A section of several is searched in all of them. */
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
  /** The pages of a section, the ones that fit `query` best first; without a query in the order of the site. */
  explore(
    section: string,
    query: string | undefined,
    limit: number,
    signal: AbortSignal,
  ): Promise<Looked<{ pages: DocPage[]; total: number; missing: number }>>;
  /** A page as markdown. */
  page(url: string, signal: AbortSignal): Promise<Looked<{ url: string; text: string }>>;
};

export type DocsUrls = { site: string; gradio: string };

const HOURS = 60 * 60_000;
const INDEX_MS = 24 * HOURS;
const AT_ONCE = 8;
/** Of one section: the largest has about 700. */
const PAGES = 800;
const PREVIEW = 240;
/** Indexes that a process keeps; made anew from the cached pages when another one was used. */
const INDEXES = 12;

type Entry = { id: number; title: string; url: string; text: string };
type Index = { entries: Entry[]; search: MiniSearch<Entry>; missing: number; until: number };

export function createDocs(fetcher: Fetcher, { site, gradio }: DocsUrls, now: () => Date): Docs {
  const indexes = new Map<string, Promise<Looked<Index>>>();

  async function linksOf(
    section: string,
    signal: AbortSignal,
  ): Promise<Looked<{ title: string; url: string }[]>> {
    const isGradio = section === 'gradio';
    const url = isGradio ? `${gradio}/llms.txt` : `${site}/docs/${section}`;
    const page = await fetcher.text({ url, signal, ttlMs: INDEX_MS });
    if (!page.ok)
      return { ok: false, reason: `The contents of ${section} could not be read: ${page.reason}.` };
    const links = isGradio
      ? linksInMarkdown(page.text, gradio)
      : linksInSidebar(page.text, `${site}/docs/`, site);
    return links.length > 0
      ? { ok: true, value: links }
      : { ok: false, reason: `${url} lists no pages any more.` };
  }

  async function build(section: string, signal: AbortSignal): Promise<Looked<Index>> {
    const parts = DOC_SECTIONS[section] ?? [section];
    const lists = await Promise.all(parts.map((part) => linksOf(part, signal)));
    const [first] = lists;
    if (first && !first.ok && lists.every(({ ok }) => !ok)) return first;
    const links = lists.flatMap((list) => (list.ok ? list.value : [])).slice(0, PAGES);
    const queue = new PQueue({ concurrency: AT_ONCE });
    const texts = await Promise.all(
      links.map(({ url }) => queue.add(() => fetcher.text({ url: `${url}.md`, signal, ttlMs: INDEX_MS }))),
    );
    const entries = links.map(({ title, url }, id) => {
      const text = texts[id];
      return { id, title, url, text: text?.ok ? text.text : '' };
    });
    const search = new MiniSearch<Entry>({
      fields: ['title', 'text'],
      searchOptions: { boost: { title: 3 }, prefix: true, fuzzy: 0.15, combineWith: 'OR' },
    });
    search.addAll(entries);
    const missing = texts.filter((text) => !text?.ok).length;
    return { ok: true, value: { entries, search, missing, until: now().getTime() + INDEX_MS } };
  }

  async function indexOf(section: string, signal: AbortSignal): Promise<Looked<Index>> {
    const known = await indexes.get(section)?.catch(() => undefined);
    if (known?.ok && known.value.until > now().getTime()) return known;
    const making = build(section, signal);
    indexes.delete(section);
    indexes.set(section, making);
    for (const oldest of [...indexes.keys()].slice(0, Math.max(0, indexes.size - INDEXES)))
      indexes.delete(oldest);
    return making;
  }

  return {
    async explore(section, query, limit, signal) {
      const index = await indexOf(section, signal);
      if (!index.ok) return index;
      const { entries, search, missing } = index.value;
      const found =
        query === undefined ? entries : search.search(query).flatMap(({ id }) => entries[id as number] ?? []);
      const pages = found
        .slice(0, limit)
        .map(({ title, url, text }) => ({ title, url, preview: previewOf(text, query) }));
      return { ok: true, value: { pages, total: found.length, missing } };
    },
    async page(url, signal) {
      const address = URL.parse(url);
      const hosts = [site, gradio].map((base) => new URL(base).host);
      if (address === null || !hosts.includes(address.host)) {
        return {
          ok: false,
          reason: `${url} is no page of the documentation: those are at ${hosts.join(' and ')}.`,
        };
      }
      address.hash = '';
      address.search = '';
      const plain = address.href.replace(/\.(md|html)$/, '').replace(/\/$/, '');
      const page = await fetcher.text({
        url: `${plain}.md`,
        signal,
        ttlMs: INDEX_MS,
        hosts: hosts.map((host) => host.split(':')[0] ?? host),
      });
      if (page.ok) return { ok: true, value: { url: plain, text: page.text } };
      const reason =
        page.status === 404 ? `There is no page ${plain}. Look for it with explore_hf_docs.` : page.reason;
      return { ok: false, reason };
    },
  };
}

/** The site lists a section's pages in its sidebar. */
function linksInSidebar(html: string, below: string, site: string): { title: string; url: string }[] {
  const $ = load(html);
  const found = new Map<string, string>();
  $('nav a[href]').each((_i, link) => {
    const url = URL.parse($(link).attr('href') ?? '', site);
    if (url === null || !url.href.startsWith(below)) return;
    url.hash = '';
    const title = $(link).text().replace(/\s+/g, ' ').trim();
    if (title !== '' && !found.has(url.href)) found.set(url.href, title);
  });
  return [...found].map(([url, title]) => ({ title, url }));
}

/** https://llmstxt.org: lists of links. */
function linksInMarkdown(text: string, site: string): { title: string; url: string }[] {
  return [...text.matchAll(/\[([^\]]+)\]\(([^)\s]+)\)/g)].flatMap(([, title = '', href = '']) => {
    const url = URL.parse(href, site);
    return url?.href.startsWith(site) ? [{ title, url: url.href.replace(/\.md$/, '') }] : [];
  });
}

/** The place in a page that fits, or its beginning. */
function previewOf(text: string, query: string | undefined): string {
  const plain = text
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/\s+/g, ' ')
    .trim();
  const words = (query ?? '')
    .toLowerCase()
    .split(/\W+/)
    .filter((word) => word.length > 2);
  const at = Math.min(
    ...words.map((word) => plain.toLowerCase().indexOf(word)).filter((index) => index >= 0),
  );
  const from = Number.isFinite(at) ? Math.max(0, at - 60) : 0;
  return `${from > 0 ? '… ' : ''}${plain.slice(from, from + PREVIEW)}${plain.length > from + PREVIEW ? ' …' : ''}`;
}
