import type { IncomingMessage, ServerResponse } from 'node:http';
import { COLLECTION, dayOf, NOTHING_LINKED, onDay, PAPERS } from './hub/papers.ts';

/*
 * What is public of the Hub and of the places that are read beside it, in the forms that these have:
 * - papers and collections: https://huggingface.co/.well-known/openapi.json (/api/papers, /api/daily_papers,
 *   /api/collections)
 * - the documentation: pages at /docs/{section}/{page}.md, a section's sidebar as `nav`
 *   (https://huggingface.co/docs/trl)
 * - Semantic Scholar: https://api.semanticscholar.org/api-docs/graph, .../recommendations
 * - arXiv's HTML: made by LaTeXML (https://info.arxiv.org/about/accessible_HTML.html)
 * - GitHub: https://docs.github.com/rest (git trees, contents, search)
 * - DuckDuckGo without scripts: results as `.result` with `a.result__a` that leads over /l/?uddg=
 */

export type Page = { status?: number; body: string; headers?: Record<string, string> };
type Route = (query: URLSearchParams, match: RegExpExecArray, body: string) => Page;

const json = (value: unknown, status = 200, headers: Record<string, string> = {}): Page => ({
  status,
  body: JSON.stringify(value),
  headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
});
const html = (body: string): Page => ({ body, headers: { 'content-type': 'text/html; charset=utf-8' } });
const markdown = (body: string): Page => ({
  body,
  headers: { 'content-type': 'text/markdown; charset=utf-8' },
});
const NOTHING: Page = { status: 404, body: 'Not found', headers: { 'content-type': 'text/plain' } };

const scholarPaper = (title: string, arxiv: string | null, year: number, citationCount: number) => ({
  paperId: title,
  title,
  year,
  citationCount,
  influentialCitationCount: Math.floor(citationCount / 10),
  venue: 'NeurIPS',
  externalIds: arxiv ? { ArXiv: arxiv, CorpusId: 1 } : { CorpusId: 2 },
  tldr: { model: 'tldr@v2.0.0', text: `${title}, in one sentence.` },
});
const DPO = scholarPaper('Direct Preference Optimization', '2305.18290', 2023, 5000);
const KTO = scholarPaper('KTO: Model Alignment as Prospect Theoretic Optimization', '2402.01306', 2024, 900);
const PPO = scholarPaper('Proximal Policy Optimization Algorithms', null, 2017, 20_000);

const ARTICLE = `<!DOCTYPE html><html><head><title>DPO</title><script>track()</script></head><body>
<article class="ltx_document"><h1 class="ltx_title ltx_title_document">Direct Preference Optimization</h1>
<div class="ltx_abstract"><h6 class="ltx_title ltx_title_abstract">Abstract</h6><p class="ltx_p">We introduce DPO.</p></div>
<section id="S1" class="ltx_section"><h2 class="ltx_title ltx_title_section"><span class="ltx_tag ltx_tag_section">1 </span>Introduction</h2>
<div class="ltx_para"><p class="ltx_p">Alignment is hard.</p></div></section>
<section id="S4" class="ltx_section"><h2 class="ltx_title ltx_title_section"><span class="ltx_tag ltx_tag_section">4 </span>Experiments</h2>
<div class="ltx_para"><p class="ltx_p">We train with <math alttext="\\beta=0.1"><mi>β</mi></math> and a learning rate of 1e-6.</p></div>
<section id="S4.SS1" class="ltx_subsection"><h3 class="ltx_title ltx_title_subsection"><span class="ltx_tag ltx_tag_subsection">4.1 </span>Setup</h3>
<div class="ltx_para"><p class="ltx_p">Batch size 64, one epoch of Anthropic HH.</p></div>
<figure class="ltx_table"><table class="ltx_tabular"><tr class="ltx_tr"><th>Method</th><th>Win rate</th></tr><tr class="ltx_tr"><td>DPO</td><td>0.61</td></tr></table></figure></section></section>
<section class="ltx_bibliography"><h2 class="ltx_title">References</h2><p>left out</p></section></article></body></html>`;

const DOC_PAGES: Readonly<Record<string, string>> = {
  'trl/index': '# TRL\nTrain transformers with reinforcement learning.',
  'trl/dpo_trainer': `# DPO Trainer\nTrains a model on preferences. Its dataset has \`prompt\`, \`chosen\` and \`rejected\`. ${'Long. '.repeat(4_000)}The end.`,
  'trl/sft_trainer': '# SFT Trainer\nSupervised fine-tuning with packing.',
};

const OPENAPI = {
  openapi: '3.1.0',
  servers: [{ url: 'https://huggingface.co' }],
  paths: {
    '/api/models': {
      get: {
        summary: 'List models',
        description: 'Get information from all models in the Hub.',
        tags: ['models'],
        parameters: [
          { name: 'search', in: 'query', description: 'Words of the name', schema: { type: 'string' } },
        ],
      },
    },
    '/api/{repoType}/{namespace}/{repo}/tag/{rev}': {
      post: {
        summary: 'Create tag',
        tags: ['repos'],
        parameters: [{ name: 'rev', in: 'path', required: true }],
        requestBody: {
          content: {
            'application/json': { schema: { type: 'object', properties: { tag: { type: 'string' } } } },
          },
        },
      },
    },
  },
};

