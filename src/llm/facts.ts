import type { TokenUsage } from './answer.ts';
import type { Catalogue, KnownModel } from './catalogue.ts';

export type Price = { inputUsdPerMillion: number; outputUsdPerMillion: number };

/** What a request to a model has to reckon with. */
export type ModelFacts = {
  contextTokens: number;
  /** Undefined where it is not known. */
  price: Price | undefined;
  seesImages: boolean;
  /** Undefined where it is not known. */
  takesTools: boolean | undefined;
};

/** What holds where the catalogue does not tell. */
export type Defaults = { contextTokens: number; price: Price | undefined };

export async function factsOf(catalogue: Catalogue, id: string, defaults: Defaults): Promise<ModelFacts> {
  const model = await catalogue.find(id);
  const providers = model ? servedBy(model, id) : [];
  if (model === undefined || providers.length === 0) {
    return { ...defaults, seesImages: model?.seesImages ?? false, takesTools: undefined };
  }
  const windows = providers.flatMap((provider) => provider.contextTokens ?? []);
  return {
    // Whichever of them answers: the smallest window and the highest price hold for all.
    contextTokens: windows.length > 0 ? Math.min(...windows) : defaults.contextTokens,
    price: defaults.price ?? dearest(providers),
    seesImages: model.seesImages,
    takesTools: providers.some((provider) => provider.takesTools),
  };
}

type Provider = KnownModel['providers'][number];

/** The providers that a suffix leaves: one that is named, the cheapest, or all that take tools. */
function servedBy({ providers }: KnownModel, id: string): readonly Provider[] {
  const suffix = id.split(':')[1];
  const named = providers.filter(({ name }) => name === suffix);
  if (named.length > 0) return named;
  const able = providers.filter(({ takesTools }) => takesTools);
  const left = able.length > 0 ? able : providers;
  if (suffix !== 'cheapest') return left;
  const cost = ({ outputUsdPerMillion = Number.POSITIVE_INFINITY }: Provider) => outputUsdPerMillion;
  return left.toSorted((a, b) => cost(a) - cost(b)).slice(0, 1);
}

function dearest(providers: readonly Provider[]): Price | undefined {
  const inputs = providers.flatMap(({ inputUsdPerMillion }) => inputUsdPerMillion ?? []);
  const outputs = providers.flatMap(({ outputUsdPerMillion }) => outputUsdPerMillion ?? []);
  if (inputs.length === 0 || outputs.length === 0) return undefined;
  return { inputUsdPerMillion: Math.max(...inputs), outputUsdPerMillion: Math.max(...outputs) };
}

/**
 * What is put into a cache costs a quarter more than what is only read: Anthropic for five minutes, and
 * OpenAI from GPT-5.6 on. Those who take nothing for it do not count it.
 */
const WRITE_SURCHARGE = 0.25;

/**
 * What the tokens of a call cost, in USD, and at most: nobody tells what is taken off for what was cached.
 */
export function costOf(
  price: Price | undefined,
  { inputTokens, cacheWriteTokens = 0, outputTokens }: Omit<TokenUsage, 'cachedTokens'>,
): number | undefined {
  if (price === undefined) return undefined;
  const input = inputTokens + WRITE_SURCHARGE * Math.min(cacheWriteTokens, inputTokens);
  return (input * price.inputUsdPerMillion + outputTokens * price.outputUsdPerMillion) / 1e6;
}
