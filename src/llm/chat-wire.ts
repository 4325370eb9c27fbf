import type OpenAI from 'openai';
import type {
  ChatCompletionCreateParamsStreaming,
  ChatCompletionMessageParam,
} from 'openai/resources/chat/completions';
import type { ModelAnswer } from './answer.ts';
import { effortFor, type Quirks } from './quirks.ts';
import type { ModelRequest } from './request.ts';
import { AnswerAssembly } from './stream.ts';
import type { Target } from './target.ts';

/** One request over the chat completions API. `alive` is called whenever something comes. */
export async function overChat(
  client: OpenAI,
  { endpoint, quirks, maxOutputTokens }: Target,
  request: ModelRequest,
  signal: AbortSignal,
  alive: (hasText: boolean) => void,
): Promise<ModelAnswer> {
  const assembly = new AnswerAssembly();
  const effort = endpoint.takesEffort ? effortFor(quirks, request.effort) : undefined;
  const body: ChatCompletionCreateParamsStreaming = {
    model: endpoint.model,
    messages: messagesFor(request.messages, quirks, isAnthropic(endpoint.model)),
    ...(request.tools.length > 0 ? { tools: request.tools } : {}),
    ...(request.tools.length > 0 && request.toolChoice && !quirks.omitted.has('tool_choice')
      ? { tool_choice: request.toolChoice }
      : {}),
    ...(quirks.tokenLimit === 'none'
      ? {}
      : { [quirks.tokenLimit]: request.maxOutputTokens ?? maxOutputTokens }),
    // The levels are the providers' own words; the client's type knows OpenAI's only.
    ...(effort ? { reasoning_effort: effort as 'high' } : {}),
    ...(endpoint.provider === 'openai' && request.sessionId && !quirks.omitted.has('prompt_cache_key')
      ? { prompt_cache_key: request.sessionId }
      : {}),
    stream: true,
    ...(quirks.omitted.has('stream_options') ? {} : { stream_options: { include_usage: true } }),
  };
  const stream = await client.chat.completions.create(body, {
    signal,
    // The router sends requests of a session to where their beginning is cached.
    headers: endpoint.isRouter && request.sessionId ? { 'X-HF-Session-id': request.sessionId } : {},
  });
  for await (const chunk of stream) {
    const hasGrown = assembly.add(chunk);
    alive(hasGrown);
    if (hasGrown) request.onText(assembly.text);
  }
  return assembly.finish();
}

const isAnthropic = (model: string): boolean => /(?:^|\/)claude|^anthropic\//.test(model);

/**
 * Messages as this model takes them: without what it has turned down, and with marks where its provider
 * caches by them.
 */
function messagesFor(
  messages: readonly ChatCompletionMessageParam[],
  quirks: Quirks,
  isMarked: boolean,
): ChatCompletionMessageParam[] {
  const plain = quirks.omitted.has('reasoning_content') ? messages.map(withoutReasoning) : [...messages];
  if (!isMarked || quirks.omitted.has('cache_control')) return plain;
  const last = plain.findLastIndex(({ role }) => role === 'user');
  return plain.map((message, i) => (i === 0 || i === last ? marked(message) : message));
}

function withoutReasoning(message: ChatCompletionMessageParam): ChatCompletionMessageParam {
  const { reasoning_content: _reasoning, ...rest } = message as ChatCompletionMessageParam & {
    reasoning_content?: string;
  };
  return rest;
}

/**
 * Anthropic caches up to where it is told to:
 * https://docs.anthropic.com/en/docs/build-with-claude/prompt-caching.
 */
function marked(message: ChatCompletionMessageParam): ChatCompletionMessageParam {
  if ((message.role !== 'system' && message.role !== 'user') || typeof message.content !== 'string')
    return message;
  const part = { type: 'text' as const, text: message.content, cache_control: { type: 'ephemeral' } };
  return { ...message, content: [part] };
}
