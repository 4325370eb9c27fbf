import type OpenAI from 'openai';
import { jittered } from '../lib/backoff.ts';
import { boundedFetch } from '../lib/bounded-fetch.ts';
import type { Clock } from '../lib/clock.ts';
import type { ModelAnswer, TimedAnswer, TokenUsage } from './answer.ts';
import { overChat } from './chat-wire.ts';
import { type Endpoint, type EndpointSettings, endpointOf } from './endpoints.ts';
import { LONGEST_WAIT_MS, ModelError, modelErrorOf, OUTAGES, type RetrySchedule } from './errors.ts';
import { type Conversation, KnownQuirks } from './known-quirks.ts';
import { hasImages, withoutThoughts } from './messages.ts';
import { overMessages } from './messages-wire.ts';
import { loadOpenAI, openAI } from './openai.ts';
import type { Quirks, Refusal } from './quirks.ts';
import { inOneForm, PROVIDER_HEADER } from './refusals.ts';
import type { ModelRequest } from './request.ts';
import { overResponses } from './responses-wire.ts';
import { originalCalls } from './schemas/tools.ts';
import { tokensOf } from './tokens.ts';

/** Models behind OpenAI-compatible endpoints, by their ids. Throws ModelError, or the signal's abort. */
export type ModelClient = { complete(request: ModelRequest): Promise<TimedAnswer> };

export type ModelSettings = {
  endpoints: EndpointSettings;
  /** Models to go on with, in order, while the provider of the one asked for is out. */
  fallbacks: readonly string[];
  maxOutputTokens: number;
  idleTimeoutMs: number;
  retries: RetrySchedule;
  /** In [0, 1): spreads the waits of requests that failed together. */
  random?: () => number;
};

/**
 * An event has a word, in some 400 bytes, or all of an answer; the longest answers of models have some
 * 100,000 words.
 */
const ANSWER = { bytes: 4_000_000, streamBytes: 100_000_000 };

/** A request that was turned down this often for other reasons each time will not go through. */
const MAX_HEALS = 8;

export function createModelClient(settings: ModelSettings, clock: Clock): ModelClient {
  const models: Models = { settings, clock, clients: new Map(), quirks: new KnownQuirks(clock) };
  return { complete: (request) => complete(models, request) };
}

/** `clients` by address and key. */
type Models = {
  settings: ModelSettings;
  clock: Clock;
  clients: Map<string, OpenAI>;
  quirks: KnownQuirks;
};

async function complete(models: Models, request: ModelRequest): Promise<TimedAnswer> {
  const others = models.settings.fallbacks.filter((id) => id !== request.model);
  let first: unknown;
  for (const model of [request.model, ...others]) {
    try {
      return await withRetries(models, forModel(request, model));
    } catch (error) {
      first ??= error;
      if (!(error instanceof ModelError) || !OUTAGES.has(error.kind)) throw first;
      request.onText('');
    }
  }
  throw first;
}

/** Thoughts and signatures are of the model that had them: whoever goes on for it gets none. */
function forModel(request: ModelRequest, model: string): ModelRequest {
  if (model === request.model) return request;
  return { ...request, model, messages: request.messages.map(withoutThoughts) };
}

async function withRetries(models: Models, request: ModelRequest): Promise<TimedAnswer> {
  const { settings, clock, quirks } = models;
  const endpoint = endpointOf(request.model, settings.endpoints);
  const conversation = quirks.conversation(endpoint, request.sessionId);
  let heals = 0;
  for (let attempt = 0; ; attempt++) {
    const sent = quirks.of(conversation);
    try {
      const { provider, ...answer } = await once(models, request, endpoint, sent);
      quirks.answered(conversation, provider);
      return answer;
    } catch (thrown) {
      request.signal.throwIfAborted();
      if (heals++ < MAX_HEALS && heal(models, request, conversation, sent, thrown)) {
        attempt--;
        continue;
      }
      const error = modelErrorOf(thrown);
      if (error instanceof ModelError)
        error.provider = URL.parse(endpoint.baseUrl)?.host ?? endpoint.provider;
      const wait = error instanceof ModelError ? settings.retries[error.kind]?.[attempt] : undefined;
      if (!(error instanceof ModelError) || wait === undefined) throw error;
      if ((error.retryAfterMs ?? 0) > LONGEST_WAIT_MS) throw error;
      request.onText('');
      await clock.sleep(error.retryAfterMs ?? jittered(wait, settings.random), request.signal);
    }
  }
}

/** Learns from what a provider turned down; says whether the request can be made again otherwise. */
function heal(
  { quirks }: Models,
  { effort, messages }: ModelRequest,
  conversation: Conversation,
  sent: Quirks,
  thrown: unknown,
): boolean {
  const error = modelErrorOf(thrown);
  const said = refusalOf(thrown);
  if (said === undefined) return false;
  const isTooLong = error instanceof ModelError && error.kind === 'too_long';
  // Too long is too long, whatever parameters are named; but for bytes, most of which are pictures.
  const refusal = isTooLong ? ofPictures(said) : said;
  if (refusal === undefined) return false;
  const provider = isApiError(thrown) ? thrown.headers?.get(PROVIDER_HEADER) : undefined;
  const told = { effort, provider: provider ?? undefined, hasImages: messages.some(hasImages) };
  return quirks.learn(conversation, sent, refusal, told);
}

