import type OpenAI from 'openai';
import type { ChatCompletionCreateParamsStreaming } from 'openai/resources/chat/completions';
import type { ModelAnswer } from './answer.ts';
import { cacheKeyOf, marked } from './caching.ts';
import { eventsOf } from './events.ts';
import { messagesFor } from './messages.ts';
import { namesOffered } from './offered.ts';
import { effortFor } from './quirks.ts';
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
  target: Target,
  request: ModelRequest,
  signal: AbortSignal,
  alive: (isAnswer?: boolean) => void,
): Promise<ModelAnswer> {
  const assembly = new AnswerAssembly();
  const response = await client.chat.completions
    .create(chatBody(target, request), {
      signal,
      // The router sends requests of a session to where their beginning is cached.
      headers: target.endpoint.isRouter && request.sessionId ? { 'X-HF-Session-id': request.sessionId } : {},
    })
    .asResponse();
  for await (const event of eventsOf(response, alive)) {
    if (event === 'end') {
      assembly.add(event);
      break;
    }
    const before = assembly.size;
    const hasChanged = assembly.add(event);
    if (assembly.size > before) alive(true);
    if (hasChanged) request.onText(assembly.text);
  }
  const provider = response.headers.get(PROVIDER_HEADER) ?? assembly.provider;
  return { ...assembly.finish(namesOffered(request)), provider };
}

/** What is sent. Requests of a session begin alike to the byte: providers cache by that. */
export function chatBody(
  { endpoint, quirks, maxOutputTokens }: Target,
  request: Omit<ModelRequest, 'signal' | 'onText'>,
): ChatCompletionCreateParamsStreaming {
  const effort = endpoint.takesEffort ? effortFor(quirks, request.effort) : undefined;
  return {
    model: endpoint.model,
    messages: marked(messagesFor(request.messages, quirks), endpoint, quirks),
    ...(request.tools.length > 0 ? { tools: toolsFor(request.tools, endpoint, quirks) } : {}),
    ...(request.tools.length > 0 && request.toolChoice && !quirks.omitted.has('tool_choice')
      ? { tool_choice: request.toolChoice }
      : {}),
    ...(quirks.tokenLimit === 'none'
      ? {}
      : { [quirks.tokenLimit]: request.maxOutputTokens ?? maxOutputTokens }),
    // The levels are the providers' own words; the client's type knows OpenAI's only.
    ...(effort ? { reasoning_effort: effort as 'high' } : {}),
    ...cacheKeyOf(endpoint, quirks, request.sessionId),
    stream: true,
    ...(quirks.omitted.has('stream_options') ? {} : { stream_options: { include_usage: true } }),
  };
}
