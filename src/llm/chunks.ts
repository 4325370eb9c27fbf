import { type TokenUsage, tokenCount } from './answer.ts';
import { isObject } from './events.ts';
import { OF_CALL, OF_FUNCTION } from './thought-details.ts';

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

type Fields = Readonly<Record<string, unknown>>;

/** What one chunk of a chat completion adds to the answer. */
export type Chunk = {
  text: string;
  reasoning: string;
  /** A router's own form of the reasoning, in parts. */
  details: readonly Fields[];
  calls: readonly CallPart[];
  /** Why it ends, in its provider's word. */
  finish: string | undefined;
  /** The same in the word of who answered behind a router. */
  native: string | undefined;
  usage: Partial<TokenUsage> | undefined;
  /** It has the whole answer, not what is added to it. */
  isWhole: boolean;
};

/**
 * Reads a chunk in the dialects of providers, which agree on little but the names of the first fields: the
 * first choice alone, and whatever of it is there.
 */
export function chunkOf(event: Fields): Chunk {
  const choice = Array.isArray(event.choices) ? fieldsOf(event.choices[0]) : {};
  const isWhole = !isObject(choice.delta) && isObject(choice.message);
  const said = isWhole ? fieldsOf(choice.message) : fieldsOf(choice.delta);
  const content = contentOf(said.content);
  const finish = [choice.finish_reason, said.finish_reason, choice.finishReason, choice.stop_reason]
    .map((value) => textOf(value) || textOf(fieldsOf(value).type))
    .find((word) => word !== '');
  return {
    text:
      content.text || textOf(said.refusal) || (isWhole || isObject(choice.delta) ? '' : textOf(choice.text)),
    reasoning: thoughtsOf(said) || content.reasoning,
    details: Array.isArray(said.reasoning_details) ? said.reasoning_details.filter(isObject) : [],
    calls: callsOf(said),
    finish: finish ?? (textOf(choice.native_finish_reason) || undefined),
    native: textOf(choice.native_finish_reason) || undefined,
    usage: usageOf([event.usage, choice.usage, fieldsOf(event.x_groq).usage]),
    isWhole,
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
    } else
      found.text += textOf(part) || textOf(fields.text) || textOf(fields.refusal) || textOf(fields.content);
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
  return details.map((detail) => textOf(fieldsOf(detail).text) || textOf(fieldsOf(detail).summary)).join('');
}

function callsOf(said: Fields): CallPart[] {
  const list = Array.isArray(said.tool_calls) ? said.tool_calls : listed(said.tool_calls);
  const parts = list.filter(isObject).map(callOf);
  const old = said.function_call; // what calls were before there were several
  return isObject(old) && parts.length === 0 ? [callOf({ index: 0, function: old })] : parts;
}

/** One call, or several by their numbers. */
function listed(calls: unknown): unknown[] {
  if (!isObject(calls)) return [];
  const entries = Object.entries(calls);
  const areNumbered = entries.every(([key, call]) => /^\d{1,3}$/.test(key) && isObject(call));
  return areNumbered ? entries.map(([key, call]) => ({ index: Number(key), ...fieldsOf(call) })) : [calls];
}

function callOf(part: Fields): CallPart {
  const asked = isObject(part.function) ? part.function : part;
  const { arguments: given = asked.input ?? asked.parameters } = asked;
  const isWhole = typeof given === 'object' && given !== null;
  const index = typeof part.index === 'string' ? Number.parseInt(part.index, 10) : part.index;
  return {
    index: typeof index === 'number' && Number.isInteger(index) ? index : undefined,
    id: textOf(part.id),
    name: textOf(asked.name),
    arguments: isWhole ? JSON.stringify(given) : textOf(given),
    isWhole,
    extra: extraOf(part, asked),
  };
}

/** What has to go back with a call, by the names that `sentBack` knows; undefined where that is nothing. */
function extraOf(part: Fields, asked: Fields): Fields | undefined {
  const own = fieldsOf(part.provider_specific_fields);
  const ofFunction = asked === part ? {} : fieldsOf(asked.provider_specific_fields);
  const [, signature] = textOf(part.id).split(SIGNED);
  const signed = signature && !own.thought_signature ? { thought_signature: signature } : {};
  const extra: Fields = {
    ...fieldsOf(part.extra_content ?? asked.extra_content),
    ...named(OF_CALL, { ...own, ...signed }),
    ...named(OF_FUNCTION, ofFunction),
  };
  return Object.keys(extra).length > 0 ? extra : undefined;
}

const named = (name: string, fields: Fields): Fields =>
  Object.values(fields).some((value) => value !== null && value !== undefined) ? { [name]: fields } : {};

/** LiteLLM puts the signature of a thought into its call's id, too, for clients that keep nothing else. */
const SIGNED = '__thought__';

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
