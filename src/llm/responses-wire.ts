import type OpenAI from 'openai';
import type {
  ChatCompletionMessageParam,
  ChatCompletionTool,
  ChatCompletionUserMessageParam,
} from 'openai/resources/chat/completions';
import type {
  FunctionTool,
  Response,
  ResponseCreateParamsStreaming,
  ResponseInputItem,
  ResponseInputMessageContentList,
  ResponseUsage,
} from 'openai/resources/responses/responses';
import { assertEnds, checked, type ModelAnswer, type TokenUsage, tokenCount } from './answer.ts';
import { cacheKeyOf } from './caching.ts';
import { ModelError } from './errors.ts';
import { messagesFor } from './messages.ts';
import { effortFor } from './quirks.ts';
import type { ModelRequest } from './request.ts';
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
  const stream = await client.responses.create(body, { signal });
  let text = '';
  let response: Response | undefined;
  for await (const event of stream) {
    alive(true);
    switch (event.type) {
      case 'response.output_text.delta':
        text += event.delta;
        assertEnds(text.length, 0);
        request.onText(text);
        break;
      case 'response.completed':
      case 'response.incomplete':
        response = event.response;
        break;
      case 'response.failed':
        throw failureOf(event.response);
      case 'error':
        throw new ModelError('unavailable', event.message);
      default:
        break; // parts of what comes whole at the end
    }
  }
  if (response === undefined) throw new ModelError('network', 'the stream ended before the answer did');
  return answerOf(response);
}

function failureOf({ error }: Response): ModelError {
  if (error?.code === 'rate_limit_exceeded') return new ModelError('rate_limit', error.message);
  return new ModelError('unavailable', error?.message ?? 'the response failed');
}

function answerOf(response: Response): ModelAnswer {
  const { usage, incomplete_details: incomplete } = response;
  const calls = response.output.flatMap((item) =>
    item.type === 'function_call'
      ? [{ providerId: item.call_id, name: item.name, arguments: item.arguments }]
      : [],
  );
  const text = response.output
    .flatMap((item) => (item.type === 'message' ? item.content : []))
    .map((part) => (part.type === 'output_text' ? part.text : part.refusal))
    .join('');
  return checked({
    text,
    reasoning: '', // it is kept by the provider's rules only with its signature, and so not given back
    calls,
    isTruncated: incomplete?.reason === 'max_output_tokens',
    isFiltered: incomplete?.reason === 'content_filter',
    usage: usage && counted(usage),
  });
}

/** Only what is told: other servers than OpenAI's answer on this route, too. */
function counted(usage: ResponseUsage): Partial<TokenUsage> {
  const counts = {
    inputTokens: tokenCount(usage.input_tokens),
    cachedTokens: tokenCount(usage.input_tokens_details?.cached_tokens),
    outputTokens: tokenCount(usage.output_tokens),
  };
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== undefined));
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
