import { z } from 'zod';
import { boundedFetch, TooLarge } from '../lib/bounded-fetch.ts';
import { adviceFor } from './refusals.ts';
import type { HubToken } from './token.ts';

const Features = z.array(z.object({ name: z.string(), type: z.unknown() }));

const Routes = {
  '/is-valid': z.object({ viewer: z.boolean(), preview: z.boolean() }),
  '/splits': z.object({ splits: z.array(z.object({ config: z.string(), split: z.string() })) }),
  '/info': z.object({
    dataset_info: z.object({
      splits: z.record(z.string(), z.object({ num_examples: z.number().optional() })).optional(),
    }),
  }),
  '/first-rows': z.object({
    features: Features,
    rows: z.array(z.object({ row: z.record(z.string(), z.unknown()) })),
  }),
  '/parquet': z.object({
    parquet_files: z.array(z.object({ config: z.string(), split: z.string(), size: z.number() })),
  }),
} as const;
type Route = keyof typeof Routes;

/** What came of a look at the Hub, or why nothing did, in words that the model can act on. */
export type Looked<T> = { ok: true; value: T } | { ok: false; reason: string };

/** The Hub's dataset viewer API: https://huggingface.co/docs/dataset-viewer. */
export type DatasetsServer = {
  get<R extends Route>(
    route: R,
    query: Record<string, string>,
    signal: AbortSignal,
  ): Promise<Looked<z.infer<(typeof Routes)[R]>>>;
};

const send = boundedFetch();

export function createDatasetsServer(baseUrl: string, token: HubToken | undefined): DatasetsServer {
  return {
    async get(route, query, signal) {
      const response = await send(`${baseUrl}${route}?${new URLSearchParams(query)}`, {
        headers: token ? { authorization: `Bearer ${token}` } : {},
        signal: AbortSignal.any([signal, AbortSignal.timeout(30_000)]),
      }).catch((error: unknown) => {
        signal.throwIfAborted();
        return error instanceof Error ? error : new Error(String(error));
      });
      if (response instanceof Error) return { ok: false, reason: `datasets server: ${response.message}` };
      if (!response.ok) return { ok: false, reason: await refusal(response) };
      const answer = await jsonOf(response);
      if (answer instanceof TooLarge) return { ok: false, reason: `datasets server: ${answer.message}` };
      const parsed = Routes[route].safeParse(answer);
      if (!parsed.success) return { ok: false, reason: `the answer to ${route} is not in the known form` };
      return { ok: true, value: parsed.data as z.infer<(typeof Routes)[typeof route]> };
    },
  };
}

/** Undefined where it is no JSON. */
const jsonOf = (response: Response): Promise<unknown> =>
  response.json().catch((error: unknown) => (error instanceof TooLarge ? error : undefined));

const ErrorBody = z.object({ error: z.string() });

async function refusal(response: Response): Promise<string> {
  const body = ErrorBody.safeParse(await jsonOf(response));
  const said = body.success ? body.data.error : `status ${response.status}`;
  const code = response.headers.get('x-error-code') ?? undefined;
  const advice = adviceFor({ status: response.status, said, code });
  if ((response.status === 401 || response.status === 403) && advice !== undefined)
    return `${said} (${advice})`;
  if (response.status === 401 || response.status === 403) {
    return `${said} (the dataset is private, gated or does not exist: ask its owner for access, or check the name)`;
  }
  if (response.status === 404) return `${said} (check the name; hub names are "owner/name")`;
  if (response.status === 429) return `${said} (rate limited: wait a minute before the next look-up)`;
  return said;
}
