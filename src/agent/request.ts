import type {
  ChatCompletionContentPart,
  ChatCompletionMessageParam,
} from 'openai/resources/chat/completions';
import { beginningOf, endOf } from '../lib/cut.ts';
import { exactDollars } from '../lib/dollars.ts';
import { parsedJson } from '../lib/json.ts';
import { automatic, said, speakerName, speakerNames } from '../lib/speech.ts';
import { isObject } from '../llm/events.ts';
import { effectiveArguments, isSettled, type ToolCall } from '../session/tool-calls.ts';
import type { TranscriptMessage } from '../session/transcript.ts';

export type RenderOptions = {
  /** Results of calls up to this entry are told in short. */
  trimUpTo?: number | undefined;
  /** Entries and calls that a word stands for, because they are too long. */
  omitted?: ReadonlySet<string>;
  /** The exchange that is being worked on: the model gets back its own reasoning from it. */
  exchange?: number;
  /** The model that is asked: it gets back only its own thoughts. */
  model?: string;
  /** Pictures as data URLs, by the id of their file; empty for a model that takes no pictures. */
  images?: ReadonlyMap<string, string>;
};

/**
 * The transcript as the chat completions API wants it: every tool call is followed by exactly one result, in
 * the order of the calls, whatever happened to it. A call without a result gets a stub.
 */
export function requestOf(
  systemPrompt: string,
  messages: readonly TranscriptMessage[],
  toolCalls: readonly ToolCall[],
  options: RenderOptions = {},
): ChatCompletionMessageParam[] {
  const calls = Map.groupBy(toolCalls, (call) => call.messageId);
  const names = speakerNames(messages.flatMap(({ entry }) => (entry.role === 'user' ? entry.author : [])));
  return [
    { role: 'system', content: systemPrompt },
    ...messages.flatMap((message) => messagesOf(message, calls.get(message.id) ?? [], names, options)),
  ];
}

function messagesOf(
  message: TranscriptMessage,
  calls: readonly ToolCall[],
  names: (id: string) => string,
  options: RenderOptions,
): ChatCompletionMessageParam[] {
  const { entry, id } = message;
  const text = options.omitted?.has(`m${id}`) ? OMITTED : entry.text;
  switch (entry.role) {
    case 'user':
      return [
        { role: 'user', content: withImages(said(names(entry.author.id), text), entry.images, options) },
      ];
    case 'note':
      return [{ role: 'user', content: automatic(text) }];
    case 'summary':
      return [{ role: 'user', content: automatic(`What was said here, in short:\n${text}`) }];
    case 'notice':
      return [];
    case 'assistant':
      return assistantMessages(text, thoughtsOf(message, options), calls, {
        ...options,
        extras: extrasOf(message, options),
      });
    default:
      return entry satisfies never;
  }
}

const OMITTED =
  '[This was too long to be kept in the conversation. Ask for it again, in parts, if you still need it.]';

/**
 * A model gets back only its own reasoning: that of the exchange being worked on and, where its provider
 * wants it (`llm/messages.ts`), that of earlier ones.
 */
function thoughtsOf({ entry, exchange }: TranscriptMessage, options: RenderOptions): object {
  if (entry.role !== 'assistant' || !entry.reasoning || entry.model !== options.model) return {};
  return exchange === options.exchange
    ? { reasoning_content: entry.reasoning }
    : { earlier_reasoning: entry.reasoning };
}

/** What a provider wants back with calls is for the model alone that made them. */
function extrasOf({ entry }: TranscriptMessage, { model }: RenderOptions): Extras {
  return entry.role === 'assistant' && entry.model === model ? (entry.extras ?? {}) : {};
}

type Extras = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

function withImages(
  text: string,
  ids: readonly string[] | undefined,
  { images }: RenderOptions,
): string | ChatCompletionContentPart[] {
  const shown = (ids ?? []).flatMap((id) => images?.get(id) ?? []);
  if (shown.length === 0) return text;
  return [
    { type: 'text', text },
    ...shown.map((url) => ({ type: 'image_url' as const, image_url: { url } })),
  ];
}

