import type { ParseApart } from '../parse-apart/parse-apart.ts';
import type { ApiAnswer } from '../parse-apart/parsers/api-endpoints.ts';
import type { Fetcher } from '../web/fetcher.ts';
import type { Looked } from './datasets.ts';

export type ApiReference = {
  /** Endpoints that fit, the best first, and all tags that there are. */
  find(
    asked: { query: string | undefined; tag: string | undefined },
    limit: number,
    signal: AbortSignal,
  ): Promise<Looked<ApiAnswer>>;
};

const DAY_MS = 24 * 60 * 60_000;

/** The Hub's REST API, from its own description at /.well-known/openapi.json. */
export function createApiReference(fetcher: Fetcher, apart: ParseApart, hubUrl: string): ApiReference {
  return {
    async find({ query, tag }, limit, signal) {
      const url = `${hubUrl}/.well-known/openapi.json`;
      const read = await fetcher.text({
        url,
        signal,
        ttlMs: DAY_MS,
        types: ['application/json', 'text/plain'],
      });
      if (!read.ok) return { ok: false, reason: read.reason };
      const found = await apart.parse('apiEndpoints', { document: read.text, query, tag, limit }, signal);
      return found.ok ? found : { ok: false, reason: `${url} can't be read: ${found.reason}.` };
    },
  };
}
