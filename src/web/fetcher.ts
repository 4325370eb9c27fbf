import PQueue from 'p-queue';
import { type Dispatcher, fetch, type Response } from 'undici';
import type { z } from 'zod';
import { NotPublic } from '../lib/addresses.ts';
import { jittered } from '../lib/backoff.ts';
import { bytesUpTo } from '../lib/body.ts';
import { type Clock, retryAfterMs } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import { parseJson } from '../lib/json.ts';
import { createPublicAgent, createTrustedAgent, refusalOf } from '../lib/public-agent.ts';
import { refuseInTransaction } from '../lib/transaction-scope.ts';

/** A page that was fetched before. */
export type CachedPage = {
  /** Where it was found in the end. */
  url: string;
  contentType: string;
  text: string;
  etag: string | undefined;
  lastModified: string | undefined;
  freshUntil: Date;
};

/** What was fetched, for all processes. What can't be kept or found is fetched again. */
export type WebCache = {
  find(key: string): Promise<CachedPage | undefined>;
  keep(key: string, page: CachedPage): Promise<void>;
};

export type WebRequest = {
  url: string;
  signal: AbortSignal;
  /** How long an answer is taken to hold; undefined is not kept. */
  ttlMs?: number;
  /**
   * What is sent with it, to the address's own origin and to no other, however it redirects. Such answers are
   * not kept.
   */
  secretHeaders?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  body?: unknown;
  /** Content types that are taken, by how they begin. */
  types?: readonly string[];
  /** How many values an answer of JSON may have; any number where it is not read as that. */
  values?: number;
  /** Hosts that it may lead to; any public one by default. */
  hosts?: readonly string[];
};

type WebAnswer =
  | { ok: true; text: string; contentType: string; url: string }
  /** `status` where the other side has answered at all. */
  | { ok: false; status: number | undefined; reason: string };

export type Fetcher = {
  text(request: WebRequest): Promise<WebAnswer>;
  json<Schema extends z.ZodType>(
    request: WebRequest,
    schema: Schema,
  ): Promise<{ ok: true; value: z.infer<Schema> } | Extract<WebAnswer, { ok: false }>>;
  close(): Promise<void>;
};

export type FetcherSettings = {
  cache: WebCache;
  clock: Clock;
  /** Origins that the config names: they may be anywhere, also on this machine. */
  trusted: readonly string[];
  /** Hosts that ask for fewer requests: at most one in so many milliseconds. */
  paces?: Readonly<Record<string, number>>;
  maxBytes?: number;
};

const USER_AGENT = 'ml-intern-chat';
const TIMEOUT_MS = 30_000;
const MAX_BYTES = 12_000_000;
/** What reading JSON takes long over is many values, and not a long text. */
const JSON_VALUES = 100_000;
const REDIRECTS = 5;
const AT_ONCE = 4;
const WAITS_MS = [1_000, 4_000] as const;
/** A host that asks for a longer wait is reported instead. */
const LONGEST_WAIT_MS = 30_000;
const TEXTS = [
  'text/',
  'application/json',
  'application/xhtml',
  'application/xml',
  'application/ld+json',
] as const;

/**
 * Fetches from the web with manners: few requests to a host at once, as slowly as it asks for, and not again
 * what has not changed. Nothing leads to addresses that are not public, but for origins of the config, and
 * tokens go to no other origin.
 */
export function createFetcher(settings: FetcherSettings): Fetcher {
  const { cache, clock, paces = {}, maxBytes = MAX_BYTES } = settings;
  const trusted = new Set(settings.trusted.map((url) => new URL(url).origin));
  const agents = { public: createPublicAgent(), trusted: createTrustedAgent() };
  const state: State = { cache, clock, paces, maxBytes, trusted, agents, queues: new Map() };
  return {
    async text(request) {
      const answer = await find(state, request);
      return answer.ok
        ? { ok: true, text: answer.text, contentType: answer.contentType, url: answer.url }
        : { ok: false, status: answer.status, reason: answer.reason };
    },
    async json(request, schema) {
      const asked = { types: ['application/json', 'text/plain'], values: JSON_VALUES, ...request };
      const answer = await find(state, asked);
      if (!answer.ok) return { ok: false, status: answer.status, reason: answer.reason };
      const { host } = new URL(request.url);
      try {
        const parsed = schema.safeParse(parseJson(answer.text));
        if (parsed.success) return { ok: true, value: parsed.data };
        return { ok: false, status: 200, reason: `${host} answered in a form that is not known here` };
      } catch {
        return { ok: false, status: 200, reason: `${host} answered with something that is no whole JSON` };
      }
    },
    async close() {
      await Promise.all([agents.public.destroy(), agents.trusted.destroy()]);
    },
  };
}

type State = Required<Omit<FetcherSettings, 'trusted'>> & {
  /** Origins that may be anywhere. */
  trusted: ReadonlySet<string>;
  agents: { public: Dispatcher; trusted: Dispatcher };
  /** What waits for its turn, by host. */
  queues: Map<string, PQueue>;
};

/** What is kept of an address as long as it holds, else what it answers now. */
async function find(state: State, request: WebRequest): Promise<WebAnswer> {
  const { cache, clock } = state;
  const { url, ttlMs, secretHeaders, body, signal } = request;
  refuseInTransaction(() => `a request to ${new URL(url).host}`); // in the queue nobody knows any more who asked
  const isKept = ttlMs !== undefined && secretHeaders === undefined && body === undefined;
  const known = isKept ? await cache.find(url).catch(() => undefined) : undefined;
  if (known !== undefined && known.freshUntil > clock.now()) return { ok: true, ...known };
  const fetched = await withRetries(state, request, known);
  if (!fetched.ok) {
    signal.throwIfAborted();
    // What was true a while ago is better than nothing, unless the answer says that it no longer holds.
    return known === undefined || fetched.isFinal ? fetched : { ok: true, ...known };
  }
  const freshUntil = new Date(clock.now().getTime() + (ttlMs ?? 0));
  if (isKept) await cache.keep(url, { ...fetched.page, freshUntil }).catch(() => {}); // fetched again next time
  return { ok: true, ...fetched.page };
}

