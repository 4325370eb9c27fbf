import { z } from 'zod';
import { boundedFetch } from '../lib/bounded-fetch.ts';
import { endpointOf } from './endpoints.ts';

/** A model that a server on this machine offers, by the id that it is asked for with. */
type LocalModel = { id: string; contextTokens: number | undefined };

/** What was found: the models that will do, and a line on each server or model that will not. */
export type LocalModels = { models: LocalModel[]; problems: string[] };

/** What the agent is told, its tools and some steps of work take about half of this. */
export const LEAST_CONTEXT_TOKENS = 32_768;

const TIMEOUT_MS = 1_500;

/**
 * The models of the servers that answer on this machine, at their usual ports or where the settings say: each
 * is known by its list of models, in the form of OpenAI's API. One that is loaded with a context which is too
 * short, as far as its server tells, is none, and what to set is told.
 */
export async function findLocalModels(
  keys: Readonly<Record<string, string | undefined>>,
  send: typeof fetch = boundedFetch({ bytes: 2_000_000 }),
): Promise<LocalModels> {
  const found = await Promise.all(SERVERS.map((server) => modelsOf(server, keys, send)));
  return {
    models: found.flatMap(({ models }) => models),
    problems: found.flatMap(({ problems }) => problems),
  };
}

type Server = {
  prefix: string;
  title: string;
  /** Reads how long the contexts of its models are, as they are loaded, by the models' names. */
  contexts(ask: (path: string) => Promise<unknown>, list: unknown): Promise<ReadonlyMap<string, number>>;
  /** What to do about one that is too short. */
  mend: string;
};

/** The form of `GET /v1/models`: https://platform.openai.com/docs/api-reference/models/list */
const List = z.object({ object: z.literal('list'), data: z.array(z.object({ id: z.string().min(1) })) });

const positive = z.number().int().positive();

/** In the order in which they are preferred. */
const SERVERS: readonly Server[] = [
  {
    prefix: 'ollama',
    title: 'Ollama',
    // https://docs.ollama.com/api/ps: the models that are loaded, with the context that they have.
    async contexts(ask) {
      const Loaded = z.object({
        models: z.array(z.object({ name: z.string(), context_length: positive.optional() })),
      });
      const { models = [] } = Loaded.safeParse(await ask('/api/ps')).data ?? {};
      return new Map(models.flatMap(({ name, context_length: n }) => (n === undefined ? [] : [[name, n]])));
    },
    mend: `start it again with OLLAMA_CONTEXT_LENGTH=${LEAST_CONTEXT_TOKENS}`,
  },
  {
    prefix: 'lm_studio',
    title: 'LM Studio',
    // https://lmstudio.ai/docs/developer/rest/endpoints: `loaded_context_length` of what is loaded.
    async contexts(ask) {
      const Known = z.object({
        data: z.array(z.object({ id: z.string(), loaded_context_length: positive.optional() })),
      });
      const { data = [] } = Known.safeParse(await ask('/api/v0/models')).data ?? {};
      return new Map(data.flatMap(({ id, loaded_context_length: n }) => (n === undefined ? [] : [[id, n]])));
    },
    mend: `load it with a context length of ${LEAST_CONTEXT_TOKENS} or more`,
  },
  {
    prefix: 'vllm',
    title: 'vLLM',
    // Its list has `max_model_len`: https://docs.vllm.ai/en/latest/serving/openai_compatible_server/
    async contexts(_ask, list) {
      const Known = z.object({
        data: z.array(z.object({ id: z.string(), max_model_len: positive.nullish() })),
      });
      const { data = [] } = Known.safeParse(list).data ?? {};
      return new Map(data.flatMap(({ id, max_model_len: n }) => (n ? [[id, n]] : [])));
    },
    mend: `start it with --max-model-len ${LEAST_CONTEXT_TOKENS} or more`,
  },
  {
    prefix: 'llamacpp',
    title: 'llama.cpp',
    // https://github.com/ggml-org/llama.cpp/tree/master/tools/server: GET /props, for the one model it has.
    async contexts(ask, list) {
      const Props = z.object({ default_generation_settings: z.object({ n_ctx: positive }) });
      const known = Props.safeParse(await ask('/props')).data?.default_generation_settings.n_ctx;
      const { data = [] } = List.safeParse(list).data ?? {};
      return new Map(known === undefined ? [] : data.map(({ id }) => [id, known]));
    },
    mend: `start it with -c ${LEAST_CONTEXT_TOKENS} or more`,
  },
];

/** Whether a model's id is of a server that is looked for. */
export const isLocal = (id: string): boolean => SERVERS.some(({ prefix }) => id.startsWith(`${prefix}/`));

/** What only makes numbers of texts can't be talked to. */
export const NO_CHAT = /embed|rerank|\bbge\b|minilm/i;

async function modelsOf(
  { prefix, title, contexts, mend }: Server,
  keys: Readonly<Record<string, string | undefined>>,
  send: typeof fetch,
): Promise<LocalModels> {
  const { baseUrl, apiKey } = endpointOf(`${prefix}/any`, {
    ...{ routerUrl: '', routerKey: '', isDirect: false, responses: [], keys },
  });
  const root = baseUrl.replace(/\/v\d+$/, '');
  const ask = async (path: string): Promise<unknown> => {
    const response = await send(`${root}${path}`, {
      headers: apiKey === 'none' ? {} : { authorization: `Bearer ${apiKey}` },
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch(() => undefined);
    return response?.ok ? response.json().catch(() => undefined) : undefined;
  };
  const answer = await ask('/v1/models');
  const list = List.safeParse(answer);
  if (!list.success) return { models: [], problems: [] };
  const known = await contexts(ask, answer);
  const models: LocalModel[] = [];
  const problems: string[] = [];
  for (const { id } of list.data.data.filter((one) => !NO_CHAT.test(one.id))) {
    const contextTokens = known.get(id);
    if (contextTokens === undefined || contextTokens >= LEAST_CONTEXT_TOKENS) {
      models.push({ id: `${prefix}/${id}`, contextTokens });
    } else problems.push(tooShort(title, id, contextTokens, mend));
  }
  // What is loaded answers sooner, and with a context that is known.
  models.sort((a, b) => Number(b.contextTokens !== undefined) - Number(a.contextTokens !== undefined));
  if (models.length === 0 && problems.length === 0)
    problems.push(`${title} answers, and has no model to talk to.`);
  return { models, problems };
}

/**
 * How long the contexts are that the models of some server have, by their names, and what to do about one
 * that is too short: whichever of the known kinds it is, only that one answers in its form.
 */
export async function loadedContexts(
  ask: (path: string) => Promise<unknown>,
  list: unknown,
): Promise<ReadonlyMap<string, { tokens: number; mend: string }>> {
  const all = await Promise.all(
    SERVERS.map(async ({ contexts, mend }) =>
      [...(await contexts(ask, list))].map(([name, tokens]) => [name, { tokens, mend }] as const),
    ),
  );
  return new Map(all.flat());
}

const tooShort = (title: string, id: string, tokens: number, mend: string): string =>
  `${title} has \`${id.replaceAll('`', '')}\` with a context of ${tokens.toLocaleString('en')} tokens, which is too short for my work: ${mend}.`;
