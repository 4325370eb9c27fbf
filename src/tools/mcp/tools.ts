import { isDeepStrictEqual } from 'node:util';
import { orAborted } from '../../lib/abort.ts';
import { type Clock, systemClock } from '../../lib/clock.ts';
import { cut, wholeBeginning } from '../../lib/cut.ts';
import { messageOf } from '../../lib/errors.ts';
import { parsedJson } from '../../lib/json.ts';
import type { Logger } from '../../lib/log.ts';
import { type ApprovalRequest, previewOf } from '../../session/tool-calls.ts';
import type { Tool, ToolContext, ToolResult } from '../tool.ts';
import { connectMcp, isForgotten, type McpConnection, type McpEndpoint } from './connection.ts';
import { type ActiveCall, elicited } from './elicitation.ts';
import type { ListedTool } from './listing.ts';
import { resourceAndPromptTools } from './resources-and-prompts.ts';
import { CallResult, resultOf } from './result.ts';
import { labelOf, stepOf } from './steps.ts';

/**
 * When a server's tools are asked about: never, where they may destroy something, where they do not say that
 * they only read, or always.
 */
type McpApproval = 'never' | 'destructive' | 'writes' | 'always';

export type McpServer = {
  endpoint: McpEndpoint;
  approval: McpApproval;
  /** Tools of it that are not offered. */
  hide: readonly string[];
  /** Whether its resources and its prompts are offered as tools. */
  resources: boolean;
  prompts: boolean;
  timeoutMs: number;
};

/** How a server stands, for people. */
type McpState = { name: string; tools: number; problem: string | undefined };

/** The tools of all servers, as they are now. */
export type McpTools = {
  /**
   * Resolves when every server has been tried once, or has had a fair time for it; rejects when `signal`
   * aborts.
   */
  tried(signal: AbortSignal): Promise<void>;
  /** Names of the servers that can't be used now. */
  away(): string[];
  /** Those of the servers that `isFor` names; names that are taken get the server's name before them. */
  offered(taken: readonly string[], isFor?: (server: string) => boolean): Tool[];
  stop(): Promise<void>;
};

type McpOptions = {
  /** Told of each server when that changes, and every `everyMs`. */
  noted?: (state: McpState) => void;
  everyMs?: number;
  /**
   * How long servers are waited for before the agent works without their tools: programs are often fetched
   * first.
   */
  firstMs?: number;
  /** Takes secrets out of what a server says before it ends. */
  clean?: (text: string) => string;
};

export function createMcpTools(
  servers: Readonly<Record<string, McpServer>>,
  log: Logger,
  clock: Clock,
  { noted = () => {}, everyMs = 60_000, firstMs = 20_000, clean = (text) => text }: McpOptions = {},
): McpTools {
  const connections = Object.entries(servers).map(([name, server]) => {
    const active = new Set<ActiveCall>();
    const connection: McpConnection = connectMcp({
      name,
      endpoint: server.endpoint,
      log,
      clock,
      clean,
      changed: () => note(connection),
      asked: (question) => elicited(name, question, active),
    });
    return { server, connection, active };
  });
  function note(connection: McpConnection) {
    noted({ name: connection.name, tools: connection.tools().length, problem: connection.problem() });
  }
  const timer = setInterval(() => {
    for (const { connection } of connections) note(connection);
  }, everyMs);
  const stopping = new AbortController();
  const tried = Promise.race([
    Promise.all(connections.map(({ connection }) => connection.tried)),
    systemClock.sleep(firstMs, stopping.signal).catch(() => {}), // stopped
  ]).then(() => stopping.abort());
  return {
    tried: (signal) => orAborted(tried, signal),
    away: () =>
      connections.flatMap(({ connection: { name, problem } }) => (problem() === undefined ? [] : [name])),
    offered(taken, isFor = () => true) {
      const names = new Set(taken);
      const own = connections.filter(({ connection: { name } }) => isFor(name));
      return own.flatMap(({ server, connection, active }) =>
        connection
          .tools()
          .filter(({ name }) => !server.hide.includes(name))
          .map((tool) => toolOf(tool, connection, server, active))
          .concat(resourceAndPromptTools(connection, server))
          .map((tool) => {
            const name = nameFor(tool.name, connection.name, names);
            names.add(name);
            return { ...tool, name };
          }),
      );
    },
    async stop() {
      clearInterval(timer);
      stopping.abort();
      await Promise.all(connections.map(({ connection }) => connection.stop()));
    },
  };
}

/** What model providers take as a tool's name: https://platform.openai.com/docs/api-reference/chat/create. */
const NAME_CHARACTERS = 64;

/**
 * With the server's name where it is taken, and with a number where that is, too: providers refuse two of one
 * name.
 */
function nameFor(name: string, server: string, taken: ReadonlySet<string>): string {
  // Gemini wants a letter first.
  const clean = (text: string, room = NAME_CHARACTERS) =>
    text
      .replace(/[^\w-]+/g, '_')
      .replace(/^(?=[\d-])/, '_')
      .slice(0, room);
  const wished = [clean(name), clean(`${server}_${name}`)].find((text) => !taken.has(text));
  if (wished !== undefined) return wished;
  for (let number = 2; ; number++) {
    const numbered = `${clean(`${server}_${name}`, NAME_CHARACTERS - 5)}_${number}`;
    if (!taken.has(numbered)) return numbered;
  }
}

const DESCRIPTION_CHARACTERS = 1_500;
const SUMMARY_CHARACTERS = 80;

