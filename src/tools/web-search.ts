import { z } from 'zod';
import { cut } from '../lib/cut.ts';
import type { SearchHit } from '../parse-apart/parsers/search-page.ts';
import type { WebSearch } from '../web/search.ts';
import { step, words } from './steps.ts';
import { defineTool, type Tool } from './tool.ts';

/** A domain, also out of an address, or with the `*.` that others write before it. */
const Domain = z
  .string()
  .max(300)
  .transform((text, check) => {
    const bare = text.trim().replace(/^\*\./, '');
    const { hostname = '' } = URL.parse(bare.includes('://') ? bare : `https://${bare}`) ?? {};
    const domain = hostname.replace(/^\*\./, '');
    if (/^[\w-]+(?:\.[\w-]+)*\.(?:[a-z]{2,}|xn--[\w-]+)$/.test(domain)) return domain;
    check.addIssue({ code: 'custom', message: 'is not a domain like "pytorch.org"' });
    return z.NEVER;
  });
const Domains = z.array(Domain).max(20);
const RESULTS = 8;

/** A search of the web; what the pages say is told by their snippets. */
export function webSearchTool(search: WebSearch): Tool {
  return defineTool({
    name: 'web_search',
    description:
      'Search the web: titles, addresses and snippets. For what neither papers, the documentation nor the Hub tell: release notes, issues, blog posts.',
    schema: z.strictObject({
      query: z.string().min(2).max(500),
      allowed_domains: Domains.optional().describe('Only results of these, or of domains below them.'),
      blocked_domains: Domains.optional().describe('No results of these.'),
    }),
    isReadOnly: true,
    research: true,
    summary: ({ query }) => cut(query, 100),
    step: ({ query }) => step('search', `the web for ${words(query)}`),
    async run({ query, allowed_domains = [], blocked_domains = [] }, { signal }) {
      const sites = allowed_domains.map((domain) => `site:${domain}`).join(' OR ');
      const found = await search.search([query, sites].filter(Boolean).join(' '), signal);
      if (!found.ok) return { kind: 'failed', output: found.reason };
      const fitting = found.value.filter(
        (hit) =>
          (allowed_domains.length === 0 || allowed_domains.some((domain) => isOf(hit, domain))) &&
          !blocked_domains.some((domain) => isOf(hit, domain)),
      );
      if (fitting.length === 0)
        return { kind: 'done', output: 'Nothing was found. Use other words, or fewer domains.' };
      const lines = fitting
        .slice(0, RESULTS)
        .map(({ title, url, about }, i) => `${i + 1}. [${title}](${url})\n   ${about}`);
      return { kind: 'done', output: lines.join('\n') };
    },
  });
}

function isOf({ url }: SearchHit, domain: string): boolean {
  const { hostname } = new URL(url);
  const wanted = domain.toLowerCase();
  return hostname === wanted || hostname.endsWith(`.${wanted}`);
}
