import type OpenAI from 'openai';
import type {
  ChatCompletionCreateParamsStreaming,
  ChatCompletionMessageParam,
} from 'openai/resources/chat/completions';
import type { ModelAnswer } from './answer.ts';
import { eventsOf } from './events.ts';
import { messagesFor } from './messages.ts';
import { effortFor, type Quirks } from './quirks.ts';
import { PROVIDER_HEADER } from './refusals.ts';
import type { ModelRequest } from './request.ts';
import { toolsFor } from './schemas/tools.ts';
import { AnswerAssembly } from './stream.ts';
import type { Target } from './target.ts';

/**
 * One request over the chat completions API. `alive` is called whenever something comes, and told whether it
 * is a part of the answer.
 */
export async function overChat(
  client: OpenAI,
  { endpoint, quirks, maxOutputTokens }: Target,
  request: ModelRequest,
  signal: AbortSignal,
  alive: (isAnswer?: boolean) => void,
): Promise<ModelAnswer> {
  const assembly = new AnswerAssembly();
  const effort = endpoint.takesEffort ? effortFor(quirks, request.effort) : undefined;
  const body: ChatCompletionCreateParamsStreaming = {
    model: endpoint.model,
    messages: cached(messagesFor(request.messages, quirks), quirks, isAnthropic(endpoint.model)),
    ...(request.tools.length > 0 ? { tools: toolsFor(request.tools, endpoint, quirks) } : {}),
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
  const response = await client.chat.completions
    .create(body, {
      signal,
      // The router sends requests of a session to where their beginning is cached.
      headers: endpoint.isRouter && request.sessionId ? { 'X-HF-Session-id': request.sessionId } : {},
    })
    .asResponse();
  for await (const event of eventsOf(response, alive)) {
    if (event === 'end') {
      assembly.add(event);
      break;
    }
    alive(true);
    if (assembly.add(event)) request.onText(assembly.text);
  }
  const provider = response.headers.get(PROVIDER_HEADER) ?? assembly.provider;
  return { ...assembly.finish(), provider };
}

const isAnthropic = (model: string): boolean => /(?:^|\/)claude|^anthropic\//.test(model);

/** With marks where the provider caches by them. */
function cached(
  messages: ChatCompletionMessageParam[],
  quirks: Quirks,
  isMarked: boolean,
): ChatCompletionMessageParam[] {
  if (!isMarked || quirks.omitted.has('cache_control')) return messages;
  const last = messages.findLastIndex(({ role }) => role === 'user');
  return messages.map((message, i) => (i === 0 || i === last ? marked(message) : message));
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
