import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createApiReference } from '../../src/hub/api-reference.ts';
import { createArxiv } from '../../src/hub/arxiv.ts';
import { createDocs } from '../../src/hub/docs.ts';
import { createHubPapers } from '../../src/hub/papers.ts';
import { createHubRepos } from '../../src/hub/repos.ts';
import { createScholar } from '../../src/hub/scholar.ts';
import { hubToken } from '../../src/hub/token.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { githubTools } from '../../src/tools/github.ts';
import { docsTools } from '../../src/tools/hf-docs.ts';
import { hfPapersTool } from '../../src/tools/papers/tool.ts';
import type { Tool } from '../../src/tools/tool.ts';
import { webSearchTool } from '../../src/tools/web-search.ts';
import type { Fetcher } from '../../src/web/fetcher.ts';
import { createGithub } from '../../src/web/github.ts';
import { createWebSearch } from '../../src/web/search.ts';
import { HubDouble } from '../doubles/hub/server.ts';
import { parseApart } from '../support/parse-apart.ts';
import { runTool } from '../support/tool-context.ts';
import { fetcherFor, webAt } from '../support/web.ts';

let hub: HubDouble;
let fetcher: Fetcher;
let tools: Tool[];
beforeEach(async () => {
  hub = await HubDouble.start();
  fetcher = fetcherFor(hub.url);
  const web = webAt(hub.url);
  const hubUrl = 'https://huggingface.co';
  tools = [
    hfPapersTool({
      papers: createHubPapers(fetcher, hub.url),
      scholar: createScholar(fetcher, web.scholar_url, undefined),
      arxiv: createArxiv(fetcher, parseApart, { arxiv: web.arxiv_url, ar5iv: web.ar5iv_url }),
      repos: createHubRepos(hub.url, hubToken('hf_test')),
      hubUrl,
    }),
    ...docsTools(
      createDocs(fetcher, parseApart, { site: web.docs_url, gradio: web.gradio_url }, systemClock.monotonic),
      createApiReference(fetcher, parseApart, hub.url),
      hubUrl,
    ),
    ...githubTools(createGithub(web.github_url, undefined), parseApart),
    webSearchTool(createWebSearch(fetcher, parseApart, web.search_url)),
  ];
});
afterEach(() => Promise.all([fetcher.close(), hub.close()]));

/** What a call gives, as text; failures begin with "failed:". */
async function output(name: string, args: object): Promise<string> {
  const result = await runTool(tools, name, args);
  if (result.kind === 'done') return result.output;
  return result.kind === 'failed' ? `failed: ${result.output}` : result.kind;
}

const papers = (args: object) => output('hf_papers', args);