/** A request that has too many bytes, as one of its pictures; undefined where it has too many tokens. */
function ofPictures(said: Refusal): Refusal | undefined {
  const isOfBytes = said.status === 413 || /\bbytes\b|payload|request entity/i.test(said.message);
  if (!isOfBytes || /\btokens?\b/i.test(said.message)) return undefined;
  return { ...said, param: 'image_url', message: `images are too large: ${said.message}` };
}

const WIRES = { chat: overChat, responses: overResponses, messages: overMessages };

async function once(
  models: Models,
  request: ModelRequest,
  endpoint: Endpoint,
  quirks: Quirks,
): Promise<TimedAnswer & Pick<ModelAnswer, 'provider'>> {
  const { settings, clock } = models;
  const { maxOutputTokens, idleTimeoutMs } = settings;
  const target = { endpoint, quirks, maxOutputTokens };
  const idle = new IdleTimer(idleTimeoutMs);
  const began = clock.monotonic();
  let firstAt: number | undefined;
  const alive = (isAnswer = false) => {
    idle.restart(isAnswer);
    if (isAnswer) firstAt ??= clock.monotonic();
  };
  const send = WIRES[endpoint.wire];
  const signal = AbortSignal.any([request.signal, idle.signal]);
  const stalled = () => new ModelError('stalled', `no data for ${idleTimeoutMs} ms`);
  try {
    const answer = await send(await clientFor(models, endpoint), target, request, signal, alive);
    const now = clock.monotonic();
    return {
      ...answer,
      calls: originalCalls(answer.calls, request.tools, endpoint, quirks),
      usage: usageFor(request, answer),
      model: request.model,
      firstTokenMs: Math.round((firstAt ?? now) - began),
      totalMs: Math.round(now - began),
    };
  } catch (error) {
    request.signal.throwIfAborted(); // the openai client ends a stream quietly when its signal aborts
    const failed = idle.signal.aborted ? stalled() : modelErrorOf(error);
    if (failed instanceof ModelError) failed.mayBePaid = firstAt !== undefined || failed.kind === 'stalled';
    throw failed instanceof ModelError && failed.mayBePaid ? failed : error;
  } finally {
    idle.stop();
  }
}

/** As the provider counted it, or else as it is counted here: what costs money must not look free. */
function usageFor(
  { messages, tools }: ModelRequest,
  { text, reasoning, calls, usage }: ModelAnswer,
): TokenUsage {
  const said = () => `${reasoning}${text}${calls.map((call) => `${call.name}${call.arguments}`).join('')}`;
  return {
    inputTokens: usage?.inputTokens || tokensOf(JSON.stringify(messages)) + tokensOf(JSON.stringify(tools)),
    cachedTokens: usage?.cachedTokens ?? 0,
    ...(usage?.cacheWriteTokens ? { cacheWriteTokens: usage.cacheWriteTokens } : {}),
    outputTokens: usage?.outputTokens ?? tokensOf(said()),
  };
}

async function clientFor({ clients }: Models, { baseUrl, apiKey }: Endpoint): Promise<OpenAI> {
  const key = `${baseUrl} ${apiKey}`;
  const known = clients.get(key);
  if (known !== undefined) return known;
  // The library takes no empty key, and a server that has none takes any.
  const send = inOneForm(boundedFetch(ANSWER));
  const Client = await loadOpenAI();
  const client = new Client({ baseURL: baseUrl, apiKey: apiKey || 'none', maxRetries: 0, fetch: send });
  clients.set(key, client);
  return client;
}

function isApiError(thrown: unknown): thrown is InstanceType<typeof OpenAI.APIError> {
  const library = openAI();
  return library !== undefined && thrown instanceof library.APIError;
}

function refusalOf(thrown: unknown): Refusal | undefined {
  if (thrown instanceof ModelError && thrown.fault !== undefined)
    return { param: undefined, ...thrown.fault };
  if (!isApiError(thrown)) return undefined;
  const status: number | undefined = thrown.status;
  return {
    status,
    code: thrown.code ?? undefined,
    param: thrown.param ?? undefined,
    message: thrown.message,
  };
}

/** For so many times as long as nothing may come, nothing but signs of life may. */
const SIGNS_ALONE = 10;

/** Aborts its signal when nothing restarted it for `ms`, or for long nothing but signs of life did. */
class IdleTimer {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #signs: NodeJS.Timeout;

  constructor(ms: number) {
    const end = () => this.#controller.abort();
    this.#timer = setTimeout(end, ms);
    this.#signs = setTimeout(end, ms * SIGNS_ALONE);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  restart(isAnswer: boolean): void {
    this.#timer.refresh();
    if (isAnswer) this.#signs.refresh();
  }

  stop(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#signs);
  }
}
