import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import { describe, expect, test } from 'vitest';
import type { ModelAnswer } from '../../src/llm/answer.ts';
import { cachingOf } from '../../src/llm/caching.ts';
import { endpointOf } from '../../src/llm/endpoints.ts';
import { eventsOf } from '../../src/llm/events.ts';
import { chunksOfMessage } from '../../src/llm/messages-stream.ts';
import { messagesBody } from '../../src/llm/messages-wire.ts';
import { NO_QUIRKS } from '../../src/llm/quirks.ts';
import { AnswerAssembly } from '../../src/llm/stream.ts';
import { refusalOf } from '../doubles/anthropic.ts';

/* Anthropic's own API: what goes there, and what comes of its events. */

const endpoint = endpointOf('anthropic/claude-sonnet-5', {
  routerUrl: 'https://router/v1',
  routerKey: '',
  isDirect: true,
  responses: [],
  keys: { ANTHROPIC_API_KEY: 'k' },
});
const target = { endpoint, quirks: NO_QUIRKS, maxOutputTokens: 32_000 };
const call = (id: string, args = '{"path":"a"}') => ({
  id,
  type: 'function' as const,
  function: { name: 'read', arguments: args },
});
const CONVERSATION: ChatCompletionMessageParam[] = [
  { role: 'system', content: 'What you are.' },
  { role: 'user', content: 'hi' },
  { role: 'assistant', content: '', tool_calls: [call('a12345678'), call('b12345678', '[1]')] },
  { role: 'tool', tool_call_id: 'a12345678', content: 'seen' },
  { role: 'tool', tool_call_id: 'b12345678', content: '' },
  {
    role: 'user',
    content: [
      { type: 'text', text: 'What read showed:' },
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } },
    ],
  },
  { role: 'assistant', content: 'It is red.' },
  { role: 'user', content: 'and' },
  { role: 'user', content: 'this?' },
];
const tools = [{ type: 'function' as const, function: { name: 'read', parameters: { type: 'object' } } }];
const bodyFor = (parts: object = {}) =>
  messagesBody(target, { model: 'm', messages: CONVERSATION, tools, ...parts });

describe('what goes there', () => {
  test('is what it takes, whatever the conversation is', () => {
    expect(refusalOf(bodyFor())).toBeUndefined();
    expect(refusalOf(bodyFor({ effort: 'high', toolChoice: 'none', maxOutputTokens: 10 }))).toBeUndefined();
    expect(refusalOf(bodyFor({ tools: [] }))).toBeUndefined();
    for (let length = 2; length <= CONVERSATION.length; length++) {
      const messages = CONVERSATION.slice(0, length);
      if (length === 3 || length === 4) continue; // results are missing, which `agent/request` never has
      expect([length, refusalOf(bodyFor({ messages }))]).toEqual([length, undefined]);
    }
  });

  test('has marks at the system prompt, at the end and where the request before ended', () => {
    expect(cachingOf(endpoint)).toBe('marks');
    expect([...JSON.stringify(bodyFor()).matchAll(/cache_control/g)]).toHaveLength(3);
  });

  test('asks for fewer tokens of an answer once so many were refused', () => {
    const asked = (tokenLimit: 'max_completion_tokens' | 'none') =>
      Reflect.get(
        messagesBody(
          { ...target, quirks: { ...NO_QUIRKS, tokenLimit } },
          { model: 'm', messages: CONVERSATION, tools },
        ),
        'max_tokens',
      );
    expect([asked('max_completion_tokens'), asked('none')]).toEqual([8_192, 4_096]);
  });
});

async function answered(body: string): Promise<ModelAnswer> {
  const assembly = new AnswerAssembly();
  for await (const event of eventsOf(new Response(body), () => {}))
    for (const chunk of event === 'end' ? [event] : chunksOfMessage(event)) assembly.add(chunk);
  return assembly.finish(['read']);
}

const sent = (...events: readonly (object & { type: string })[]): string =>
  events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');
const usage = { input_tokens: 100, cache_read_input_tokens: 2_000, cache_creation_input_tokens: 50 };
const start = { type: 'message_start', message: { usage: { ...usage, output_tokens: 1 } } };
const block = (content_block: object, index = 0) => ({ type: 'content_block_start', index, content_block });
const delta = (part: object, index = 0) => ({ type: 'content_block_delta', index, delta: part });
const ended = (stop_reason: string) => ({
  type: 'message_delta',
  delta: { stop_reason },
  usage: { output_tokens: 20 },
});
const stop = { type: 'message_stop' };
const hello = [block({ type: 'text', text: '' }), delta({ type: 'text_delta', text: 'Hello' })];

describe('what comes of its events', () => {
  test('text, thoughts, calls, and usage with what was cached', async () => {
    const answer = await answered(
      sent(
        start,
        { type: 'ping' },
        block({ type: 'thinking', thinking: '' }),
        delta({ type: 'thinking_delta', thinking: 'hm' }),
        delta({ type: 'signature_delta', signature: 'x' }),
        block({ type: 'text', text: '' }, 1),
        delta({ type: 'text_delta', text: 'Hello' }, 1),
        block({ type: 'tool_use', id: 'toolu_1', name: 'read', input: {} }, 2),
        delta({ type: 'input_json_delta', partial_json: '' }, 2),
        delta({ type: 'input_json_delta', partial_json: '{"path":' }, 2),
        delta({ type: 'input_json_delta', partial_json: '"a"}' }, 2),
        block({ type: 'tool_use', id: 'toolu_2', name: 'read', input: {} }, 3),
        ended('tool_use'),
        stop,
      ),
    );
    expect(answer).toMatchObject({ text: 'Hello', reasoning: 'hm', isTruncated: false });
    expect(answer.calls.map(({ name, arguments: text }) => [name, text])).toEqual([
      ['read', '{"path":"a"}'],
      ['read', ''],
    ]);
    expect(answer.usage).toEqual({
      inputTokens: 2_150,
      cachedTokens: 2_000,
      cacheWriteTokens: 50,
      outputTokens: 20,
    });
  });

  test('one that is not streamed', async () => {
    const content = [{ type: 'text', text: 'Hello' }];
    const body = JSON.stringify({ type: 'message', content, stop_reason: 'end_turn', usage });
    expect(await answered(body)).toMatchObject({ text: 'Hello', usage: { inputTokens: 2_150 } });
  });

  test.each([
    ['max_tokens', true],
    ['model_context_window_exceeded', true],
    ['end_turn', false],
  ])('that ends with %s is cut: %s', async (reason, isTruncated) => {
    expect(await answered(sent(start, ...hello, ended(reason), stop))).toMatchObject({ isTruncated });
  });

  test.each([
    [{ type: 'overloaded_error', message: 'Overloaded' }, 'unavailable'],
    [{ type: 'rate_limit_error', message: 'slow down' }, 'rate_limit'],
    [{ type: 'invalid_request_error', message: 'prompt is too long: 210 tokens > 200 maximum' }, 'too_long'],
  ])('an error: %j', async (error, kind) => {
    await expect(answered(sent(start, ...hello, { type: 'error', error } as never))).rejects.toMatchObject({
      kind,
    });
  });

  test('that break off are no answer', async () => {
    await expect(answered(sent(start, ...hello))).rejects.toMatchObject({ kind: 'network' });
  });
});