describe('hf_papers', () => {
  test('trending lists what is talked about, and keeps what has the words', async () => {
    const all = await papers({ operation: 'trending' });
    expect(all).toContain(
      '**Direct Preference Optimization: Your Language Model is Secretly a Reward Model**',
    );
    expect(all).toContain('64 upvotes) arxiv_id 2305.18290');
    expect(all).toContain('(2500 stars)');
    const some = await papers({ operation: 'trending', query: 'HTML' });
    expect(some).not.toContain('2305.18290');
    expect(await papers({ operation: 'trending', query: 'nobody' })).toContain('Use search');
  });

  test('search asks the Hub, and with a filter Semantic Scholar', async () => {
    expect(await papers({ operation: 'search', query: 'preference' })).toContain('arxiv_id 2305.18290');
    const filtered = await papers({
      operation: 'search',
      query: 'preference',
      min_citations: 1000,
      date_from: '2023',
    });
    expect(filtered).toContain(
      '**Direct Preference Optimization** (2023, 5000 citations, NeurIPS) arxiv_id 2305.18290',
    );
    expect(filtered).not.toContain('KTO');
    expect(hub.pages.asked.at(-1)).toContain('publicationDateOrYear=2023%3A');
    expect(hub.pages.asked.at(-1)).toContain('/paper/search?');
    await papers({ operation: 'search', query: 'preference', sort_by: 'citationCount' });
    expect(hub.pages.asked.at(-1)).toContain('/paper/search/bulk?');
    expect(await papers({ operation: 'search', query: 'zzz' })).toContain('No paper fits');
    expect(await papers({ operation: 'search' })).toBe('failed: This operation needs query.');
  });

  test('where Semantic Scholar does not answer, a search with filters is the Hub’s, and says so', async () => {
    hub.pages.instead.set('/scholar/graph/v1/paper/search', () => ({
      status: 429,
      headers: { 'retry-after': '300' },
      body: '',
    }));
    const asked = { operation: 'search', query: 'preference', min_citations: 5 };
    const found = await papers(asked);
    expect(found).toContain('Semantic Scholar did not answer');
    expect(found).toContain('arxiv_id 2305.18290');
    expect(await papers({ ...asked, date_from: '2023-06' })).toContain('No paper of it fits');
    expect(await papers({ ...asked, date_to: '2023-05' })).toContain('arxiv_id 2305.18290');
  });

  test('paper_details puts together what the Hub and Semantic Scholar know', async () => {
    const text = await papers({ operation: 'paper_details', arxiv_id: 'https://arxiv.org/abs/2305.18290v3' });
    for (const part of [
      'By Rafael Rafailov, Archit Sharma',
      '5000 citations, 500 of them influential',
      'Keywords: preference learning',
      'Abstract: We introduce DPO',
    ]) {
      expect(text).toContain(part);
    }
    expect(await papers({ operation: 'paper_details', arxiv_id: '2412.99999' })).toContain(
      'does not know the paper',
    );
    await expect(papers({ operation: 'paper_details', arxiv_id: 'the DPO paper' })).rejects.toThrow(
      'is not an arXiv id',
    );
  });

  test('read_paper gives the contents, then a section with its parts, formulas and tables', async () => {
    const contents = await papers({ operation: 'read_paper', arxiv_id: '2305.18290' });
    expect(contents).toContain('We introduce DPO.');
    expect(contents).toContain('- 4 Experiments: We train with $\\beta=0.1$ and a learning rate of 1e-6.');
    expect(contents).toContain('  - 4.1 Setup');
    expect(contents).not.toContain('References');
    expect(contents).not.toContain('track()');
    const section = await papers({ operation: 'read_paper', arxiv_id: '2305.18290', section: 'experiments' });
    expect(section).toContain('## 4.1 Setup\nBatch size 64');
    expect(section).toContain('Method | Win rate\nDPO | 0.61');
    expect(await papers({ operation: 'read_paper', arxiv_id: '2305.18290', section: '4.1' })).not.toContain(
      'learning rate',
    );
    expect(await papers({ operation: 'read_paper', arxiv_id: '2305.18290', section: 'Limits' })).toContain(
      'Its sections are: 1 Introduction; 4 Experiments',
    );
  });

  test('of a paper without HTML it gives the abstract, and says why', async () => {
    const text = await papers({ operation: 'read_paper', arxiv_id: '2601.00001' });
    expect(text).toContain('Only its abstract can be read.');
    expect(text).toContain('can’t be read as HTML');
  });

  test('citation_graph shows both ways, what is influential first', async () => {
    const text = await papers({ operation: 'citation_graph', arxiv_id: '2305.18290' });
    expect(text).toContain(
      '## It builds on\n- **Proximal Policy Optimization Algorithms** (2017, 20000 citations, NeurIPS) (background)',
    );
    expect(text.indexOf('KTO')).toBeLessThan(text.indexOf('A survey'));
    expect(text).toContain('**influential** (methodology)\n  > We build on DPO');
    expect(await papers({ operation: 'citation_graph', arxiv_id: '2601.00001' })).toContain(
      'failed: Semantic Scholar does not know this paper',
    );
  });

  test('snippet_search and recommend', async () => {
    expect(await papers({ operation: 'snippet_search', query: 'beta' })).toContain('> We set beta to 0.1.');
    expect(await papers({ operation: 'snippet_search', query: 'other' })).toContain('No passage fits');
    expect(await papers({ operation: 'recommend', arxiv_id: '2305.18290' })).toContain('KTO');
    expect(
      await papers({ operation: 'recommend', liked: ['2402.01306'], disliked: ['2305.18290'] }),
    ).toContain('Direct Preference');
    expect(await papers({ operation: 'recommend' })).toContain('needs arxiv_id or liked');
  });

  test('what of a paper is on the Hub', async () => {
    for (const [kind, id] of [
      ['dataset', 'acme/pairs'],
      ['model', 'acme/dpo-7b'],
    ] as const) {
      hub.repos.add(kind, id).tags.push('arxiv:2305.18290');
    }
    const all = await papers({ operation: 'find_all_resources', arxiv_id: '2305.18290' });
    expect(all).toContain('[acme/pairs](https://huggingface.co/datasets/acme/pairs)');
    expect(all).toContain('[acme/dpo-7b](https://huggingface.co/acme/dpo-7b)');
    expect(all).toContain(
      '[Alignment](https://huggingface.co/collections/ada/alignment-1) by ada (2 items, 7 upvotes)',
    );
    expect(await papers({ operation: 'find_models', arxiv_id: '2601.00001' })).toContain(
      'No model on the Hub names this paper',
    );
    expect(await papers({ operation: 'find_collections', arxiv_id: '2601.00001' })).toContain(
      'No collection',
    );
  });

  test('enormous queries, queries in other scripts and limits', async () => {
    expect(await papers({ operation: 'search', query: '偏好優化 ✨'.repeat(60) })).toContain('No paper fits');
    await expect(papers({ operation: 'search', query: 'x'.repeat(2_000) })).rejects.toThrow('query');
    await expect(papers({ operation: 'search', query: 'x', limit: 51 })).rejects.toThrow('limit');
    hub.pages.instead.set('/scholar/graph/v1/snippet/search', () => ({
      status: 429,
      headers: { 'retry-after': '300' },
      body: '',
    }));
    expect(await papers({ operation: 'snippet_search', query: 'beta' })).toContain(
      'limits our requests. Try again in 300 s',
    );
  });
});

