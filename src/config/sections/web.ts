import { z } from 'zod';
import { url } from '../setting-types.ts';

/** What is read besides the Hub. */
export const Web = z.strictObject({
  docs_url: url.default('https://huggingface.co').describe('Where the documentation is, below /docs.'),
  gradio_url: url.default('https://gradio.app'),
  arxiv_url: url.default('https://arxiv.org'),
  ar5iv_url: url.default('https://ar5iv.labs.arxiv.org'),
  scholar_url: url.default('https://api.semanticscholar.org'),
  github_url: url.default('https://api.github.com'),
  search_url: url
    .default('https://html.duckduckgo.com/html')
    .describe('A search page: DuckDuckGo’s without scripts, or one of the same form.'),
});
