import { type TokenUsage, tokenCount } from './answer.ts';
import type { Fault } from './errors.ts';
import { isObject } from './events.ts';

/** A part of a tool call, as far as a provider tells which one it belongs to. */
export type CallPart = {
  index: number | undefined;
  id: string;
  name: string;
  arguments: string;
  /** The arguments are all of them: they came as an object. */
  isWhole: boolean;
  /** What the provider wants back with the call, such as the signature of a thought. */
  extra: Readonly<Record<string, unknown>> | undefined;
};

/** What one chunk of a chat completion adds to the answer. */
export type Chunk = {
  text: string;
  reasoning: string;
  calls: readonly CallPart[];
  finish: string | undefined;
  usage: Partial<TokenUsage> | undefined;
  /** It has the whole answer, not what is added to it. */
  isWhole: boolean;
};

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads a chunk in the dialects of providers, which agree on little but the names of the first fields: the
 * first choice alone, and whatever of it is there.
 */
export function chunkOf(event: Fields): Chunk {
  const choice = Array.isArray(event.choices) ? fieldsOf(event.choices[0]) : {};
  const isWhole = !isObject(choice.delta) && isObject(choice.message);
  const said = isWhole ? fieldsOf(choice.message) : fieldsOf(choice.delta);
  const content = contentOf(said.content);
  const finish = choice.finish_reason ?? said.finish_reason ?? choice.finishReason;
  return {
    text:
      content.text || textOf(said.refusal) || (isWhole || isObject(choice.delta) ? '' : textOf(choice.text)),
    reasoning: thoughtsOf(said) || content.reasoning,
    calls: callsOf(said),
    finish: typeof finish === 'string' && finish !== '' ? finish : undefined,
    usage: usageOf([event.usage, choice.usage, fieldsOf(event.x_groq).usage]),
    isWhole,
  };
}

/** An error that a provider sends in a stream that has begun, in one of the forms that are known. */
export function faultOf(event: Fields): Fault | undefined {
  const [choice] = Array.isArray(event.choices) ? event.choices : [];
  const error = event.error ?? fieldsOf(choice).error;
  if (isObject(error) && Object.keys(error).length > 0) return faultIn(error);
  if (typeof error === 'string' && error !== '') return { ...faultIn(event), message: error };
  if (choice !== undefined || event.usage) return undefined;
  const message = textOf(event.message) || textOf(event.detail);
  const fault = { ...faultIn(event), message: message || JSON.stringify(event) };
  const isError = event.object === 'error' || event.type === 'error' || fault.status !== undefined;
  const isAlone = message !== '' && Object.keys(event).length === 1;
  return isError || isAlone || (message !== '' && typeof event.code === 'string') ? fault : undefined;
}

function faultIn(error: Fields): Fault {
  const code = [error.code, error.type, error.status].find((value) => typeof value === 'string');
  const status = [error.code, error.status, error.status_code, error.http_code].map(Number);
  const inner = fieldsOf(error.metadata).raw; // what the provider behind a router said
  const message = [textOf(error.message), textOf(inner)].filter((text) => text !== '').join(': ');
  return {
    message: message || JSON.stringify(error),
    code: typeof code === 'string' ? code : undefined,
    status: status.find((value) => value >= 400 && value < 600),
  };
}

const fieldsOf = (value: unknown): Fields => (isObject(value) ? value : {});
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Text, or a list of parts, of which some may be thoughts. */
function contentOf(content: unknown): { text: string; reasoning: string } {
  const parts = Array.isArray(content) ? content : [content];
  const found = { text: '', reasoning: '' };
  for (const part of parts) {
    const fields = fieldsOf(part);
    if (fields.type === 'thinking' || fields.type === 'reasoning') {
      found.reasoning += contentOf(fields.thinking ?? fields.text ?? fields.reasoning).text;
    } else found.text += textOf(part) || textOf(fields.text) || textOf(fields.refusal);
  }
  return found;
}

/** Providers call it one or the other, and may send an empty one beside it; it is in no standard. */
function thoughtsOf(said: Fields): string {
  const named = [said.reasoning_content, said.reasoning, said.thinking, said.reasoning_text].map(
    (value) => contentOf(value).text,
  );
  const first = named.find((text) => text !== '');
  if (first !== undefined) return first;
  const details = Array.isArray(said.reasoning_details) ? said.reasoning_details : [];
  return details.map((detail) => textOf(fieldsOf(detail).text)).join('');
}

function callsOf(said: Fields): CallPart[] {
  const list = Array.isArray(said.tool_calls) ? said.tool_calls : [said.tool_calls ?? undefined];
  const parts = list.filter(isObject).map(callOf);
  const old = said.function_call; // what calls were before there were several
  return isObject(old) && parts.length === 0 ? [callOf({ index: 0, function: old })] : parts;
}

function callOf(part: Fields): CallPart {
  const asked = isObject(part.function) ? part.function : part;
  const { arguments: given = asked.input ?? asked.parameters } = asked;
  const isWhole = typeof given === 'object' && given !== null;
  const index = typeof part.index === 'string' ? Number.parseInt(part.index, 10) : part.index;
  const extra = part.extra_content ?? asked.extra_content;
  return {
    index: typeof index === 'number' && Number.isInteger(index) ? index : undefined,
    id: textOf(part.id),
    name: textOf(asked.name),
    arguments: isWhole ? JSON.stringify(given) : textOf(given),
    isWhole,
    extra: isObject(extra) ? extra : undefined,
  };
}

/** The first of these that counts something. */
function usageOf(found: readonly unknown[]): Partial<TokenUsage> | undefined {
  for (const usage of found.filter(isObject)) {
    const prompt = fieldsOf(usage.prompt_tokens_details ?? usage.input_tokens_details);
    const counts = {
      inputTokens: tokenCount(usage.prompt_tokens ?? usage.input_tokens),
      cachedTokens: tokenCount(
        prompt.cached_tokens ??
          usage.cached_tokens ??
          usage.prompt_cache_hit_tokens ??
          usage.cache_read_input_tokens,
      ),
      cacheWriteTokens: tokenCount(prompt.cache_write_tokens ?? usage.cache_creation_input_tokens),
      outputTokens: tokenCount(usage.completion_tokens ?? usage.output_tokens),
    };
    const told = Object.entries(counts).filter(([, count]) => count !== undefined);
    if (told.length > 0) return Object.fromEntries(told);
  }
  return undefined;
}