describe('the documentation', () => {
  test('explore_hf_docs ranks the pages of a section, and without a query lists them', async () => {
    const found = await output('explore_hf_docs', {
      endpoint: 'trl',
      query: 'preference dataset chosen rejected',
    });
    expect(found).toContain(`1. [DPO Trainer](${hub.url}/docs/trl/dpo_trainer)`);
    expect(found).toContain('preferences');
    expect(found).toContain('1 pages could not be read');
    const all = await output('explore_hf_docs', { endpoint: 'trl' });
    expect(all.match(/^\d+\. /gm)).toHaveLength(4);
    expect(all).not.toContain('/models');
    expect(await output('explore_hf_docs', { endpoint: 'trl', query: 'zzzzqqq' })).toContain(
      'No page of trl fits',
    );
    const before = hub.pages.asked.length;
    await output('explore_hf_docs', { endpoint: 'trl', query: 'packing' });
    expect(hub.pages.asked.length).toBe(before); // the index is kept
  });

  test('a section that is not there, and an unknown one', async () => {
    expect(await output('explore_hf_docs', { endpoint: 'peft' })).toContain(
      'failed: The contents of peft could not be read',
    );
    await expect(output('explore_hf_docs', { endpoint: 'keras' })).rejects.toThrow('endpoint');
  });

  test('fetch_hf_docs reads a page in pieces, and nothing that is no page of the documentation', async () => {
    const url = `${hub.url}/docs/trl/dpo_trainer#usage`;
    const first = await output('fetch_hf_docs', { url });
    expect(first).toContain('# DPO Trainer');
    const [, offset = ''] = /read on with offset (\d+)/.exec(first) ?? [];
    expect(await output('fetch_hf_docs', { url, offset: Number(offset) })).toContain('The end.');
    expect(await output('fetch_hf_docs', { url, offset: 1_000_000 })).toContain('characters only');
    expect(await output('fetch_hf_docs', { url: `${hub.url}/docs/trl/nothing` })).toContain(
      'Look for it with explore_hf_docs',
    );
    expect(await output('fetch_hf_docs', { url: 'http://169.254.169.254/' })).toContain(
      'is no page of the documentation',
    );
    expect(await output('fetch_hf_docs', { url: 'not a url' })).toContain('is no page of the documentation');
  });

  test('fetch_hf_docs lists the sections of a page with what each is about, and reads one of them', async () => {
    const sections = ['Loss', 'Logged metrics', 'Usage tips'].map(
      (title, i) =>
        `## ${title}[[s${i}]]\n\nAbout ${title}: it is here. More of it.\n\n### Deeper\n\n${'x'.repeat(9_000)}`,
    );
    const code = '```python\n# no heading\n## nor this\n```';
    hub.pages.instead.set('/docs/trl/long.md', () => ({
      body: ['# Long\n\nWhat it is.', code, ...sections].join('\n\n'),
      headers: { 'content-type': 'text/markdown' },
    }));
    const url = `${hub.url}/docs/trl/long`;
    const contents = await output('fetch_hf_docs', { url, contents: true });
    expect(contents.split('\n').slice(2)).toHaveLength(7);
    expect(contents).toMatch(/^- Long \([\d,]+ characters, offset 0\): What it is\.$/m);
    expect(contents).toMatch(
      /^ {2}- Logged metrics \(9,\d+ characters, offset \d+\): About Logged metrics: it is here\.$/m,
    );
    expect(contents).not.toContain('no heading');
    const one = await output('fetch_hf_docs', { url, section: 'logged METRICS' });
    expect(one).toContain('## Logged metrics');
    expect(one).not.toContain('Usage tips');
    expect(await output('fetch_hf_docs', { url, section: 'nothing' })).toMatch(
      /^failed: The page has no section "nothing"\. It has: Long; Loss;/,
    );
  });

  test('fetch_hf_docs begins where an address says, and follows a page that has moved', async () => {
    const type = { 'content-type': 'text/markdown' };
    hub.pages.instead.set('/docs/trl/new_trainer.md', () => ({
      body: '# Intro\n## DPOConfig[[trl.DPOConfig]]\nbeta',
      headers: type,
    }));
    hub.pages.instead.set('/docs/trl/new_trainer', () => ({
      body: '<p>',
      headers: { 'content-type': 'text/html' },
    }));
    hub.pages.instead.set('/docs/trl/old_trainer', () => ({
      status: 302,
      body: '',
      headers: { location: '/docs/trl/new_trainer' },
    }));
    const found = await output('fetch_hf_docs', { url: `${hub.url}/docs/trl/old_trainer#trl.DPOConfig` });
    expect(found).toBe(
      `${hub.url}/docs/trl/new_trainer\n(from character 8 on, as the address says)\n\n## DPOConfig[[trl.DPOConfig]]\nbeta`,
    );
  });

  test('find_hf_api finds endpoints by words and tags, with a curl example', async () => {
    const found = await output('find_hf_api', { query: 'create a tag' });
    expect(found).toContain('### POST /api/{repoType}/{namespace}/{repo}/tag/{rev}');
    expect(found).toContain('curl -X POST -H "Authorization: Bearer $HF_TOKEN"');
    expect(found).toContain('- `rev` (path, required)');
    expect(await output('find_hf_api', { tag: 'models' })).toContain('### GET /api/models');
    expect(await output('find_hf_api', { tag: 'nope' })).toContain('Tags are: models, repos');
  });
});

