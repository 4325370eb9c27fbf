import { type OAuthClientProvider, UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { getDefaultEnvironment, StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  type ElicitRequestFormParams,
  ElicitRequestSchema,
  type ElicitResult,
  type Tool as McpTool,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { orAborted } from '../../ops/abort.ts';
import type { Clock } from '../../ops/clock.ts';
import { messageOf } from '../../ops/errors.ts';
import type { Logger } from '../../ops/log.ts';
import { NeedsSignIn } from './oauth.ts';
import { allPages } from './pages.ts';

/** Where a server of the Model Context Protocol is: a process of ours, or an address. */
export type McpEndpoint =
  | { command: string; args: readonly string[]; env: Readonly<Record<string, string>> }
  | { url: string; headers: Readonly<Record<string, string>>; auth?: McpAuth };

/** How one signs in to a server by OAuth; `code` waits for what the server sends back with whoever signed in. */
export type McpAuth = { provider: OAuthClientProvider; code?: () => Promise<string> };

/** One server, for as long as the process lives. Its tools stay known while it is away. */
export type McpConnection = {
  name: string;
  tools(): readonly McpTool[];
  /** What keeps it from being used; undefined while it is connected. */
  problem(): string | undefined;
  /** Resolves when connecting has succeeded or failed for the first time. */
  tried: Promise<void>;
  /** The client, once it is connected; throws an Error in words while it is not. */
  client(): Promise<Client>;
  stop(): Promise<void>;
};

const WAITS_MS = [1_000, 5_000, 15_000, 60_000, 300_000] as const;

/** How long a call waits for a server that is just being connected. */
const PATIENCE_MS = 5_000;

/**
 * Connects to a server in the background, and again whenever it goes away, less and less often while that fails. A server
 * that is down stops nothing.
 */
export function connectMcp(
  name: string,
  endpoint: McpEndpoint,
  log: Logger,
  clock: Clock,
  changed: () => void,
  /** What the server asks people while one of its tools runs. */
  asked: (question: ElicitRequestFormParams) => Promise<ElicitResult>,
): McpConnection {
  const stopping = new AbortController();
  let known: readonly McpTool[] = [];
  let current: Client | undefined;
  let problem = 'it has not been reached yet';
  const tried = Promise.withResolvers<void>();
  let opening: Client | undefined;
  let lost = Promise.withResolvers<void>();
  let ready = Promise.withResolvers<void>();

  async function once(): Promise<void> {
    const client = await open(endpoint, (fresh) => {
      stopping.signal.throwIfAborted();
      opening = fresh;
      fresh.setRequestHandler(ElicitRequestSchema, async ({ params }) =>
        'requestedSchema' in params ? asked(params) : { action: 'decline' },
      );
    });
    try {
      await use(client);
    } catch (error) {
      await client.close();
      throw error;
    }
  }

  async function use(client: Client): Promise<void> {
    client.setNotificationHandler(ToolListChangedNotificationSchema, async () => {
      known = await list(client).catch(() => known); // the old ones are tried then
      changed();
    });
    lost = Promise.withResolvers<void>();
    client.onclose = () => lost.resolve();
    known = await list(client);
    current = client;
    ready.resolve();
    changed();
    log.info({ server: name, tools: known.length }, 'connected to an MCP server');
  }

  async function follow(): Promise<void> {
    for (let failures = 0; !stopping.signal.aborted; ) {
      try {
        await once().finally(tried.resolve);
        failures = 0;
        await lost.promise;
        problem = 'the connection was lost';
        if (!stopping.signal.aborted) log.warn({ server: name }, 'an MCP server went away');
      } catch (error) {
        problem = messageOf(error instanceof UnauthorizedError ? new NeedsSignIn(name) : error);
        log.warn({ server: name, problem }, 'an MCP server can’t be reached; it is tried again');
      }
      if (current) ready = Promise.withResolvers<void>();
      current = undefined;
      if (!stopping.signal.aborted) changed();
      const wait = WAITS_MS[Math.min(failures++, WAITS_MS.length - 1)] ?? 0;
      await clock.sleep(wait, stopping.signal).catch(() => {}); // stopped
    }
  }
  const following = follow();

  return {
    name,
    tools: () => known,
    problem: () => (current === undefined ? problem : undefined),
    tried: tried.promise,
    async client() {
      if (current === undefined) {
        const patience = AbortSignal.any([stopping.signal, AbortSignal.timeout(PATIENCE_MS)]);
        await orAborted(ready.promise, patience).catch(() => {}); // it is told below
      }
      if (current === undefined) throw new Error(`The MCP server "${name}" does not answer: ${problem}.`);
      return current;
    },
    async stop() {
      stopping.abort();
      await opening?.close(); // the current one, or one that still waits for its server's first words
      lost.resolve();
      await following;
    },
  };
}

type Prepare = (client: Client) => void;

/** Connects once; throws where that fails. */
export async function open(endpoint: McpEndpoint, prepare: Prepare): Promise<Client> {
  if ('command' in endpoint) {
    const { command, args, env } = endpoint;
    return connected(
      new StdioClientTransport({
        command,
        args: [...args],
        env: { ...getDefaultEnvironment(), ...env }, // nothing of the bot's own environment
        stderr: 'ignore',
      }),
      prepare,
    );
  }
  return openAddress(endpoint, prepare);
}

/** Times that somebody is asked to sign in for one connection: a server may want more rights after the first. */
const SIGN_INS = 3;

async function openAddress(
  { url: address, headers, auth }: Extract<McpEndpoint, { url: string }>,
  prepare: Prepare,
): Promise<Client> {
  const url = new URL(address);
  const options = {
    requestInit: { headers: { ...headers } },
    ...(auth ? { authProvider: auth.provider } : {}),
  };
  for (let signIns = 0; ; signIns++) {
    const transport = new StreamableHTTPClientTransport(url, options);
    try {
      return await connected(transport, prepare);
    } catch (error) {
      if (await hasSignedIn(error, transport, auth, signIns)) continue;
      if (error instanceof UnauthorizedError || error instanceof NeedsSignIn) throw error;
      // An older server answers to the older transport only: https://modelcontextprotocol.io, "Backwards compatibility".
      return connected(new SSEClientTransport(url, options), prepare).catch(() => {
        throw error;
      });
    }
  }
}

/** Signs in where a server refuses for want of that, and somebody is there who can; says whether it may be tried again. */
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
  await client.connect(transport);
  return client;
}

const list = (client: Client): Promise<McpTool[]> =>
  allPages(async (at) => {
    const { tools, nextCursor } = await client.listTools(at);
    return { items: tools, nextCursor };
  });
