import { createHash } from 'node:crypto';
import type {
  ChatCompletionAssistantMessageParam,
  ChatCompletionContentPart,
  ChatCompletionMessageParam,
  ChatCompletionMessageToolCall,
} from 'openai/resources/chat/completions';
import { callIdOf, isStrictId } from './call-assembly.ts';
import type { Quirks } from './quirks.ts';
import { DETAILS, sentBack, withoutDetails } from './thought-details.ts';

/** An answer of the model's with what it thought, as the transcript has it. */
export type Thought = ChatCompletionAssistantMessageParam & {
  /** Of the request that is being worked on: providers want it back while its calls go on. */
  reasoning_content?: string;
  /** Of an earlier one: some want that back, too. */
  earlier_reasoning?: string;
};

/**
 * Messages in a form that every provider takes, without what this one has turned down: ids of calls in the
 * strictest alphabet, names of tools of letters that all take, no message without words.
 */
export function messagesFor(
  messages: readonly ChatCompletionMessageParam[],
  quirks: Quirks,
): ChatCompletionMessageParam[] {
  return messages.flatMap((message): ChatCompletionMessageParam[] => {
    switch (message.role) {
      case 'assistant':
        return answerFor(message, quirks);
      case 'tool':
        return [
          {
            ...message,
            tool_call_id: strictId(message.tool_call_id),
            content: message.content || '(nothing)',
          },
        ];
      case 'user':
        return [
          {
            ...message,
            content: quirks.omitted.has('images') ? withoutImages(message.content) : message.content,
          },
        ];
      default:
        return [message];
    }
  });
}

function answerFor(message: Thought, quirks: Quirks): ChatCompletionMessageParam[] {
  const {
    reasoning_content: now,
    earlier_reasoning: earlier,
    tool_calls: calls = [],
    content,
    ...rest
  } = message;
  const said = typeof content === 'string' && content.trim() === '' ? null : content;
  const thoughts = thoughtsFor(now, earlier, quirks);
  if (calls.length === 0)
    return said === null || said === undefined ? [] : [{ ...rest, content: said, ...thoughts }];
  const details = calls
    .map((call) => withoutDetails(Reflect.get(call, 'extra_content')).details)
    .find(Boolean);
  const signed = details === undefined || quirks.reasoning === 'none' ? {} : { [DETAILS]: details };
  return [{ ...rest, content: said ?? null, ...thoughts, ...signed, tool_calls: calls.map(callFor) }];
}

/**
 * Providers that want thoughts back want them with every answer, also with those that have none: of another
 * model, or of a time at which it did not think.
 */
function thoughtsFor(now: string | undefined, earlier: string | undefined, { reasoning }: Quirks): object {
  switch (reasoning) {
    case 'none':
      return {};
    case 'required':
      return { reasoning_content: now || earlier || ' ' };
    case 'reasoning':
      return now ? { reasoning: now } : {};
    default:
      return now ? { reasoning_content: now } : {};
  }
}

function callFor(call: ChatCompletionMessageToolCall): ChatCompletionMessageToolCall {
  if (call.type !== 'function') return call;
  const { extra_content: given, ...plain }: typeof call & { extra_content?: unknown } = call;
  const { ofCall, ofFunction } = sentBack(withoutDetails(given).extra);
  return {
    ...plain,
    ...ofCall,
    id: strictId(call.id),
    function: { ...call.function, ...ofFunction, name: plainName(call.function.name) },
  };
}

/** Ids that other providers gave, in older records, always give the same. */
const strictId = (id: string): string =>
  isStrictId(id) ? id : callIdOf(createHash('sha256').update(id).digest());

/** A name that no tool has, and some models ask for, is told as far as it may be. */
const plainName = (name: string): string => name.replace(/[^\w-]/g, '_').slice(0, 64) || 'unnamed';

/** A message as another model gets it than the one whose thoughts, and signatures of them, it has. */
export function withoutThoughts(message: ChatCompletionMessageParam): ChatCompletionMessageParam {
  if (message.role !== 'assistant') return message;
  const { reasoning_content: _now, earlier_reasoning: _earlier, ...rest }: Thought = message;
  if (rest.tool_calls === undefined) return rest;
  const unsigned = ({ extra_content: _extra, ...call }: Signed): ChatCompletionMessageToolCall => call;
  return { ...rest, tool_calls: rest.tool_calls.map(unsigned) };
}

type Signed = ChatCompletionMessageToolCall & { extra_content?: unknown };

export const hasImages = ({ content }: ChatCompletionMessageParam): boolean =>
  Array.isArray(content) && content.some(({ type }) => type === 'image_url');

function withoutImages(content: string | ChatCompletionContentPart[]): string | ChatCompletionContentPart[] {
  if (typeof content === 'string' || content.every(({ type }) => type === 'text')) return content;
  const texts = content.map((part) =>
    part.type === 'text' ? part.text : '[A picture, which this model does not take.]',
  );
  return texts.join('\n\n');
}