describe('GitHub', () => {
  test('github_find_examples finds what is in examples, the best fit first', async () => {
    const found = await output('github_find_examples', { repo: 'trl', keyword: 'dpo' });
    expect(found.split('\n')[0]).toContain('- examples/scripts/dpo.py');
    expect(found).not.toContain('trl/trainer/dpo_trainer.py');
    expect((await output('github_find_examples', { repo: 'trl' })).split('\n')).toHaveLength(3);
    expect(await output('github_find_examples', { repo: 'trl', keyword: 'zzzz' })).toContain(
      'No example of huggingface/trl fits',
    );
    expect(await output('github_find_examples', { repo: 'trrl' })).toContain(
      'Perhaps you mean huggingface/trl',
    );
  });

  test('github_read_file reads lines, notebooks and folders', async () => {
    const at = { repo: 'huggingface/trl' };
    const lines = await output('github_read_file', {
      ...at,
      path: 'examples/scripts/dpo.py',
      line_start: 2,
      line_end: 2,
    });
    expect(lines).toContain('2\ttrainer = DPOTrainer()\n(read on with line_start 3)');
    const notebook = await output('github_read_file', { ...at, path: 'examples/notebooks/grpo.ipynb' });
    expect(notebook).toContain('# --- cell 2 (code) ---');
    expect(notebook).toContain('# printed: 1');
    expect(await output('github_read_file', { ...at, path: 'examples' })).toBe(
      'examples/scripts/\nexamples/notebooks/\nexamples/data.bin',
    );
    expect(await output('github_read_file', { ...at, path: 'examples/data.bin' })).toContain(
      'is no text file',
    );
    expect(await output('github_read_file', { ...at, path: 'README.md', ref: 'nowhere' })).toContain(
      'no such repository, branch or path',
    );
    await expect(output('github_read_file', { repo: 'trl', path: 'x' })).rejects.toThrow('owner/name');
  });

  test('github_list_repos and github_search_code, and what a limit says', async () => {
    expect(await output('github_list_repos', { owner: 'huggingface' })).toContain(
      '[huggingface/trl](https://github.com/huggingface/trl) | Train with RL | 15000',
    );
    expect(await output('github_list_repos', { owner: 'nobody' })).toContain('no public repositories');
    expect(await output('github_search_code', { query: 'DPOTrainer' })).toContain('(30 in all)');
    expect(await output('github_search_code', { query: 'limited' })).toMatch(
      /limits our requests until \d\d:\d\d UTC\. With a GITHUB_TOKEN/,
    );
  });
});