function toolOf(
  tool: ListedTool,
  connection: McpConnection,
  server: McpServer,
  active: Set<ActiveCall>,
): Tool {
  const { annotations: hints = {}, inputSchema } = tool;
  // What a server does not say of a tool counts as dangerous: https://modelcontextprotocol.io,
  // ToolAnnotations.
  const isReadOnly = hints.readOnlyHint === true;
  const isDestructive = !isReadOnly && hints.destructiveHint !== false;
  const mayRepeat = isReadOnly || hints.idempotentHint === true;
  const isAsked = {
    never: false,
    destructive: isDestructive,
    writes: !isReadOnly,
    always: true,
  }[server.approval];
  const about = (args: Readonly<Record<string, unknown>>) => cut(JSON.stringify(args), SUMMARY_CHARACTERS);
  return {
    name: tool.name,
    description: wholeBeginning(
      `${tool.description ?? tool.title ?? tool.name} (from the MCP server "${connection.name}")`,
      DESCRIPTION_CHARACTERS,
    ),
    asks: isAsked ? 'always' : 'never',
    research: false,
    actsAsOwner: false,
    timeline: 'every_call',
    parameters: inputSchema,
    prepare(argumentsText) {
      const args = objectIn(argumentsText);
      if (args === undefined) return { ok: false, error: 'The arguments are not a JSON object.' };
      return {
        ok: true,
        call: {
          operation: tool.name,
          unasked: isAsked ? undefined : whyUnasked(server.approval, isReadOnly),
          approval: async () => (isAsked ? requestFor(tool, connection.name, args) : undefined),
          timeoutMs: LONGEST_MS,
          async run(context) {
            if (isAsked && !isFor(context.approved, factsOf(tool, connection.name)))
              return { kind: 'failed', output: ANOTHER_TOOL };
            return call(tool.name, args, { connection, server, active }, context);
          },
          recover: mayRepeat ? async () => ({ kind: 'not_started' }) : undefined,
          isLookUp: false,
          source: undefined,
          jobId: undefined,
        },
      };
    },
    step: (argumentsText) => stepOf(tool, connection.name, objectIn(argumentsText)),
    summary(argumentsText) {
      const args = objectIn(argumentsText);
      return args ? about(args) : '';
    },
  };
}

const whyUnasked = (approval: McpApproval, isReadOnly: boolean): string =>
  isReadOnly && approval !== 'never'
    ? 'its server says that it only reads'
    : 'the config says so of its server';

function requestFor(tool: ListedTool, server: string, args: Record<string, unknown>): ApprovalRequest {
  return {
    title: `Use ${labelOf(tool)} of ${server}`,
    facts: factsOf(tool, server),
    warnings: ['What it does is up to that server, and may not be undone.'],
    preview: previewOf(JSON.stringify(args, null, 2), 'json'),
    estimate: { usd: 0, reason: 'what it costs there is up to that server' },
    isAlwaysAsked: true,
  };
}

const factsOf = ({ name }: ListedTool, server: string): ApprovalRequest['facts'] => [
  { label: 'Tool', value: name },
  { label: 'Server', value: server },
];

/**
 * Names move between servers as these come and go, after a restart too: what people said yes to is one tool
 * of one server.
 */
function isFor(approved: ApprovalRequest | undefined, facts: ApprovalRequest['facts']): boolean {
  const values = (of: ApprovalRequest['facts'] | undefined) => of?.map(({ value }) => value);
  return isDeepStrictEqual(values(approved?.facts), values(facts));
}

const ANOTHER_TOOL =
  'Nothing was done: by this name there was another tool when the call was proposed. Propose it again.';

/** With the time that people take to answer what a server asks. */
const LONGEST_MS = 60 * 60_000;

async function call(
  name: string,
  args: Record<string, unknown>,
  { connection, server, active }: { connection: McpConnection; server: McpServer; active: Set<ActiveCall> },
  { sessionId, signal, show, assertHeld, ask }: ToolContext,
): Promise<ToolResult> {
  const silence = silenceTimer(server.timeoutMs);
  const own: ActiveCall = {
    sessionId,
    async ask(question) {
      silence.stop();
      return ask(question).finally(silence.restart);
    },
  };
  async function once(): Promise<ToolResult> {
    const client = await connection.client();
    assertHeld();
    active.add(own);
    silence.restart();
    const params = { name, arguments: args };
    const result = await client.request({ method: 'tools/call', params }, CallResult, {
      signal: AbortSignal.any([signal, silence.signal]),
      timeout: LONGEST_MS,
      onprogress: ({ progress, total, message }) => {
        silence.restart();
        show(message ?? (total === undefined ? String(progress) : `${progress} of ${total}`));
      },
    });
    return resultOf(result);
  }
  try {
    return await once().catch((error: unknown) => {
      if (isForgotten(error)) return once();
      throw error;
    });
  } catch (error) {
    signal.throwIfAborted();
    if (!silence.signal.aborted) return { kind: 'failed', output: connection.flood() ?? messageOf(error) };
    return {
      kind: 'failed',
      output: `The server said nothing for ${server.timeoutMs / 1000} s, so the call was given up.`,
    };
  } finally {
    active.delete(own);
    silence.stop();
  }
}

/** Aborts after a time in which nothing was heard. */
function silenceTimer(ms: number) {
  const over = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const stop = () => clearTimeout(timer);
  return {
    signal: over.signal,
    stop,
    restart() {
      stop();
      timer = setTimeout(() => over.abort(new Error('nothing was heard')), ms);
    },
  };
}

/** Models send an empty text for a call without arguments. */
function objectIn(text: string): Record<string, unknown> | undefined {
  const value = text.trim() === '' ? {} : parsedJson(text);
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Record<string, unknown>) : undefined;
}
