import type { ChatCompletionCreateParamsStreaming } from 'openai/resources/chat/completions';
import { expect, test } from 'vitest';
import { requestOf } from '../../src/agent/request.ts';
import { allTools } from '../../src/cli/write-tools-doc.ts';
import { cacheKeyOf, cachingOf } from '../../src/llm/caching.ts';
import { chatBody } from '../../src/llm/chat-wire.ts';
import { type EndpointSettings, endpointOf } from '../../src/llm/endpoints.ts';
import { costOf } from '../../src/llm/facts.ts';
import { messagesBody } from '../../src/llm/messages-wire.ts';
import { NO_QUIRKS } from '../../src/llm/quirks.ts';
import { AnswerAssembly } from '../../src/llm/stream.ts';
import type { MessagesRequest } from '../doubles/anthropic.ts';
import { PROMPT_CACHES } from '../doubles/prompt-caches.ts';
import { assistant, at, call, snapshot, user } from '../support/snapshots.ts';

const STEPS = 300;

/** Three hundred steps of one request, of which each tenth calls 15 tools at once. */
function session() {
  const entries = [
    user('fine-tune for ever'),
    ...Array.from({ length: STEPS }, (_, i) =>
      assistant(`Step ${i}. ${'I look at this and that. '.repeat(5)}`),
    ),
  ];
  const toolCalls = Array.from({ length: STEPS }, (_, i) =>
    Array.from({ length: i % 10 === 9 ? 15 : 1 }, (_unused, position) =>
      call({
        id: `c${i}-${position}`,
        providerId: `p${i}-${position}`,
        messageId: i + 2,
        position,
        state: { kind: 'done', output: `Result ${i} ${'of what was asked. '.repeat(20)}`, at: at(1) },
      }),
    ),
  ).flat();
  return snapshot({ entries, toolCalls });
}

/** Where each is served, and by which model. */
const SERVED: Readonly<Record<string, readonly [model: string, url: string]>> = {
  'OpenAI, before GPT-5.6': ['gpt-5.2', 'https://api.openai.com/v1'],
  'OpenAI, from GPT-5.6': ['gpt-5.6', 'https://api.openai.com/v1'],
  'Claude through OpenRouter': ['anthropic/claude-sonnet-5', 'https://openrouter.ai/api/v1'],
  'Claude over its own API': ['claude-sonnet-5', 'https://api.anthropic.com/v1'],
  'Gemini, by itself': ['gemini-3.5-flash', 'https://generativelanguage.googleapis.com/v1beta/openai'],
  'DeepSeek, by itself': ['deepseek-chat', 'https://api.deepseek.com/v1'],
  'Kimi at Moonshot': ['kimi-k2.5', 'https://api.moonshot.ai/v1'],
  'vLLM, and the router’s providers': ['moonshotai/Kimi-K2.5', 'https://router.huggingface.co/v1'],
};

const endpointAt = (model: string, routerUrl: string) => {
  const settings: EndpointSettings = { routerUrl, routerKey: '', isDirect: false, responses: [], keys: {} };
  return endpointOf(model, settings);
};

test('a session of 300 steps begins alike at each step, and is cached wherever that is possible', async () => {
  const { messages, toolCalls } = session();
  const told = await allTools();
  const tools = () =>
    told.map(({ name, description, parameters }) => ({
      type: 'function' as const,
      function: { name, description, parameters },
    }));
  const requests = Array.from({ length: STEPS }, (_, i) =>
    requestOf('What you are. '.repeat(300), messages.slice(0, i + 1), toolCalls, { model: 'm', exchange: 1 }),
  );
  const rows = Object.entries(PROMPT_CACHES).map(([name, create]) => {
    const [model, url] = SERVED[name] ?? ['', ''];
    const target = { endpoint: endpointAt(model, url), quirks: NO_QUIRKS, maxOutputTokens: 1_000 };
    const cache = create();
    const sum = { input: 0, read: 0, written: 0 };
    for (const request of requests) {
      const asked = { model, sessionId: 's_1', messages: request, tools: tools() };
      const found = cache(
        target.endpoint.wire === 'messages' ? inBlocks(messagesBody(target, asked)) : chatBody(target, asked),
      );
      sum.input += found.input;
      sum.read += found.read;
      sum.written += found.written;
    }
    return { name, ...sum, share: (100 * sum.read) / sum.input };
  });
  console.table(rows.map((row) => ({ ...row, share: `${row.share.toFixed(1)} %` })));
  for (const { name, input, share, written } of rows) {
    expect([name, share > 97]).toEqual([name, true]);
    expect([name, written < 0.03 * input]).toEqual([name, true]); // put into a cache once
  }
});

/** A request of Anthropic's own API as what it caches of it: block after block. */
function inBlocks(body: object): ChatCompletionCreateParamsStreaming {
  const { system = [], messages, tools } = body as MessagesRequest;
  const blocks = [{ role: 'system', content: system }, ...messages].flatMap(({ role, content }) =>
    content.map((block) => ({ role, content: [block] })),
  );
  return { tools, messages: blocks } as unknown as ChatCompletionCreateParamsStreaming;
}

test('what a provider has for its cache is sent to it, and to no other', () => {
  const sent = (model: string, url: string) => {
    const endpoint = endpointAt(model, url);
    return [cachingOf(endpoint), Object.keys(cacheKeyOf(endpoint, NO_QUIRKS, 's_1'))];
  };
  expect(sent('gpt-5.6', 'https://api.openai.com/v1')).toEqual(['key', ['prompt_cache_key']]);
  expect(sent('gpt', 'https://x.openai.azure.com/openai/v1')).toEqual(['key', ['prompt_cache_key']]);
  expect(sent('anthropic/claude', 'https://openrouter.ai/api/v1')).toEqual(['marks', []]);
  expect(sent('claude', 'https://api.anthropic.com/v1')).toEqual(['marks', []]);
  for (const [model, url] of [
    ['openai/gpt-5.6', 'https://openrouter.ai/api/v1'],
    ['anthropic/claude', 'https://router.huggingface.co/v1'],
    ['gpt', 'https://api.openai.com.example.com/v1'],
    ['gemini', 'https://generativelanguage.googleapis.com/v1beta/openai'],
  ] as const)
    expect(sent(model, url)).toEqual(['itself', []]);
});

test('what is put into a cache costs a quarter more, where it is counted', () => {
  const price = { inputUsdPerMillion: 4, outputUsdPerMillion: 10 };
  expect(costOf(price, { inputTokens: 1e6, outputTokens: 0 })).toBe(4);
  expect(costOf(price, { inputTokens: 1e6, cacheWriteTokens: 1e6, outputTokens: 0 })).toBe(5);
  const written = (usage: object) => {
    const assembly = new AnswerAssembly();
    assembly.add({ choices: [{ index: 0, delta: { content: 'hi' }, finish_reason: 'stop' }] });
    assembly.add({ choices: [], usage });
    return assembly.finish().usage?.cacheWriteTokens;
  };
  expect(
    written({ prompt_tokens: 9, prompt_tokens_details: { cached_tokens: 1, cache_write_tokens: 7 } }),
  ).toBe(7);
  expect(written({ input_tokens: 9, cache_creation_input_tokens: 5 })).toBe(5);
});
