import { type OAuthClientProvider, UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import {
  StreamableHTTPClientTransport,
  StreamableHTTPError,
} from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  type ElicitRequestFormParams,
  ElicitRequestSchema,
  type ElicitResult,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { orAborted } from '../../lib/abort.ts';
import { createBackoff } from '../../lib/backoff.ts';
import { TooLarge } from '../../lib/bounded-fetch.ts';
import { type Clock, systemClock } from '../../lib/clock.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import { shortenQuestion } from './elicitation.ts';
import { guardedFetch, type ServerAddress } from './guarded-fetch.ts';
import { type ListedTool, listTools } from './listing.ts';
import { NeedsSignIn } from './oauth.ts';
import { type Program, StdioTransport } from './stdio-transport.ts';

/** Where a server of the Model Context Protocol is: a process of ours, or an address. */
export type McpEndpoint = Program | (ServerAddress & { auth?: McpAuth });

/**
 * How one signs in to a server by OAuth; `code` waits for what the server sends back with whoever signed in.
 */
export type McpAuth = {
  provider: OAuthClientProvider;
  /** What renewals of tokens go through. */
  renewing?: (fetch: typeof globalThis.fetch) => typeof globalThis.fetch;
  code?: () => Promise<string>;
};

/** One server, for as long as the process lives. Its tools stay known while it is away. */
export type McpConnection = {
  name: string;
  tools(): readonly ListedTool[];
  /** What keeps it from being used; undefined while it is connected. */
  problem(): string | undefined;
  /** What the server sent that was more than is taken, and so ended its last connection. */
  flood(): string | undefined;
  /** Resolves when connecting has succeeded or failed for the first time. */
  tried: Promise<void>;
  /** The client, once it is connected; throws an Error in words while it is not. */
  client(): Promise<Client>;
  stop(): Promise<void>;
};

/** Waits between attempts to connect. */
const WAITS = { firstMs: 1_000, longestMs: 300_000 };

/**
 * After a connection that held for so long, the next one is tried without delay: one that always breaks is a
 * failure.
 */
const GOOD_MS = 60_000;

/** How long a call waits for a server that is just being connected. */
const READY_TIMEOUT_MS = 5_000;

/** A server as it is connected to, and who is told of it. */
export type McpConnecting = {
  name: string;
  endpoint: McpEndpoint;
  log: Logger;
  clock: Clock;
  /** Takes secrets out of what a server says. */
  clean(text: string): string;
  /** Its tools are others by now, or it came or went. */
  changed(): void;
  /** What the server asks people while one of its tools runs. */
  asked(question: ElicitRequestFormParams): Promise<ElicitResult>;
};

/**
 * Connects to a server in the background, and again whenever it goes away, less and less often while that
 * fails. A server that is down stops nothing.
 */
export function connectMcp(server: McpConnecting): McpConnection {
  const state: State = {
    ...server,
    stopping: new AbortController(),
    known: [],
    current: undefined,
    opening: undefined,
    problem: 'it has not been reached yet',
    flood: undefined,
    words: undefined,
    tried: Promise.withResolvers(),
    lost: Promise.withResolvers(),
    ready: Promise.withResolvers(),
  };
  const following = follow(state);
  return {
    name: server.name,
    tools: () => state.known,
    problem: () => (state.current === undefined ? state.problem : undefined),
    flood: () => state.flood,
    tried: state.tried.promise,
    client: () => connectedClient(state),
    async stop() {
      state.stopping.abort();
      await state.opening?.close(); // the current one, or one that still waits for its server's first words
      state.lost.resolve();
      await following;
    },
  };
}

type State = McpConnecting & {
  stopping: AbortController;
  /** Its tools, also while it is away. */
  known: readonly ListedTool[];
  /** While it is connected. */
  current: Client | undefined;
  /** The one that was begun last. */
  opening: Client | undefined;
  problem: string;
  /** What the server sent that was more than is taken. */
  flood: string | undefined;
  /** What its program said last. */
  words: string | undefined;
  tried: PromiseWithResolvers<void>;
  /** Resolves when this connection is over. */
  lost: PromiseWithResolvers<void>;
  /** Resolves when there is one to be used. */
  ready: PromiseWithResolvers<void>;
};

async function follow(state: State): Promise<void> {
  const { name, log, clock, stopping } = state;
  const backoff = createBackoff(WAITS);
  while (!stopping.signal.aborted) {
    try {
      await once(state).finally(state.tried.resolve);
      const connectedAt = systemClock.monotonic();
      await state.lost.promise;
      if (systemClock.monotonic() - connectedAt >= GOOD_MS) backoff.reset();
      state.problem = state.flood ?? state.words ?? 'the connection was lost';
      if (!stopping.signal.aborted) log.warn({ server: name }, 'an MCP server went away');
    } catch (error) {
      const message = messageOf(error instanceof UnauthorizedError ? new NeedsSignIn(name) : error);
      state.problem = state.flood ?? state.clean(message);
      log.warn({ server: name, problem: state.problem }, 'an MCP server can’t be reached; it is tried again');
    }
    away(state);
    if (!stopping.signal.aborted) state.changed();
    await clock.sleep(backoff.next(), stopping.signal).catch(() => {}); // stopped
  }
}

/** It can't be used now: whoever wants to waits for the next connection. */
function away(state: State): void {
  if (state.current) state.ready = Promise.withResolvers();
  state.current = undefined;
}

/** What a program said before it ended by itself. */
const lastWords = (transport: Transport | undefined): string | undefined =>
  transport instanceof StdioTransport ? transport.lastWords() : undefined;

/** Connects once. Throws where that fails. */
async function once(state: State): Promise<void> {
  state.flood = undefined;
  const tooLarge = (error: TooLarge) => {
    state.flood = error.message;
    void state.opening?.close(); // what waits for an answer is told
  };
  const client = await open(state.endpoint, (fresh) => prepare(state, fresh, tooLarge), tooLarge);
  try {
    await use(state, client);
  } catch (error) {
    await client.close();
    throw error;
  }
}

/**
 * Whether a server no longer knows our session, after it was started anew: 404, as the protocol has it, or
 * 400 in words. What was asked of it was not done.
 */
export const isForgotten = (error: unknown): boolean =>
  error instanceof StreamableHTTPError &&
  (error.code === 404 || (error.code === 400 && /session/i.test(error.message)));

function prepare(state: State, fresh: Client, tooLarge: Told): void {
  state.stopping.signal.throwIfAborted();
  state.opening = fresh;
  fresh.onerror = (error) => {
    if (error instanceof TooLarge) tooLarge(error);
    if (isForgotten(error) && state.current === fresh) {
      away(state);
      setImmediate(() => void fresh.close()); // once who asked was told why; it is connected to anew
    }
  };
  fresh.setRequestHandler(ElicitRequestSchema, async ({ params }) =>
    'requestedSchema' in params ? state.asked(params) : { action: 'decline' },
  );
}

async function use(state: State, client: Client): Promise<void> {
  const relist = settled(state, async () => {
    // The old ones are tried where that fails.
    state.known = await listTools(client, state.name, state.log).catch(() => state.known);
    state.changed();
  });
  client.setNotificationHandler(ToolListChangedNotificationSchema, relist);
  state.lost = Promise.withResolvers();
  const { transport } = client;
  client.onclose = () => {
    const words = lastWords(transport);
    state.words = words === undefined ? undefined : state.clean(words);
    state.lost.resolve();
  };
  state.known = await listTools(client, state.name, state.log);
  state.current = client;
  state.ready.resolve();
  state.changed();
  state.log.info({ server: state.name, tools: state.known.length }, 'connected to an MCP server');
}

/** How long changes of a server's tools are gathered, and longer where they go on: a storm makes one list. */
const GATHERED = { firstMs: 200, longestMs: 60_000 };

/** Does something once after all that is told within a time; one that is told meanwhile is not forgotten. */
function settled({ clock, stopping }: State, work: () => Promise<void>): () => Promise<void> {
  const backoff = createBackoff(GATHERED);
  let isDue = false;
  let lastAt = Number.NEGATIVE_INFINITY;
  return async () => {
    if (isDue) return;
    isDue = true;
    if (systemClock.monotonic() - lastAt > GATHERED.longestMs) backoff.reset();
    await clock.sleep(backoff.next(), stopping.signal).catch(() => {}); // stopped
    isDue = false;
    lastAt = systemClock.monotonic();
    if (!stopping.signal.aborted) await work();
  };
}

/** The client, or the one that there is in a moment. Throws an Error in words where there is none. */
async function connectedClient(state: State): Promise<Client> {
  if (state.current === undefined) {
    const inTime = AbortSignal.any([state.stopping.signal, AbortSignal.timeout(READY_TIMEOUT_MS)]);
    await orAborted(state.ready.promise, inTime).catch(() => {}); // it is told below
  }
  if (state.current === undefined) {
    throw new Error(`The MCP server "${state.name}" does not answer: ${state.problem}.`);
  }
  return state.current;
}

type Prepare = (client: Client) => void;

/** Hears of what a server sent that is more than is taken. */
type Told = (error: TooLarge) => void;

/** Connects once; throws where that fails. */
export async function open(endpoint: McpEndpoint, prepare: Prepare, told?: Told): Promise<Client> {
  if ('command' in endpoint) {
    return connected(new StdioTransport(endpoint), prepare);
  }
  return openAddress(endpoint, prepare, told);
}

/**
 * Times that somebody is asked to sign in for one connection: a server may want more rights after the first.
 */
const SIGN_INS = 3;

async function openAddress(
  { auth, ...address }: Extract<McpEndpoint, { url: string }>,
  prepare: Prepare,
  told: Told | undefined,
): Promise<Client> {
  const url = new URL(address.url);
  const guarded = guardedFetch(address, told);
  const options = {
    requestInit: { headers: { ...address.headers } },
    fetch: auth?.renewing?.(guarded) ?? guarded,
    ...(auth ? { authProvider: auth.provider } : {}),
  };
  for (let signIns = 0; ; signIns++) {
    const transport = new StreamableHTTPClientTransport(url, options);
    try {
      return await connected(transport, prepare);
    } catch (error) {
      if (await hasSignedIn(error, transport, auth, signIns)) continue;
      if (error instanceof UnauthorizedError || error instanceof NeedsSignIn) throw error;
      if (!isOfOlderServer(error)) throw error;
      const older = new SSEClientTransport(url, { ...options, fetch: givingUp(options.fetch) });
      return connected(older, prepare).catch(() => {
        throw error;
      });
    }
  }
}

/**
 * Whether a server may answer to the older transport only: https://modelcontextprotocol.io, "Backwards
 * compatibility".
 */
const isOfOlderServer = (error: unknown): boolean =>
  error instanceof StreamableHTTPError && error.code !== 401 && error.code !== 403;

/** The older transport signs in anew whenever it is refused, as often as a server does that. */
function givingUp(send: typeof fetch): typeof fetch {
  let refusals = 0;
  return async (url, init) => {
    const response = await send(url, init);
    if (response.status === 401 && ++refusals > SIGN_INS) {
      await response.body?.cancel();
      throw new Error('the server refuses who has just signed in');
    }
    return response;
  };
}

/**
 * Signs in where a server refuses for want of that, and somebody is there who can; says whether it may be
 * tried again.
 */
async function hasSignedIn(
  error: unknown,
  transport: unknown,
  auth: McpAuth | undefined,
  signIns: number,
): Promise<boolean> {
  const code = auth?.code;
  if (!(error instanceof UnauthorizedError) || code === undefined || signIns >= SIGN_INS) return false;
  if (!(transport instanceof StreamableHTTPClientTransport)) return false;
  await transport.finishAuth(await code());
  return true;
}

/** Uses a connection, with another sign-in where a server wants more rights for it. */
export async function signedIn<T>(
  client: Client,
  auth: McpAuth | undefined,
  use: () => Promise<T>,
): Promise<T> {
  for (let signIns = 0; ; signIns++) {
    try {
      return await use();
    } catch (error) {
      if (!(await hasSignedIn(error, client.transport, auth, signIns))) throw error;
    }
  }
}

async function connected(transport: Transport, prepare: Prepare): Promise<Client> {
  const capabilities = { elicitation: { form: { applyDefaults: true } } };
  const client = new Client({ name: 'ml-intern', version: '1' }, { capabilities });
  prepare(client);
  transport.onmessage = shortenQuestion;
  try {
    await client.connect(transport);
  } catch (error) {
    await transport.close().catch(() => {}); // the older one would go on connecting by itself, every 3 s
    const words = lastWords(transport);
    throw words === undefined ? error : new Error(words, { cause: error });
  }
  return client;
}