const TREE: Readonly<Record<string, string>> = {
  'README.md': '# TRL',
  'trl/trainer/dpo_trainer.py': 'class DPOTrainer: ...',
  'examples/scripts/dpo.py': 'from trl import DPOTrainer\ntrainer = DPOTrainer()\ntrainer.train()\n',
  'examples/scripts/sft.py': 'from trl import SFTTrainer\n',
  'examples/notebooks/grpo.ipynb': JSON.stringify({
    cells: [
      { cell_type: 'markdown', source: ['# GRPO\n', 'with TRL'] },
      { cell_type: 'code', source: 'print(1)', outputs: [{ text: ['1\n'] }] },
    ],
  }),
  'examples/data.bin': 'a\0b',
};

const githubFile = (path: string) => {
  const text = TREE[path];
  if (text !== undefined) {
    return {
      type: 'file',
      path,
      name: path,
      size: text.length,
      encoding: 'base64',
      content: Buffer.from(text).toString('base64'),
      html_url: `https://github.com/huggingface/trl/blob/main/${path}`,
    };
  }
  const prefix = path === '' ? '' : `${path}/`;
  const below = Object.keys(TREE).filter((name) => name.startsWith(prefix));
  const names = new Set(below.map((name) => name.slice(prefix.length).split('/')[0] ?? ''));
  return [...names].map((name) => ({
    name,
    path: `${prefix}${name}`,
    type: TREE[`${prefix}${name}`] === undefined ? 'dir' : 'file',
  }));
};

