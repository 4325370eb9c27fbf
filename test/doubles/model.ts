import { type ChatCompletionRequest, type FixtureResponse, LLMock } from '@copilotkit/aimock';
import { sleep } from './http.ts';

/** What the model says next. `delayMs` is thinking time before the first chunk. */
export type Reply = {
  text?: string;
  calls?: readonly { name: string; arguments: unknown; id?: string }[];
  finish?: 'stop' | 'length' | 'content_filter';
  usage?: { input: number; output: number };
  /** An error instead of an answer. */
  error?: { status: number; message?: string; code?: string; param?: string; retryAfter?: number };
  /** What it thinks before it speaks. */
  reasoning?: string;
  delayMs?: number;
  /** Holds the answer back until then. */
  until?: Promise<unknown>;
  /** Never answers: the client has to give up. */
  hangs?: true;
  /** The connection breaks after the first chunks of the answer. */
  breaks?: true;
  /** Nothing comes after the first chunks of the answer, and the connection stays. */
  stalls?: true;
};

const CLOSE_MS = 300;

/** How many chunks of an answer that stalls come: enough for its beginning to be shown. */
const BEFORE_STALL = 25;
const DAY_MS = 86_400_000;

/** Decides from what it was sent. */
export type ModelScript = (request: ChatCompletionRequest) => Reply;

export type ModelDouble = {
  baseUrl: string;
  /** Every request since the start, in order. */
  requests: ChatCompletionRequest[];
  /** Histories that it turned down, and why. */
  refusals: string[];
  script: ModelScript;
  close(): Promise<void>;
};

/**
 * An OpenAI-compatible model that follows a script, on the server of @copilotkit/aimock: it streams text and
 * tool calls in small chunks, with usage at the end. Like the real API it turns down a history in which a
 * tool call has no result or a result no call.
 */
export async function startModelDouble(
  script: ModelScript,
  options: { port?: number; chunkMs?: number; chunkSize?: number } = {},
): Promise<ModelDouble> {
  const mock = new LLMock({
    host: '127.0.0.1',
    port: options.port ?? 0,
    latency: options.chunkMs ?? 0,
    chunkSize: options.chunkSize ?? 24,
    journalMaxEntries: 1,
  });
  const double: ModelDouble = {
    baseUrl: '',
    requests: [],
    refusals: [],
    script,
    // A request that hangs would keep its connection, and so the server, for seconds.
    close: () => Promise.race([mock.stop().catch(() => {}), sleep(CLOSE_MS)]),
  };
  const replies = new WeakMap<ChatCompletionRequest, Reply>();
  function replyTo(request: ChatCompletionRequest): Reply {
    const known = replies.get(request);
    if (known) return known;
    double.requests.push(request);
    const problem = problemOf(request.messages);
    if (problem) double.refusals.push(problem);
    const reply = problem ? { error: { status: 400, message: problem } } : double.script(request);
    replies.set(request, reply);
    return reply;
  }
  const answer = (request: ChatCompletionRequest) => responseOf(replyTo(request), request);
  mock.on({ predicate: (request) => replyTo(request).breaks === true }, answer, {
    truncateAfterChunks: 3,
  });
  const chunkMs = options.chunkMs ?? 0;
  const interChunkDelaysMs = [...Array.from({ length: BEFORE_STALL }, () => chunkMs), DAY_MS];
  mock.on({ predicate: (request) => replyTo(request).stalls === true }, answer, {
    recordedTimings: { ttftMs: 0, interChunkDelaysMs, totalDurationMs: DAY_MS },
  });
  mock.on({ predicate: () => true }, answer);
  await mock.start();
  double.baseUrl = `${mock.url}/v1`;
  return double;
}

async function responseOf(reply: Reply, request: ChatCompletionRequest): Promise<FixtureResponse> {
  if (reply.hangs) await new Promise(() => {});
  await reply.until;
  if (reply.delayMs) await new Promise((resolve) => setTimeout(resolve, reply.delayMs));
  if (reply.error) {
    const { status, message = 'scripted error', code, param, retryAfter } = reply.error;
    return {
      error: { message, type: 'scripted', ...(code ? { code } : {}), ...(param ? { param } : {}) },
      status,
      ...(retryAfter === undefined ? {} : { retryAfter }),
    };
  }
  const input = reply.usage?.input ?? Math.ceil(JSON.stringify(request.messages).length / 4);
  const output = reply.usage?.output ?? Math.ceil(JSON.stringify(reply).length / 4);
  const usage = {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
  };
  const common = {
    usage,
    ...(reply.finish ? { finishReason: reply.finish } : {}),
    ...(reply.reasoning ? { reasoning: reply.reasoning } : {}),
  };
  const toolCalls = (reply.calls ?? []).map((call) => ({
    name: call.name,
    arguments: typeof call.arguments === 'string' ? call.arguments : JSON.stringify(call.arguments),
    ...(call.id ? { id: call.id } : {}),
  }));
  if (toolCalls.length === 0) return { content: reply.text ?? '', ...common };
  return reply.text ? { content: reply.text, toolCalls, ...common } : { toolCalls, ...common };
}

/** What OpenAI's API says about a history that is out of order; undefined for a valid one. */
function problemOf(messages: ChatCompletionRequest['messages']): string | undefined {
  let open: string[] = [];
  for (const message of messages) {
    if (message.role === 'tool') {
      const index = open.indexOf(message.tool_call_id ?? '');
      if (index === -1) return `a result for "${message.tool_call_id}" without its call`;
      open.splice(index, 1);
      continue;
    }
    if (open.length > 0) return `tool_call_ids without results: ${open.join(', ')}`;
    open = (message.tool_calls ?? []).map((call) => call.id);
    const broken = (message.tool_calls ?? []).find((call) => !isJson(call.function.arguments));
    if (broken) return `the arguments of ${broken.id} are not JSON`;
  }
  return open.length > 0 ? `tool_call_ids without results: ${open.join(', ')}` : undefined;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The last thing that was said to the model, as text. */
export function lastText(request: ChatCompletionRequest): string {
  const content = request.messages.at(-1)?.content;
  return typeof content === 'string' ? content : '';
}
