import { z } from 'zod';
import { boundedFetch, TooLarge } from '../lib/bounded-fetch.ts';
import { cut } from '../lib/cut.ts';
import { messageOf } from '../lib/errors.ts';
import { number, text } from './nullable.ts';
import { adviceFor } from './refusals.ts';
import type { HubToken } from './token.ts';

/* After the viewer's own description: huggingface/dataset-viewer, docs/source/openapi.json. */

const Features = z.array(z.object({ name: z.string(), type: z.unknown() }));
const partial = z.boolean().nullish();
const Waiting = z.array(z.object({ config: text, split: text })).nullish();
const Failed = z
  .array(
    z.object({
      config: text,
      split: text,
      error: z.union([z.string(), z.object({ error: text }).transform(({ error }) => error)]).nullish(),
    }),
  )
  .nullish();

const Routes = {
  '/is-valid': z.object({
    viewer: z.boolean().default(false),
    preview: z.boolean().default(false),
    statistics: z.boolean().default(false),
  }),
  '/splits': z.object({
    splits: z.array(z.object({ config: z.string(), split: z.string() })),
    pending: Waiting,
    failed: Failed,
  }),
  '/info': z.object({
    dataset_info: z.object({
      splits: z.record(z.string(), z.object({ num_examples: z.number().nullish() })).nullish(),
    }),
    partial,
  }),
  '/first-rows': z.object({
    features: Features,
    rows: z.array(
      z.object({
        row: z.record(z.string(), z.unknown()),
        truncated_cells: z.array(z.string()).nullish(),
      }),
    ),
  }),
  '/parquet': z.object({
    parquet_files: z.array(z.object({ config: z.string(), split: z.string(), size: z.number() })),
    partial,
  }),
  '/statistics': z.object({
    num_examples: number,
    statistics: z.array(
      z.object({
        column_name: z.string(),
        column_type: text,
        column_statistics: z.record(z.string(), z.unknown()).nullish(),
      }),
    ),
    partial,
  }),
} as const;
type Route = keyof typeof Routes;
export type ViewerAnswer<R extends Route> = z.infer<(typeof Routes)[R]>;

/** What came of a look at the Hub, or why nothing did, in words that the model can act on. */
export type Looked<T> = { ok: true; value: T } | { ok: false; reason: string };

/** The Hub's dataset viewer API: https://huggingface.co/docs/dataset-viewer. */
export type DatasetsServer = {
  get<R extends Route>(
    route: R,
    query: Record<string, string>,
    signal: AbortSignal,
  ): Promise<Looked<ViewerAnswer<R>>>;
};

/** Names of datasets, configs and splits, which may be the viewer's own, stand in the address. */
const NAME_CHARACTERS = 1_000;

/** First rows have up to a megabyte, and may be numbers only. */
const send = boundedFetch({ values: 1_000_000 });

export function createDatasetsServer(baseUrl: string, token: HubToken | undefined): DatasetsServer {
  return {
    async get(route, query, signal) {
      const long = Object.entries(query).find(([, value]) => value.length > NAME_CHARACTERS);
      if (long !== undefined)
        return { ok: false, reason: `the name of its ${long[0]} is too long to be asked for` };
      const response = await send(`${baseUrl}${route}?${new URLSearchParams(query)}`, {
        headers: token ? { authorization: `Bearer ${token}` } : {},
        signal: AbortSignal.any([signal, AbortSignal.timeout(30_000)]),
      }).catch((error: unknown) => {
        signal.throwIfAborted();
        return error instanceof Error ? error : new Error(String(error));
      });
      if (response instanceof Error) return { ok: false, reason: `datasets server: ${response.message}` };
      if (!response.ok) return { ok: false, reason: await refusal(response) };
      const answer = await jsonOf(response).catch((error: unknown) => {
        signal.throwIfAborted();
        return error instanceof Error ? error : new Error(messageOf(error));
      });
      if (answer instanceof Error) return { ok: false, reason: `datasets server: ${answer.message}` };
      const parsed = Routes[route].safeParse(answer);
      if (!parsed.success) return { ok: false, reason: `the answer to ${route} is not in the known form` };
      return { ok: true, value: parsed.data as ViewerAnswer<typeof route> };
    },
  };
}

/** Undefined where it is no JSON. */
const jsonOf = (response: Response): Promise<unknown> =>
  response.json().catch((error: unknown) => {
    if (error instanceof SyntaxError) return undefined;
    if (error instanceof TooLarge) return error;
    throw error;
  });

const ErrorBody = z.object({ error: z.string(), cause_exception: text, cause_message: text });
const CAUSE = 300;

/** What the viewer's codes mean to who asks; its words alone do not say whether waiting helps. */
const MEANINGS: readonly (readonly [RegExp, string])[] = [
  [/RenamedDataset|dataset has been renamed/i, 'it has another name now: look for it with hub_search'],
  [
    /ResponseNotReady|response is not ready|LockedDatasetTimeout|JobManagerCrashed/i,
    'the viewer is still at work on it: ask again in some minutes',
  ],
  [
    /DisabledViewer|viewer is disabled|viewer: false/i,
    'its owners have switched the viewer off, and only they can switch it on: load it with the datasets library in a job',
  ],
  [/PrivateRepository|private datasets are/i, 'the viewer has private datasets of paid accounts only'],
  [
    /TooManyConfigs|TooManySplits|TooManyParquetFiles|TooBigContent|SplitWithTooBigParquet/i,
    'it is more than the viewer takes: name what you want when you load it in a job',
  ],
  [
    /DatasetInBlockList|DatasetWithScriptNotSupported|scripts are no longer supported|ScriptNotSupported/i,
    'the viewer never takes this dataset',
  ],
  [/EmptyDataset|dataset is empty/i, 'there is no data in it yet'],
  [/UnexpectedError|InternalServerError|internal server error/i, 'the viewer itself has failed: that passes'],
];

async function refusal(response: Response): Promise<string> {
  const { status } = response;
  const body = ErrorBody.safeParse(await jsonOf(response).catch(() => undefined));
  const words = body.success ? body.data.error.replace(/\.$/, '') : `status ${status}`;
  const cause = body.success && body.data.cause_message ? cut(body.data.cause_message, CAUSE) : '';
  const said = cause === '' || words.includes(cause) ? words : `${words}: ${cause}`;
  const code = response.headers.get('x-error-code') ?? '';
  const exception = body.success ? body.data.cause_exception : '';
  const known = MEANINGS.find(([pattern]) => [code, exception, words].some((text) => pattern.test(text)));
  if (known !== undefined) return `${said} (${known[1]})`;
  if (status === 401 || status === 403) {
    // One answer for whatever can't be had: it says nothing of this dataset.
    const advice = /private or gated/.test(said) ? undefined : adviceFor({ status, said, code });
    return `${said} (${advice ?? 'the dataset is private, gated or does not exist: ask its owner for access, or check the name'})`;
  }
  if (status === 404) return `${said} (check the name; hub names are "owner/name")`;
  if (status === 429) return `${said} (rate limited: wait a minute before the next look-up)`;
  if (status === 501) return `${said} (the viewer does not do this for this dataset: waiting does not help)`;
  if (status === 502 || status === 503 || status === 504)
    return `${said} (the viewer is down or busy just now: ask again in some minutes)`;
  return said;
}
