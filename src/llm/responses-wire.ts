import type OpenAI from 'openai';
import type {
  ChatCompletionMessageParam,
  ChatCompletionTool,
  ChatCompletionUserMessageParam,
} from 'openai/resources/chat/completions';
import type {
  FunctionTool,
  ResponseCreateParamsStreaming,
  ResponseInputItem,
  ResponseInputMessageContentList,
} from 'openai/resources/responses/responses';
import type { ModelAnswer } from './answer.ts';
import { cacheKeyOf } from './caching.ts';
import { eventsOf } from './events.ts';
import { messagesFor } from './messages.ts';
import { namesOffered } from './offered.ts';
import { effortFor } from './quirks.ts';
import type { ModelRequest } from './request.ts';
import { ResponsesAssembly } from './responses-stream.ts';
import { toolsFor } from './schemas/tools.ts';
import type { Target } from './target.ts';

/** One request over the Responses API: the same conversation, nothing kept by the provider. */
export async function overResponses(
  client: OpenAI,
  { endpoint, quirks, maxOutputTokens }: Target,
  request: ModelRequest,
  signal: AbortSignal,
  alive: (isAnswer?: boolean) => void,
): Promise<ModelAnswer> {
  const effort = endpoint.takesEffort ? effortFor(quirks, request.effort) : undefined;
  const body: ResponseCreateParamsStreaming = {
    model: endpoint.model,
    // Thoughts go back there by their ids alone, which nobody keeps.
    input: messagesFor(request.messages, { ...quirks, reasoning: 'none' }).flatMap(itemsOf),
    ...(request.tools.length > 0 ? { tools: toolsFor(request.tools, endpoint, quirks).flatMap(toolOf) } : {}),
    ...(request.tools.length > 0 && request.toolChoice && !quirks.omitted.has('tool_choice')
      ? { tool_choice: request.toolChoice }
      : {}),
    ...(quirks.tokenLimit === 'none'
      ? {}
      : { max_output_tokens: request.maxOutputTokens ?? maxOutputTokens }),
    ...(effort ? { reasoning: { effort: effort as 'high' } } : {}),
    ...cacheKeyOf(endpoint, quirks, request.sessionId),
    store: false,
    stream: true,
  };
  const assembly = new ResponsesAssembly();
  const response = await client.responses.create(body, { signal }).asResponse();
  for await (const event of eventsOf(response, alive)) {
    const before = assembly.size;
    const hasChanged = assembly.add(event);
    if (event === 'end') break;
    if (assembly.size > before) alive(true);
    if (hasChanged) request.onText(assembly.text);
  }
  return assembly.finish(namesOffered(request));
}

/** A message of the chat completions API as items of this one. */
function itemsOf(message: ChatCompletionMessageParam): ResponseInputItem[] {
  switch (message.role) {
    case 'system':
    case 'developer':
      return [{ role: 'system', content: textOf(message.content) }];
    case 'user':
      return [{ role: 'user', content: partsOf(message.content) }];
    case 'assistant': {
      const text = textOf(message.content ?? '');
      const calls = (message.tool_calls ?? []).flatMap((call): ResponseInputItem[] =>
        call.type === 'function'
          ? [
              {
                type: 'function_call',
                call_id: call.id,
                name: call.function.name,
                arguments: call.function.arguments,
              },
            ]
          : [],
      );
      return [...(text ? [{ role: 'assistant' as const, content: text }] : []), ...calls];
    }
    case 'tool':
      return [
        { type: 'function_call_output', call_id: message.tool_call_id, output: textOf(message.content) },
      ];
    default:
      return [];
  }
}

type Content = ChatCompletionMessageParam['content'];

function textOf(content: Content): string {
  if (typeof content === 'string') return content;
  return (content ?? []).map((part) => ('text' in part ? part.text : '')).join('');
}

function partsOf(
  content: ChatCompletionUserMessageParam['content'],
): ResponseInputMessageContentList | string {
  if (typeof content === 'string') return content;
  return content.flatMap((part): ResponseInputMessageContentList => {
    if (part.type === 'text') return [{ type: 'input_text' as const, text: part.text }];
    if (part.type !== 'image_url') return [];
    return [{ type: 'input_image' as const, image_url: part.image_url.url, detail: 'auto' as const }];
  });
}

const toolOf = (tool: ChatCompletionTool): FunctionTool[] =>
  tool.type === 'function'
    ? [
        {
          type: 'function',
          name: tool.function.name,
          description: tool.function.description ?? '',
          parameters: tool.function.parameters ?? {},
          strict: false,
        },
      ]
    : [];
