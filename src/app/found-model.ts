import type { Config } from '../config/load.ts';
import type { Lack } from '../controller/platform.ts';
import { findLocalModels, isLocal } from '../llm/local-servers.ts';
import { hasModel, lacksOf } from './lacks.ts';

/** A config that has a model where one is found on this machine, and what it lacks nevertheless. */
export type Given = { config: Config; lacks: readonly Lack[] };

/**
 * The config as it is where its model can be asked, with the context that a local server has loaded it with;
 * else with the first one that a local server offers.
 */
export async function withFoundModel(config: Config): Promise<Given> {
  const isSet = hasModel(config);
  if (isSet && !isLocal(config.model.id)) return { config, lacks: lacksOf(config) };
  const { models, problems } = await findLocalModels(config.secrets);
  if (isSet) {
    const context_tokens =
      models.find(({ id }) => id === config.model.id)?.contextTokens ?? config.model.context_tokens;
    return { config: { ...config, model: { ...config.model, context_tokens } }, lacks: lacksOf(config) };
  }
  const [first] = models;
  if (first === undefined) return { config, lacks: lacksOf(config, problems) };
  const found: Config = {
    ...config,
    model: {
      ...config.model,
      id: first.id,
      context_tokens: first.contextTokens ?? config.model.context_tokens,
      choices: [...new Set([...models.map(({ id }) => id), ...config.model.choices])].slice(0, MOST_CHOICES),
    },
  };
  return { config: found, lacks: lacksOf(found) };
}

const MOST_CHOICES = 24;
