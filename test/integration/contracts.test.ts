import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createHubPapers } from '../../src/hub/papers.ts';
import { createRepoWrites } from '../../src/hub/repo-writes.ts';
import { createScholar } from '../../src/hub/scholar.ts';
import { hubToken } from '../../src/hub/token.ts';
import type { Fetcher } from '../../src/web/fetcher.ts';
import { createGithub } from '../../src/web/github.ts';
import { HubDouble } from '../doubles/hub/server.ts';
import { fetcherFor } from '../support/web.ts';

/*
 * The documented shapes of what we read elsewhere. Both sides are held to the same one: what a double
 * answers, and what our reading makes of an answer that has every field of it.
 */

let hub: HubDouble;
let fetcher: Fetcher;
beforeAll(async () => {
  hub = await HubDouble.start();
  fetcher = fetcherFor(hub.url);
  const repo = hub.repos.add('model', 'ada/m');
  repo.pulls.push({ title: 'Better', status: 'open', comments: [{ author: 'ada', text: 'why' }] });
  repo.tagNames.push('v1');
});
afterAll(() => Promise.all([fetcher.close(), hub.close()]));
const signal = new AbortController().signal;

/** https://huggingface.co/.well-known/openapi.json: /api/papers/{paperId}. */
const HubPaper = z.object({
  id: z.string(),
  title: z.string(),
  summary: z.string(),
  upvotes: z.number(),
  publishedAt: z.iso.datetime(),
  authors: z.array(z.object({ name: z.string() })),
  ai_summary: z.string().optional(),
  ai_keywords: z.array(z.string()).optional(),
  githubRepo: z.string().optional(),
  githubStars: z.number().optional(),
});
/** https://api.semanticscholar.org/api-docs/graph: a paper with the fields that we ask for. */
const ScholarPaper = z.object({
  paperId: z.string(),
  title: z.string(),
  year: z.number().nullable(),
  citationCount: z.number(),
  influentialCitationCount: z.number(),
  venue: z.string(),
  externalIds: z.looseObject({ ArXiv: z.string().optional(), CorpusId: z.number() }),
  tldr: z.object({ model: z.string(), text: z.string() }).nullable(),
});
const Link = z.object({
  isInfluential: z.boolean(),
  intents: z.array(z.string()),
  contexts: z.array(z.string()),
});
/** https://huggingface.co/.well-known/openapi.json: /api/{repoType}/{namespace}/{repo}/discussions. */
const Discussion = z.object({
  num: z.number(),
  title: z.string(),
  status: z.enum(['draft', 'open', 'closed', 'merged']),
  isPullRequest: z.boolean(),
  author: z.object({ name: z.string() }),
  createdAt: z.iso.datetime(),
});
const Ref = z.object({ name: z.string(), ref: z.string(), targetCommit: z.string() });

describe('a double answers as is documented', () => {
  test.each<[string, z.ZodType]>([
    ['/api/daily_papers', z.array(z.object({ paper: HubPaper, publishedAt: z.string() })).min(1)],
    ['/api/papers/search?q=preference', z.array(z.object({ paper: HubPaper })).min(1)],
    ['/api/papers/2305.18290', HubPaper],
    [
      '/api/collections?item=papers/2305.18290',
      z
        .array(
          z.object({
            slug: z.string(),
            title: z.string(),
            owner: z.object({ name: z.string() }),
            items: z.array(z.unknown()),
          }),
        )
        .min(1),
    ],
    [
      '/scholar/graph/v1/paper/search/bulk?query=preference',
      z.object({ total: z.number(), token: z.string(), data: z.array(ScholarPaper).min(1) }),
    ],
    ['/scholar/graph/v1/paper/ARXIV:2305.18290', ScholarPaper],
    [
      '/scholar/graph/v1/paper/ARXIV:2305.18290/references',
      z.object({ offset: z.number(), data: z.array(Link.extend({ citedPaper: ScholarPaper })).min(1) }),
    ],
    [
      '/scholar/graph/v1/paper/ARXIV:2305.18290/citations',
      z.object({ offset: z.number(), data: z.array(Link.extend({ citingPaper: ScholarPaper })).min(1) }),
    ],
    [
      '/scholar/graph/v1/snippet/search?query=beta',
      z.object({
        data: z
          .array(
            z.object({
              score: z.number(),
              paper: z.looseObject({ title: z.string() }),
              snippet: z.object({ text: z.string(), section: z.string() }),
            }),
          )
          .min(1),
      }),
    ],
    [
      '/scholar/recommendations/v1/papers/forpaper/ARXIV:2305.18290',
      z.object({ recommendedPapers: z.array(ScholarPaper).min(1) }),
    ],
    [
      '/api/models/ada/m/discussions?status=open',
      z.object({ discussions: z.array(Discussion).min(1), count: z.number(), start: z.number() }),
    ],
    [
      '/api/models/ada/m/discussions/1',
      Discussion.extend({ events: z.array(z.object({ type: z.string(), data: z.unknown() })).min(1) }),
    ],
    [
      '/api/models/ada/m/refs',
      z.object({ branches: z.array(Ref).min(1), tags: z.array(Ref).min(1), converts: z.array(Ref) }),
    ],
    [
      '/github/repos/huggingface/trl/git/trees/HEAD?recursive=true',
      z.object({
        sha: z.string(),
        truncated: z.boolean(),
        tree: z
          .array(
            z.object({
              path: z.string(),
              mode: z.string(),
              type: z.enum(['blob', 'tree', 'commit']),
              size: z.number().optional(),
              sha: z.string(),
            }),
          )
          .min(1),
      }),
    ],
    [
      '/github/repos/huggingface/trl/contents/README.md',
      z.object({
        type: z.literal('file'),
        encoding: z.literal('base64'),
        size: z.number(),
        path: z.string(),
        content: z.base64(),
        html_url: z.url(),
      }),
    ],
  ])('%s', async (path, shape) => {
    const response = await fetch(`${hub.url}${path}`, { headers: { authorization: 'Bearer hf_test' } });
    expect(response.status).toBe(200);
    const checked = shape.safeParse(await response.json());
    expect(checked.error?.issues).toBeUndefined();
  });
});

