import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import type { Endpoint } from './endpoints.ts';
import type { Quirks } from './quirks.ts';

/**
 * How an endpoint caches the beginnings of conversations, as it documents it today. `key`: by itself, and
 * finds it again by a key (OpenAI, Azure, Moonshot). `marks`: up to where it is told to (Claude, and Claude
 * and Qwen through OpenRouter). `itself`: nothing is sent, by all others. What OpenAI has besides is left
 * alone: its `prompt_cache_options` have what is wanted by default, `prompt_cache_retention` is deprecated
 * for them and is by default what the organisation's own rules allow, and both together are refused.
 * Anthropic's endpoint for chat completions takes marks and caches nothing, so it is not used.
 */
export type Caching = 'key' | 'marks' | 'itself';

const BY_KEY = /(?:^|\.)(?:api\.openai\.com|openai\.azure\.com|api\.moonshot\.(?:ai|cn))$/;
const BY_MARKS = /(?:^|\.)openrouter\.ai$/;
const MARKED_MODELS = /^(?:anthropic|qwen)\//;

export function cachingOf({ provider, baseUrl, model, wire }: Endpoint): Caching {
  if (wire === 'messages') return 'marks';
  const host = URL.parse(baseUrl)?.hostname ?? '';
  if (provider === 'openai' || BY_KEY.test(host)) return 'key';
  return BY_MARKS.test(host) && MARKED_MODELS.test(model) ? 'marks' : 'itself';
}

/** What a request has besides, so that it is sent to where its beginning is cached. */
export function cacheKeyOf(endpoint: Endpoint, quirks: Quirks, sessionId: string | undefined): object {
  const isSent = sessionId !== undefined && !quirks.omitted.has('prompt_cache_key');
  return isSent && cachingOf(endpoint) === 'key' ? { prompt_cache_key: sessionId } : {};
}

/**
 * Messages with marks where they are needed: at the system prompt, before which the tools are, at the end,
 * and where the request before ended. Up to 20 blocks before a mark are looked over for what is cached, and a
 * step of many calls has more.
 */
export function marked(
  messages: ChatCompletionMessageParam[],
  endpoint: Endpoint,
  quirks: Quirks,
): ChatCompletionMessageParam[] {
  if (cachingOf(endpoint) !== 'marks' || quirks.omitted.has('cache_control')) return messages;
  const answered = messages.findLastIndex(({ role }) => role === 'assistant');
  const ends = [0, answered - 1, messages.length - 1];
  return messages.map((message, i) => (ends.includes(i) ? withMark(message) : message));
}

function withMark(message: ChatCompletionMessageParam): ChatCompletionMessageParam {
  if (message.role !== 'system' && message.role !== 'user' && message.role !== 'tool') return message;
  const { content } = message;
  const parts = typeof content === 'string' ? [{ type: 'text' as const, text: content }] : [...content];
  const last = parts.pop();
  if (last === undefined) return message;
  return Object.assign(
    { ...message },
    { content: [...parts, { ...last, cache_control: { type: 'ephemeral' } }] },
  );
}
