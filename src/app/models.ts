import { type ModelRules, modelOf } from '../agent/model-choice.ts';
import type { Config } from '../config/load.ts';
import { type Catalogue, createCatalogue } from '../llm/catalogue.ts';
import { createModelClient, type ModelClient } from '../llm/client.ts';
import { RETRY_SCHEDULE } from '../llm/errors.ts';
import { factsOf, type ModelFacts } from '../llm/facts.ts';
import type { Session } from '../session/snapshot.ts';
import type { Parts } from './parts.ts';

/** The models that there are, and which one is used. */
export type Models = {
  client: ModelClient;
  catalogue: Catalogue;
  /** The model of a session. */
  of(session: Session): string;
  /** What is known of a model: from the catalogue, and from the config where that says more. */
  factsOf(id: string): Promise<ModelFacts>;
};

export function createModels({ config, clock }: Pick<Parts, 'config' | 'clock'>): Models {
  const { model } = config;
  const rules: ModelRules = model;
  const catalogue = createCatalogue(model.base_url, clock);
  const price = model.price && {
    inputUsdPerMillion: model.price.input_usd_per_million,
    outputUsdPerMillion: model.price.output_usd_per_million,
  };
  return {
    client: createModelClient(clientSettings(config), clock),
    catalogue,
    of: (session) => modelOf(session, rules),
    factsOf: (id) =>
      factsOf(catalogue, id, {
        contextTokens: model.context_tokens,
        price: id === model.id ? price : undefined,
      }),
  };
}

const clientSettings = ({ model, secrets }: Config): Parameters<typeof createModelClient>[0] => ({
  endpoints: {
    routerUrl: model.base_url,
    routerKey: secrets.MODEL_API_KEY ?? secrets.HF_TOKEN ?? '',
    isDirect: model.direct,
    responses: model.responses_api,
    keys: secrets,
  },
  fallbacks: model.fallbacks,
  maxOutputTokens: model.max_output_tokens,
  idleTimeoutMs: model.idle_timeout_seconds * 1000,
  retries: RETRY_SCHEDULE,
});