async function withRetries(
  state: State,
  request: WebRequest,
  known: CachedPage | undefined,
): Promise<Fetched> {
  for (const wait of [...WAITS_MS, undefined]) {
    const fetched = await once(state, request, known).catch((error: unknown): Fetched => {
      request.signal.throwIfAborted();
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      return {
        ok: false,
        status: undefined,
        isFinal: cause instanceof NotPublic,
        reason: messageOf(cause),
      };
    });
    if (fetched.ok || fetched.isFinal || wait === undefined) return fetched;
    const asked = fetched.retryAfterMs ?? jittered(wait);
    if (asked > LONGEST_WAIT_MS) {
      return { ...fetched, reason: `${fetched.reason}. Try again in ${Math.ceil(asked / 1000)} s.` };
    }
    await state.clock.sleep(asked, request.signal);
  }
  throw new Error('unreachable');
}

/** One request with its redirects. */
async function once(state: State, request: WebRequest, known: CachedPage | undefined): Promise<Fetched> {
  let url = new URL(request.url);
  const { origin } = url;
  for (let hops = 0; hops <= REDIRECTS; hops++) {
    const isTrusted = state.trusted.has(url.origin);
    const refusal = isTrusted ? undefined : refusalOf(url);
    if (refusal !== undefined) return final(refusal);
    if (!isTrusted && request.hosts && !request.hosts.includes(url.hostname)) {
      return final(
        `${url.hostname} is not among the hosts that may be asked for this: ${request.hosts.join(', ')}`,
      );
    }
    const at = url;
    const step = await queueOf(state, at).add(async () => {
      request.signal.throwIfAborted(); // it may have waited long for its turn, which is not counted as the host's time
      const signal = AbortSignal.any([request.signal, AbortSignal.timeout(TIMEOUT_MS)]);
      return send(state, at, { ...request, signal }, origin, known);
    });
    if (!('redirect' in step)) return step;
    const next = URL.parse(step.redirect, url.href);
    if (next === null) return final(`${url.href} redirects to something that is not an address`);
    url = next;
  }
  return final(`${request.url} redirects more than ${REDIRECTS} times`);
}

function queueOf({ paces, queues }: State, { host }: URL): PQueue {
  const interval = paces[host];
  const options =
    interval === undefined ? { concurrency: AT_ONCE } : { concurrency: 1, interval, intervalCap: 1 };
  const queue = queues.get(host) ?? new PQueue(options);
  queues.set(host, queue);
  return queue;
}

/** `origin` is where the request began: what is secret goes to no other. */
async function send(
  { trusted, agents, maxBytes }: State,
  url: URL,
  { signal, secretHeaders, body, types = TEXTS, values }: WebRequest,
  origin: string,
  known: CachedPage | undefined,
): Promise<Fetched | { redirect: string }> {
  const response = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      'user-agent': USER_AGENT,
      ...(url.origin === origin ? secretHeaders : {}),
      ...(known?.etag ? { 'if-none-match': known.etag } : {}),
      ...(known?.lastModified ? { 'if-modified-since': known.lastModified } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    redirect: 'manual',
    dispatcher: trusted.has(url.origin) ? agents.trusted : agents.public,
    signal,
  });
  const location = response.headers.get('location');
  if (response.status >= 300 && response.status < 400 && location !== null) {
    await response.body?.cancel();
    return { redirect: location };
  }
  if (response.status === 304 && known !== undefined) return { ok: true, page: known };
  if (!response.ok) return failure(response, url);
  const contentType = response.headers.get('content-type') ?? 'text/plain';
  if (!types.some((type) => contentType.startsWith(type))) {
    await response.body?.cancel();
    return final(`${url.href} is ${contentType}, which can't be read here`, response.status);
  }
  const read = await bytesUpTo(response.body, maxBytes, values);
  if (read === undefined) {
    const most = `${Math.round(maxBytes / 1e6)} MB${values ? `, or has more than ${values.toLocaleString('en')} values` : ''}`;
    return final(`${url.href} is larger than ${most}`, response.status);
  }
  return { ok: true, page: pageOf(url, response, contentType, new TextDecoder().decode(read)) };
}

const pageOf = ({ href }: URL, { headers }: Response, contentType: string, text: string): CachedPage => ({
  url: href,
  contentType,
  text,
  etag: headers.get('etag') ?? undefined,
  lastModified: headers.get('last-modified') ?? undefined,
  freshUntil: new Date(0),
});

type Fetched =
  | { ok: true; page: CachedPage }
  | { ok: false; status: number | undefined; reason: string; isFinal: boolean; retryAfterMs?: number };

const final = (reason: string, status?: number): Fetched => ({ ok: false, status, reason, isFinal: true });

async function failure(response: Response, url: URL): Promise<Fetched> {
  await response.body?.cancel();
  const { status } = response;
  const isPassing = status === 429 || status === 408 || status >= 500;
  const asked = retryAfterMs(response.headers);
  const reason =
    status === 429 ? `${url.host} limits our requests` : `${url.host} answered with status ${status}`;
  return {
    ok: false,
    status,
    reason,
    isFinal: !isPassing,
    ...(asked === undefined ? {} : { retryAfterMs: asked }),
  };
}
