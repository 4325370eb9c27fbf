/** Where a model is served and how it is spoken to. */
export type Endpoint = {
  provider: string;
  baseUrl: string;
  apiKey: string;
  /** The model's name on the wire. */
  model: string;
  /** `messages` is Anthropic's own. */
  wire: 'chat' | 'responses' | 'messages';
  isRouter: boolean;
  /** Whether levels of effort may be sent at all. */
  takesEffort: boolean;
};

export type EndpointSettings = {
  /** The Hugging Face router, or another OpenAI-compatible base URL in its place. */
  routerUrl: string;
  routerKey: string;
  /** Whether `openai/…` and `anthropic/…` go to those providers themselves, where there is a key. */
  isDirect: boolean;
  /** Providers that are spoken to over the Responses API. */
  responses: readonly string[];
  keys: Readonly<Record<string, string | undefined>>;
};

/** Local servers by the prefix of a model's id, with the port that each listens on unless told otherwise. */
const LOCAL: Readonly<Record<string, { port: number; variable: string }>> = {
  ollama: { port: 11434, variable: 'OLLAMA' },
  vllm: { port: 8000, variable: 'VLLM' },
  lm_studio: { port: 1234, variable: 'LM_STUDIO' },
  llamacpp: { port: 8080, variable: 'LLAMACPP' },
};

/** Providers that may be gone to directly. Anthropic is spoken to over its own API. */
const DIRECT: Readonly<Record<string, { baseUrl: string; key: string; url: string }>> = {
  openai: { baseUrl: 'https://api.openai.com/v1', key: 'OPENAI_API_KEY', url: 'OPENAI_BASE_URL' },
  anthropic: { baseUrl: 'https://api.anthropic.com/v1', key: 'ANTHROPIC_API_KEY', url: 'ANTHROPIC_BASE_URL' },
};

/**
 * Where a model id leads: a local server by its prefix, a provider itself where the config says so, else the
 * router.
 */
export function endpointOf(id: string, settings: EndpointSettings): Endpoint {
  const { keys, responses } = settings;
  const [, prefix = '', rest = ''] = /^([a-z_]+)\/(.+)$/.exec(id) ?? [];
  const wire = responses.includes(prefix) ? 'responses' : 'chat';
  const local = LOCAL[prefix];
  if (local !== undefined) {
    const baseUrl =
      keys[`${local.variable}_BASE_URL`] ?? keys.LOCAL_LLM_BASE_URL ?? `http://localhost:${local.port}`;
    const apiKey = keys[`${local.variable}_API_KEY`] ?? keys.LOCAL_LLM_API_KEY ?? 'none';
    return {
      provider: prefix,
      baseUrl: withVersion(baseUrl),
      apiKey,
      model: rest,
      wire,
      isRouter: false,
      takesEffort: false,
    };
  }
  const direct = settings.isDirect ? DIRECT[prefix] : undefined;
  const key = direct && keys[direct.key];
  if (direct !== undefined && key !== undefined) {
    const baseUrl = keys[direct.url] ?? direct.baseUrl;
    return {
      ...{ provider: prefix, baseUrl, apiKey: key, model: rest, isRouter: false, takesEffort: true },
      wire: wire === 'chat' && prefix === 'anthropic' ? 'messages' : wire,
    };
  }
  return {
    provider: 'router',
    baseUrl: settings.routerUrl,
    apiKey: settings.routerKey,
    model: id.replace(/^huggingface\//, ''),
    wire: responses.includes('router') ? 'responses' : isAnthropic(settings.routerUrl) ? 'messages' : 'chat',
    isRouter: true,
    takesEffort: true,
  };
}

const isAnthropic = (url: string): boolean => URL.parse(url)?.hostname === 'api.anthropic.com';

const withVersion = (url: string): string => {
  const base = url.trim().replace(/\/+$/, '');
  return /\/v\d+$/.test(base) ? base : `${base}/v1`;
};