describe('an answer with every field of the documented shape is read whole', () => {
  const answers = (path: string, value: unknown) =>
    hub.pages.instead.set(path, () => ({
      body: JSON.stringify(value),
      headers: { 'content-type': 'application/json' },
    }));

  test('a paper of the Hub', async () => {
    const raw: z.infer<typeof HubPaper> = {
      id: '2500.00001',
      title: 'A',
      summary: 'B',
      upvotes: 1,
      publishedAt: '2025-01-01T00:00:00.000Z',
      authors: [{ name: 'Ada' }],
      ai_summary: 'C',
      ai_keywords: ['k'],
      githubRepo: 'https://github.com/a/b',
      githubStars: 2,
    };
    answers('/api/papers/2500.00001', { ...raw, somethingNew: {} });
    expect(await createHubPapers(fetcher, hub.url).details('2500.00001', signal)).toEqual({
      ok: true,
      value: {
        id: '2500.00001',
        title: 'A',
        abstract: 'B',
        digest: 'C',
        keywords: ['k'],
        authors: ['Ada'],
        publishedAt: '2025-01-01',
        upvotes: 1,
        github: { url: 'https://github.com/a/b', stars: 2 },
      },
    });
  });

  test('a paper of Semantic Scholar, also one of which little is known', async () => {
    const raw: z.infer<typeof ScholarPaper> = {
      paperId: 'p',
      title: 'A',
      year: 2025,
      citationCount: 3,
      influentialCitationCount: 1,
      venue: 'V',
      externalIds: { ArXiv: '2500.00002', CorpusId: 1 },
      tldr: { model: 'm', text: 'T' },
    };
    const scholar = createScholar(fetcher, `${hub.url}/scholar`, undefined);
    answers('/scholar/graph/v1/paper/ARXIV:2500.00002', raw);
    const whole = {
      title: 'A',
      arxivId: '2500.00002',
      year: 2025,
      citations: 3,
      influential: 1,
      venue: 'V',
      digest: 'T',
    };
    expect(await scholar.details('2500.00002', signal)).toEqual({ ok: true, value: whole });
    answers('/scholar/graph/v1/paper/ARXIV:2500.00003', {
      paperId: 'q',
      title: null,
      year: null,
      tldr: null,
      externalIds: null,
    });
    const little = {
      title: '(untitled)',
      arxivId: undefined,
      year: undefined,
      citations: 0,
      influential: 0,
      venue: '',
      digest: '',
    };
    expect(await scholar.details('2500.00003', signal)).toEqual({ ok: true, value: little });
  });

  test('discussions, refs and a file of GitHub', async () => {
    const writes = createRepoWrites(hub.url, hubToken('hf_test'));
    const at = { kind: 'model' as const, id: 'ada/m' };
    const pull = { number: 1, title: 'Better', status: 'open', author: 'ada', createdAt: '2026-11-01' };
    expect(await writes.pullRequests(at, 'open', signal)).toEqual({ ok: true, value: [pull] });
    expect(await writes.pullRequest(at, 1, signal)).toEqual({
      ok: true,
      value: { ...pull, comments: [{ author: 'ada', text: 'why' }], diff: '', conflicts: [] },
    });
    expect(await writes.refs(at, signal)).toEqual({ ok: true, value: { branches: ['main'], tags: ['v1'] } });
    const github = createGithub(`${hub.url}/github`, undefined);
    const file = await github.file(
      { owner: 'huggingface', repo: 'trl', path: 'README.md', ref: undefined },
      signal,
    );
    expect(file).toMatchObject({ ok: true, value: { bytes: Buffer.from('# TRL') } });
  });
});
