import type { ParseApart } from '../parse-apart/parse-apart.ts';
import type { PaperText } from '../parse-apart/parsers/paper.ts';
import type { Fetcher } from '../web/fetcher.ts';
import type { Looked } from './datasets.ts';

export type Arxiv = { read(id: string, signal: AbortSignal): Promise<Looked<PaperText>> };

export type ArxivUrls = { arxiv: string; ar5iv: string };

const DAY_MS = 24 * 60 * 60_000;

/**
 * Papers as arXiv's own HTML (https://info.arxiv.org/about/accessible_HTML.html), else as ar5iv's: both are
 * made by LaTeXML.
 */
export function createArxiv(fetcher: Fetcher, apart: ParseApart, { arxiv, ar5iv }: ArxivUrls): Arxiv {
  return {
    async read(id, signal) {
      const tried: string[] = [];
      for (const url of [`${arxiv}/html/${id}`, `${ar5iv}/html/${id}`]) {
        const page = await fetcher.text({
          url,
          signal,
          ttlMs: DAY_MS,
          types: ['text/html', 'application/xhtml'],
        });
        if (!page.ok) {
          tried.push(page.reason);
          continue;
        }
        const parsed = await apart.parse('paper', { html: page.text, url }, signal);
        if (!parsed.ok) {
          tried.push(parsed.reason);
          continue;
        }
        if (parsed.value.sections.length > 0) return { ok: true, value: parsed.value };
        tried.push(`${new URL(url).host} has no sections of it`); // ar5iv redirects to the abstract where it has no HTML
      }
      return { ok: false, reason: `${id} can’t be read as HTML: ${tried.join('; ')}.` };
    },
  };
}