const ROUTES: readonly (readonly [RegExp, Route])[] = [
  [
    /^\/api\/daily_papers$/,
    (query) =>
      json(
        PAPERS.map((paper) => ({ ...onDay(paper), publishedAt: dayOf(query) ?? paper.publishedAt })).slice(
          0,
          Number(query.get('limit') ?? 50),
        ),
      ),
  ],
  [
    /^\/api\/papers\/search$/,
    (query) =>
      json(
        PAPERS.filter(({ title }) => title.toLowerCase().includes((query.get('q') ?? '').toLowerCase())).map(
          onDay,
        ),
      ),
  ],
  [
    /^\/api\/papers\/([\w./-]+)$/,
    (_query, [, id]) => {
      const paper = PAPERS.find((item) => item.id === id);
      return paper ? json({ ...paper, ...NOTHING_LINKED }) : json({ error: 'Paper not found' }, 404);
    },
  ],
  [/^\/api\/collections$/, (query) => json(query.get('item') === 'papers/2305.18290' ? [COLLECTION] : [])],
  [/^\/\.well-known\/openapi\.json$/, () => json(OPENAPI)],
  [
    /^\/docs\/trl$/,
    () =>
      html(
        `<nav class="flex-auto"><a href="/docs/trl/index">TRL</a><a href="/docs/trl/dpo_trainer">DPO Trainer</a><a href="/docs/trl/sft_trainer#packing">SFT Trainer</a><a href="/docs/trl/gone">Gone</a><a href="/models">Models</a></nav>`,
      ),
  ],
  [
    /^\/docs\/([\w/]+)\.md$/,
    (_query, [, page = '']) => {
      const text = DOC_PAGES[page];
      return text === undefined ? NOTHING : markdown(text);
    },
  ],
  [/^\/arxiv\/html\/2305\.18290$/, () => html(ARTICLE)],
  [
    /^\/ar5iv\/html\/2601\.00001$/,
    () => ({ status: 302, body: '', headers: { location: '/arxiv/abs/2601.00001' } }),
  ],
  [/^\/arxiv\/abs\/.*$/, () => html('<html><title>An abstract</title><p>No sections.</p></html>')],
  [
    /^\/scholar\/graph\/v1\/paper\/search(?:\/bulk)?$/,
    (query) => {
      const found = (query.get('query') ?? '').includes('preference') ? [DPO, KTO] : [];
      const least = Number(query.get('minCitationCount') ?? 0);
      return json({
        total: found.length * 40,
        token: 'next',
        data: found.filter(({ citationCount }) => citationCount >= least),
      });
    },
  ],
  [/^\/scholar\/graph\/v1\/paper\/ARXIV:2305\.18290$/, () => json(DPO)],
  [
    /^\/scholar\/graph\/v1\/paper\/ARXIV:2305\.18290\/references$/,
    () =>
      json({
        offset: 0,
        data: [{ citedPaper: PPO, isInfluential: false, intents: ['background'], contexts: [] }],
      }),
  ],
  [
    /^\/scholar\/graph\/v1\/paper\/ARXIV:2305\.18290\/citations$/,
    () =>
      json({
        offset: 0,
        data: [
          {
            citingPaper: scholarPaper('A survey', null, 2025, 1),
            isInfluential: false,
            intents: [],
            contexts: [],
          },
          {
            citingPaper: KTO,
            isInfluential: true,
            intents: ['methodology'],
            contexts: ['We build on DPO and drop the pairs.'],
          },
        ],
      }),
  ],
  [
    /^\/scholar\/graph\/v1\/snippet\/search$/,
    (query) =>
      json({
        data: (query.get('query') ?? '').includes('beta')
          ? [
              {
                paper: { title: DPO.title, corpusId: '1', externalIds: { ArXiv: '2305.18290' } },
                snippet: { text: 'We set  beta to 0.1.', section: 'Experiments' },
                score: 0.8,
              },
            ]
          : [],
      }),
  ],
  [
    /^\/scholar\/recommendations\/v1\/papers\/forpaper\/ARXIV:2305\.18290$/,
    () => json({ recommendedPapers: [KTO] }),
  ],
  [
    /^\/scholar\/recommendations\/v1\/papers\/$/,
    (_query, _match, body) => {
      const asked = JSON.parse(body) as { positivePaperIds: string[] };
      return json({ recommendedPapers: asked.positivePaperIds.includes('ARXIV:2402.01306') ? [DPO] : [] });
    },
  ],
  [
    /^\/github\/repos\/huggingface\/trl\/git\/trees\/HEAD$/,
    () =>
      json({
        sha: 'a',
        url: '',
        truncated: false,
        tree: Object.entries(TREE).map(([path, text]) => ({
          path,
          mode: '100644',
          type: 'blob',
          size: text.length,
          sha: 'b',
        })),
      }),
  ],
  [
    /^\/github\/repos\/huggingface\/trl\/contents\/(.*)$/,
    (query, [, path = '']) =>
      query.get('ref') === 'nowhere'
        ? json({ message: 'No commit found for the ref nowhere' }, 404)
        : json(githubFile(decodeURIComponent(path))),
  ],
  [
    /^\/github\/search\/repositories$/,
    (query) => {
      const all = [
        {
          full_name: 'huggingface/trl',
          description: 'Train with RL',
          stargazers_count: 15_000,
          language: 'Python',
          pushed_at: '2026-11-20T00:00:00Z',
          html_url: 'https://github.com/huggingface/trl',
        },
      ];
      return json({
        total_count: 1,
        incomplete_results: false,
        items: (query.get('q') ?? '').includes('huggingface') ? all : [],
      });
    },
  ],
  [
    /^\/github\/search\/code$/,
    (query) =>
      (query.get('q') ?? '').startsWith('limited')
        ? json({ message: 'API rate limit exceeded' }, 403, {
            'x-ratelimit-remaining': '0',
            'x-ratelimit-reset': '1795600000',
          })
        : json({
            total_count: 30,
            incomplete_results: false,
            items: [
              {
                path: 'examples/scripts/dpo.py',
                html_url: 'https://github.com/huggingface/trl/blob/main/examples/scripts/dpo.py',
                repository: { full_name: 'huggingface/trl' },
                text_matches: [{ fragment: 'trainer = DPOTrainer()' }],
              },
            ],
          }),
  ],
  [
    /^\/search$/,
    (query) => {
      const q = query.get('q') ?? '';
      if (q.includes('robot')) return html('<form id="challenge-form"></form>');
      const result = (title: string, url: string, kind = '') =>
        `<div class="result ${kind}"><a class="result__a" href="//duckduckgo.com/l/?uddg=${encodeURIComponent(url)}&rut=x">${title}</a><a class="result__snippet">About <b>${title}</b></a></div>`;
      return html(
        q.includes('nothing')
          ? '<div class="no-results"></div>'
          : result('An ad', 'https://ads.example.com', 'result--ad') +
              result('TRL 1.0', 'https://github.com/huggingface/trl/releases') +
              result('A blog', 'https://blog.example.org/trl'),
      );
    },
  ],
];

/** Pages that anybody may read; a test may change what one answers, and counts what is asked. */
export class PublicPages {
  /** What was asked, as path and query. */
  readonly asked: string[] = [];
  /** Answers in place of the usual ones, by path. */
  readonly instead = new Map<string, (request: IncomingMessage) => Page>();

  /** False where the path is none of these. */
  answer(request: IncomingMessage, url: URL, body: string, response: ServerResponse): boolean {
    if (url.pathname.startsWith('/api/') && request.method !== 'GET') return false;
    const page = this.instead.get(url.pathname)?.(request) ?? find(url, body);
    if (page === undefined) return false;
    this.asked.push(`${url.pathname}${url.search}`);
    response.writeHead(page.status ?? 200, page.headers);
    response.end(page.body);
    return true;
  }
}

function find({ pathname, searchParams }: URL, body: string): Page | undefined {
  if (pathname === '/api/collections' && !searchParams.has('item')) return undefined; // not the ones of a paper
  for (const [pattern, route] of ROUTES) {
    const match = pattern.exec(pathname);
    if (match) return route(searchParams, match, body);
  }
  const isPublic = /^\/(docs|arxiv|ar5iv|scholar|search)\b/.test(pathname);
  if (pathname.startsWith('/github/')) return json({ message: 'Not Found' }, 404);
  return isPublic ? NOTHING : undefined;
}
