import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { slack } from '../../adapters/slack/platform.ts';
import { PLATFORMS } from '../../src/app/platforms.ts';
import { type Config, loadConfig } from '../../src/config/load.ts';
import { endpointOf } from '../../src/llm/endpoints.ts';
import type { HubDouble } from '../doubles/hub/server.ts';
import type { SlackDouble } from '../doubles/slack/server.ts';
import { ROOT } from '../support/root.ts';
import { webAt } from '../support/web.ts';
import { Misuse } from './misuse.ts';

/**
 * The model that is measured, and what the product is told of it: how it is reached and paid for, prompts,
 * limits.
 */
export type ModelSettings = {
  model: Config['model'];
  limits: Config['limits'];
  systemPrompt: string;
  researchPrompt: string;
  timeZone: string;
  /** Keys and addresses of models, and nothing else that is secret. */
  secrets: Config['secrets'];
  network: Config['network'];
  isScripted: boolean;
};

/** Tokens of nobody: the far sides take any of their form. */
const secret = randomBytes(16).toString('hex');
const FAKE = {
  SLACK_BOT_TOKEN: `xoxb-${secret}`,
  SLACK_APP_TOKEN: `xapp-${secret}`,
  SLACK_SIGNING_SECRET: secret,
  SLACK_MODE: 'socket',
  SLACK_INSTALLS: 'token',
};

/** A folder of the project that has no `.env`. */
const ASIDE = join(ROOT, 'test/eval');

/**
 * The settings as the product reads them: the environment, `.env`, the config file and the prompts beside it.
 * `id` is measured in place of the model that they name. Throws Misuse where no model is set, ConfigError
 * where settings are wrong.
 */
export function settingsOf(
  id: string | undefined,
  environment: Readonly<Record<string, string | undefined>> = process.env,
  directory = ROOT,
): ModelSettings {
  const config = loadConfig({ ...environment, ...FAKE }, directory, PLATFORMS);
  const model = { ...config.model, id: id ?? config.model.id, fallbacks: [], defaults: [] };
  const key = config.secrets.MODEL_API_KEY ?? config.secrets.HF_TOKEN;
  const endpoint = endpointOf(model.id, {
    routerUrl: model.base_url,
    routerKey: key ?? '',
    isDirect: model.direct,
    responses: model.responses_api,
    keys: config.secrets,
  });
  const isHubs = new URL(endpoint.baseUrl).hostname.endsWith('huggingface.co');
  if (endpoint.isRouter && isHubs && endpoint.apiKey === '') {
    throw new Misuse(
      'No model is set: set HF_TOKEN, or MODEL_BASE_URL and MODEL_API_KEY, as for the bot itself (docs/MODELS.md); --scripted good needs none.',
    );
  }
  const ofModels = Object.entries(config.secrets).filter(([name]) => /_BASE_URL$|_API_KEY$/.test(name));
  return {
    ...settingsIn(config),
    model,
    // What pays for the model is told to nobody else: the Hub's double gets a token of nobody.
    secrets: { ...Object.fromEntries(ofModels), ...(key === undefined ? {} : { MODEL_API_KEY: key }) },
    isScripted: false,
  };
}

/** The settings for a model double: those of the project, whatever this machine's environment says. */
export function scriptedSettings(baseUrl: string): ModelSettings {
  const config = ownConfig();
  const model = { ...config.model, id: 'scripted/model', base_url: baseUrl };
  return { ...settingsIn(config), model, secrets: {}, isScripted: true };
}

const settingsIn = ({ limits, systemPrompt, researchPrompt, prompts, network }: Config) => ({
  limits,
  systemPrompt,
  researchPrompt,
  timeZone: prompts.time_zone,
  network,
});

/** The project's own config file, with nothing filled in. */
function ownConfig(): Config {
  const file = join(ROOT, 'configs/main_agent_config.json');
  const environment = { ...FAKE, HF_TOKEN: `hf_${secret}`, ML_INTERN_CONFIG: file };
  return loadConfig(environment, ASIDE, PLATFORMS);
}

type Places = { slack: SlackDouble; hub: HubDouble; directory: string; sandboxes: string | undefined };

/** A config with doubles in place of all far sides but models, and an embedded record of its own. */
export function amongDoubles(settings: ModelSettings, places: Places, rates: number): Config {
  const config = ownConfig();
  const { hub, slack: chat, directory, sandboxes } = places;
  const { model, limits, systemPrompt, researchPrompt, timeZone, secrets, network } = settings;
  const chatSettings = {
    ...config.platforms.slack,
    ...{ api_url: chat.apiUrl, rate_factor: rates, feedback: false },
  };
  return {
    ...config,
    ...{ model, limits, systemPrompt, researchPrompt, network },
    secrets: { ...config.secrets, ...secrets },
    jobs: {
      ...config.jobs,
      ...{ hub_url: hub.url, datasets_server_url: hub.url, poll_seconds: 0.5, collections: false },
    },
    web: webAt(hub.url),
    mcp_servers: {},
    prompts: { time_zone: timeZone, channels: {} },
    budgets: { ...config.budgets, warn_usd: 0 },
    access: { ...config.access, hello: false },
    durability: { ...config.durability, sweep_seconds: 0.5, hand_over_seconds: 0.5 },
    // Code that is tried out reaches no network: requests to models alone leave this machine.
    sandbox:
      sandboxes === undefined
        ? { ...config.sandbox, kind: 'none' }
        : { ...config.sandbox, kind: 'local', directory: sandboxes, allowed_hosts: [] },
    platforms: { slack: slack.settings.parse(chatSettings) },
    data_dir: directory,
    log_level: LOG_LEVELS.find((level) => level === process.env.EVAL_LOG_LEVEL) ?? 'silent',
  };
}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error'] as const;