describe('web_search', () => {
  test('gives titles, addresses and snippets without advertisements', async () => {
    const found = await output('web_search', { query: 'trl release' });
    expect(found).toBe(
      '1. [TRL 1.0](https://github.com/huggingface/trl/releases)\n   About TRL 1.0\n2. [A blog](https://blog.example.org/trl)\n   About A blog',
    );
  });

  test('keeps to domains', async () => {
    for (const domain of [
      'example.org',
      'https://Example.org/',
      'http://example.org:80/a?b',
      '*.example.org',
    ]) {
      const found = await output('web_search', { query: 'trl', allowed_domains: [domain] });
      expect(found).toContain('1. [A blog]');
    }
    await expect(output('web_search', { query: 'trl', allowed_domains: ['https://'] })).rejects.toThrow(
      'is not a domain',
    );
    expect(await output('web_search', { query: 'trl', blocked_domains: ['github.com'] })).not.toContain(
      'TRL 1.0',
    );
  });

  test('says where nothing is found, and where it is taken for a robot', async () => {
    expect(await output('web_search', { query: 'nothing at all' })).toContain('Nothing was found');
    expect(await output('web_search', { query: 'robot' })).toContain('takes us for a robot');
    hub.pages.instead.set('/search', () => ({ status: 503, body: '' }));
    expect(await output('web_search', { query: 'down' })).toContain('failed: The search did not answer');
  });
});
