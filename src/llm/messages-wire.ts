import type OpenAI from 'openai';
import type {
  ChatCompletionContentPart,
  ChatCompletionMessageParam,
  ChatCompletionMessageToolCall,
} from 'openai/resources/chat/completions';
import { parsedJson } from '../lib/json.ts';
import type { ModelAnswer } from './answer.ts';
import { marked } from './caching.ts';
import { eventsOf, isObject } from './events.ts';
import { messagesFor } from './messages.ts';
import { chunksOfMessage } from './messages-stream.ts';
import { namesOffered } from './offered.ts';
import { effortFor } from './quirks.ts';
import type { ModelRequest } from './request.ts';
import { toolsFor } from './schemas/tools.ts';
import { AnswerAssembly } from './stream.ts';
import type { Target } from './target.ts';

/**
 * One request over Anthropic's own Messages API: https://platform.claude.com/docs/en/api/messages. Its
 * endpoint for chat completions caches nothing.
 */
export async function overMessages(
  client: OpenAI,
  target: Target,
  request: ModelRequest,
  signal: AbortSignal,
  alive: (isAnswer?: boolean) => void,
): Promise<ModelAnswer> {
  const assembly = new AnswerAssembly();
  const response = await client
    .post<Response>('/messages', {
      body: messagesBody(target, request),
      signal,
      headers: { authorization: null, 'x-api-key': target.endpoint.apiKey, 'anthropic-version': VERSION },
    })
    .asResponse();
  for await (const event of eventsOf(response, alive)) {
    const before = assembly.size;
    for (const chunk of event === 'end' ? [event] : chunksOfMessage(event)) {
      if (assembly.add(chunk)) request.onText(assembly.text);
    }
    if (assembly.size > before) alive(true);
  }
  return assembly.finish(namesOffered(request));
}

const VERSION = '2023-06-01';

/** What an answer may have where more was refused: what all models take, of newer and of older ones. */
const SMALLER = { max_tokens: Number.POSITIVE_INFINITY, max_completion_tokens: 8_192, none: 4_096 };

type Block = Readonly<Record<string, unknown>>;
type Turn = { role: 'user' | 'assistant'; content: Block[] };

/** What is sent. Requests of a session begin alike to the byte, and say up to where they are cached. */
export function messagesBody(
  { endpoint, quirks, maxOutputTokens }: Target,
  request: Omit<ModelRequest, 'signal' | 'onText'>,
): object {
  const effort = endpoint.takesEffort ? effortFor(quirks, request.effort) : undefined;
  // Thoughts are neither asked for nor given back: that takes their signatures.
  const messages = marked(messagesFor(request.messages, { ...quirks, reasoning: 'none' }), endpoint, quirks);
  const isSystem = ({ role }: ChatCompletionMessageParam) => role === 'system' || role === 'developer';
  const tools = toolsFor(request.tools, endpoint, quirks).flatMap((tool) =>
    tool.type === 'function'
      ? [
          {
            name: tool.function.name,
            description: tool.function.description ?? '',
            input_schema: tool.function.parameters ?? { type: 'object' },
          },
        ]
      : [],
  );
  return {
    model: endpoint.model,
    max_tokens: Math.min(request.maxOutputTokens ?? maxOutputTokens, SMALLER[quirks.tokenLimit]),
    system: messages.filter(isSystem).flatMap(({ content }) => blocksOf(content)),
    messages: turnsOf(messages.filter((message) => !isSystem(message))),
    ...(tools.length > 0 ? { tools } : {}),
    ...(tools.length > 0 && request.toolChoice && !quirks.omitted.has('tool_choice')
      ? { tool_choice: { type: request.toolChoice } }
      : {}),
    ...(effort ? { output_config: { effort } } : {}),
    stream: true,
  };
}

/** Results of calls are the user's, and all that the user says in a row is one turn. */
function turnsOf(messages: readonly ChatCompletionMessageParam[]): Turn[] {
  const turns: Turn[] = [];
  for (const message of messages) {
    const turn = turnOf(message);
    const last = turns.at(-1);
    if (turn.content.length === 0) continue;
    if (last?.role === turn.role) last.content.push(...turn.content);
    else turns.push(turn);
  }
  return turns;
}

function turnOf(message: ChatCompletionMessageParam): Turn {
  switch (message.role) {
    case 'assistant':
      return {
        role: 'assistant',
        content: [...blocksOf(message.content), ...(message.tool_calls ?? []).flatMap(callBlock)],
      };
    case 'tool': {
      const parts = blocksOf(message.content);
      const mark = parts.find((part) => part.cache_control !== undefined)?.cache_control;
      const content = parts.map(({ cache_control: _mark, ...part }) => part);
      const result = { type: 'tool_result', tool_use_id: message.tool_call_id, content };
      return { role: 'user', content: [mark === undefined ? result : { ...result, cache_control: mark }] };
    }
    default:
      return { role: 'user', content: blocksOf(message.content) };
  }
}

function callBlock(call: ChatCompletionMessageToolCall): Block[] {
  if (call.type !== 'function') return [];
  const input = parsedJson(call.function.arguments);
  return [{ type: 'tool_use', id: call.id, name: call.function.name, input: isObject(input) ? input : {} }];
}

/** Text and pictures; none that is empty, which is refused. */
function blocksOf(content: ChatCompletionMessageParam['content']): Block[] {
  const parts = typeof content === 'string' ? [{ type: 'text' as const, text: content }] : (content ?? []);
  return parts.flatMap((part): Block[] => {
    if (part.type === 'image_url') return [pictureOf(part)];
    return part.type === 'text' && part.text.trim() !== '' ? [{ ...part }] : [];
  });
}

function pictureOf({
  image_url: { url },
  ...rest
}: ChatCompletionContentPart & { type: 'image_url' }): Block {
  const [, kind, data] = /^data:([\w/+.-]{1,100});base64,([\s\S]*)$/.exec(url) ?? [];
  const source =
    kind === undefined ? { type: 'url', url } : { type: 'base64', media_type: kind, data: data ?? '' };
  return { ...rest, type: 'image', source };
}
