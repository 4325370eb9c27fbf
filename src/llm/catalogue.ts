import Fuse from 'fuse.js';
import { z } from 'zod';
import { MOST_USD_PER_MILLION } from '../config/sections/model.ts';
import { boundedFetch } from '../lib/bounded-fetch.ts';
import type { Clock } from '../lib/clock.ts';
import { refuseInTransaction } from '../lib/transaction-scope.ts';

/**
 * What is known of a model that is served: by whom, for how much, how long a conversation, whether it takes
 * tools.
 */
export type KnownModel = {
  id: string;
  seesImages: boolean;
  providers: readonly {
    name: string;
    contextTokens: number | undefined;
    inputUsdPerMillion: number | undefined;
    outputUsdPerMillion: number | undefined;
    takesTools: boolean;
  }[];
};

/** The models of the router, asked for at most every few minutes. Empty where it does not tell. */
export type Catalogue = {
  all(): Promise<readonly KnownModel[]>;
  /** By its id, with or without a suffix for the choice of a provider. */
  find(id: string): Promise<KnownModel | undefined>;
  /** Ids that are like one that is not there. */
  like(id: string): Promise<string[]>;
};

/** GET /v1/models of https://router.huggingface.co. */
const Entry = z.object({
  id: z.string(),
  architecture: z.object({ input_modalities: z.array(z.string()) }).nullish(),
  providers: z.array(z.unknown()).nullish(),
});

/** USD for a million tokens. What can be no price is none that is known. */
const UsdPerMillion = z.number().nonnegative().max(MOST_USD_PER_MILLION).nullish().catch(undefined);

const ServedBy = z.object({
  provider: z.string(),
  status: z.string().nullish(),
  context_length: z.number().positive().max(1e9).nullish().catch(undefined),
  pricing: z.object({ input: UsdPerMillion, output: UsdPerMillion }).nullish().catch(undefined),
  supports_tools: z.boolean().nullish().catch(undefined),
});
const Answer = z.object({ data: z.array(z.unknown()) });

const FRESH_MS = 5 * 60_000;
const AFTER_FAILURE_MS = 15_000;
const TIMEOUT_MS = 5_000;

export function createCatalogue(routerUrl: string, clock: Clock): Catalogue {
  let known: readonly KnownModel[] = [];
  let until = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | undefined;

  async function refresh(): Promise<void> {
    const found = await fetchModels(routerUrl).catch(() => undefined);
    if (found !== undefined) known = found;
    until = clock.monotonic() + (found === undefined ? AFTER_FAILURE_MS : FRESH_MS);
  }

  async function all(): Promise<readonly KnownModel[]> {
    refuseInTransaction(() => 'a look-up of the router’s models');
    if (clock.monotonic() >= until) {
      asking ??= refresh().finally(() => {
        asking = undefined;
      });
      await asking;
    }
    return known;
  }

  return {
    all,
    async find(id) {
      const bare = bareId(id);
      return (await all()).find((model) => model.id === bare);
    },
    async like(id) {
      const ids = (await all()).map((model) => model.id);
      const search = new Fuse(ids, { threshold: 0.5, ignoreLocation: true });
      return search.search(bareId(id), { limit: 5 }).map(({ item }) => item);
    },
  };
}

const bareId = (id: string): string => id.replace(/^huggingface\//, '').split(':')[0] ?? id;

async function fetchModels(routerUrl: string): Promise<KnownModel[] | undefined> {
  const response = await boundedFetch()(`${routerUrl}/models`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!response.ok) return undefined;
  const { data } = Answer.parse(await response.json());
  return data.flatMap((item) => {
    const entry = Entry.safeParse(item);
    return entry.success ? [modelOf(entry.data)] : [];
  });
}

function modelOf({ id, architecture, providers }: z.infer<typeof Entry>): KnownModel {
  return {
    id,
    seesImages: architecture?.input_modalities.includes('image') ?? false,
    providers: (providers ?? [])
      .flatMap((item) => ServedBy.safeParse(item).data ?? [])
      .filter(({ status }) => status === undefined || status === null || status === 'live')
      .map((item) => ({
        name: item.provider,
        contextTokens: item.context_length ?? undefined,
        inputUsdPerMillion: item.pricing?.input ?? undefined,
        outputUsdPerMillion: item.pricing?.output ?? undefined,
        takesTools: item.supports_tools ?? false,
      })),
  };
}