function assistantMessages(
  text: string,
  thoughts: object,
  calls: readonly ToolCall[],
  options: RenderOptions & { extras: Extras },
): ChatCompletionMessageParam[] {
  if (calls.length === 0) return [{ role: 'assistant', content: text, ...thoughts }];
  return [
    {
      role: 'assistant',
      content: text === '' ? null : text,
      ...thoughts,
      tool_calls: calls.map((call) => ({
        id: call.providerId,
        type: 'function',
        function: { name: call.name, arguments: validJson(effectiveArguments(call)) },
        ...extraOf(options.extras[String(call.position)]),
      })),
    },
    ...calls.map((call) => ({
      role: 'tool' as const,
      tool_call_id: call.providerId,
      content: toldResult(call, options),
    })),
    ...calls.flatMap((call) => imageMessage(call, options)),
  ];
}

const extraOf = (extra: Extras[string] | undefined): object =>
  extra === undefined ? {} : { extra_content: extra };

/** Results hold text only: a picture that a tool gave follows in a message of its own. */
function imageMessage({ name, state }: ToolCall, options: RenderOptions): ChatCompletionMessageParam[] {
  const ids = state.kind === 'done' ? (state.images ?? []) : [];
  if (ids.length === 0) return [];
  const content = withImages(automatic(`What ${name} showed:`), ids, options);
  return typeof content === 'string' ? [] : [{ role: 'user', content }];
}

/** A result as the model sees it now: whole, shortened once it is old, or left out where it is too long. */
export function toldResult(call: ToolCall, { trimUpTo = 0, omitted }: RenderOptions): string {
  if (omitted?.has(call.id)) return OMITTED;
  const result = resultOf(call);
  return call.messageId <= trimUpTo ? shortened(result) : result;
}

const SHORT_HEAD = 700;
const SHORT_TAIL = 1_000;

/** Whether telling a text in short would save anything. */
export const isLong = (text: string): boolean => text.length > SHORT_HEAD + SHORT_TAIL + 300;

function shortened(text: string): string {
  if (!isLong(text)) return text;
  const left = text.length - SHORT_HEAD - SHORT_TAIL;
  return `${beginningOf(text, SHORT_HEAD)}\n… [${left} characters of this older result are no longer told; make the call again if you need them] …\n${endOf(text, SHORT_TAIL)}`;
}

/** The outcome of a call in words for the model, and whether a person changed the call before it ran. */
function resultOf(call: ToolCall): string {
  if (call.state.kind === 'awaiting_approval') {
    return 'This call waits for approval by people: it has not been run, and it is still open. Do not propose it again as it is. Where people have since asked for something else, propose that: it takes the place of this one.';
  }
  if (call.state.kind === 'waiting' && call.state.follows !== undefined) {
    return 'The smoke test of this call is running. The run itself begins by itself once it has passed. Do not propose it again, and do not poll.';
  }
  if (!isSettled(call.state)) return 'This call has not been run.';
  const { edit, auto } = call.approval?.decision ?? {};
  if (auto !== undefined) return `${autoApproved(auto.leftUsd)}\n${call.state.output}`;
  if (edit === undefined || call.state.kind === 'rejected') return call.state.output;
  return `[${speakerName(edit.by.name)} changed this call before it was approved (${edit.changed}). The arguments above are the changed ones, and they are what ran.]\n${call.state.output}`;
}

/** Told where it changes, and so never in what providers cache. */
const autoApproved = (leftUsd: number | undefined): string =>
  leftUsd === undefined
    ? '[Auto-approval let this through.]'
    : `[Auto-approval let this through, and ${exactDollars(leftUsd)} of its cap was left then, or more once it had cost less.]`;

/**
 * Providers reject a history whose arguments are no object; the call's result says what was wrong with them.
 */
export const validJson = (text: string): string => (isObject(parsedJson(text)) ? text : '{}');
