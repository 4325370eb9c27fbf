import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { createModelClient, type ModelSettings } from '../../src/llm/client.ts';
import { listen } from '../doubles/http.ts';
import { type ProviderName, type ProvidersDouble, startProviders } from '../doubles/providers.ts';

/* What one provider of a model turns down is not what another one does. */

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((item) => item.close()));
});

async function begin(isNamed = true, settings: Partial<ModelSettings> = {}, clock = systemClock) {
  const router = await startProviders(isNamed);
  open.push(router);
  const client = createModelClient(
    {
      endpoints: { routerUrl: `${router.url}/v1`, routerKey: 'k', isDirect: false, responses: [], keys: {} },
      fallbacks: [],
      maxOutputTokens: 500,
      idleTimeoutMs: 5_000,
      retries: {},
      ...settings,
    },
    clock,
  );
  const ask = (messages: ChatCompletionMessageParam[], model = 'kimi', sessionId: string | null = 's_1') =>
    client.complete({
      model,
      ...(sessionId === null ? {} : { sessionId }),
      messages,
      tools: [],
      signal: AbortSignal.timeout(20_000),
      onText: () => {},
    });
  return { router, ask, client };
}

const call = (id: string) => ({
  id,
  type: 'function' as const,
  function: { name: 'look', arguments: '{}' },
  extra_content: { google: { thought_signature: 'c2ln' } },
});
const working = [
  { role: 'user', content: 'hi' },
  { role: 'assistant', content: null, earlier_reasoning: 'before', tool_calls: [call('a12345678')] },
  { role: 'tool', tool_call_id: 'a12345678', content: 'seen' },
  { role: 'assistant', content: null, reasoning_content: 'now', tool_calls: [call('b12345678')] },
  { role: 'tool', tool_call_id: 'b12345678', content: 'seen' },
] as ChatCompletionMessageParam[];

const picture = (type: string): ChatCompletionMessageParam[] => [
  {
    role: 'user',
    content: [
      { type: 'text', text: 'look' },
      { type: 'image_url', image_url: { url: `data:image/${type};base64,AA==` } },
    ],
  },
];

/** Whom requests went to, with a mark at those that were refused. */
const told = ({ log }: ProvidersDouble) => log.map(({ provider, taken }) => `${provider}${taken ? '' : '!'}`);
const inTurn = (...names: ProviderName[]) => {
  let i = 0;
  return () => names[Math.min(i++, names.length - 1)] ?? 'any';
};
const sees = ({ log }: ProvidersDouble) => JSON.stringify(log.at(-1)?.request.messages).includes('image_url');

describe.each([true, false])('thoughts, where the router names who answers: %s', (isNamed) => {
  test.each<[ProviderName, number]>([
    ['moonshot', 1],
    ['siliconflow', 1],
    ['groq', 1],
    ['cerebras', 1],
    ['mistral', 2],
  ])('go to %s as it wants them, after it was asked %i times in vain', async (name, refusals) => {
    const { router, ask } = await begin(isNamed);
    router.choose = () => name;
    for (let i = 0; i < 3; i++) expect((await ask(working)).text).toBe(`from ${name}`);
    expect(told(router)).toEqual([...Array<string>(refusals).fill(`${name}!`), name, name, name]);
  });

  test('keep their name where only that is wrong', async () => {
    const { router, ask } = await begin(isNamed);
    router.choose = () => 'groq';
    await ask(working);
    expect(JSON.stringify(router.log.at(-1)?.request.messages)).toContain('"reasoning":"now"');
  });

  test('go on where the router changes the provider between two calls, and back', async () => {
    const { router, ask } = await begin(isNamed);
    for (const name of ['moonshot', 'groq', 'moonshot', 'cerebras', 'mistral', 'siliconflow'] as const) {
      router.choose = () => name;
      expect((await ask(working)).text).toBe(`from ${name}`);
    }
  });
});

test('what is known of each provider is used again once it answers again', async () => {
  const { router, ask } = await begin();
  router.choose = inTurn('moonshot', 'moonshot', 'groq', 'groq', 'moonshot', 'moonshot', 'groq', 'groq');
  for (let i = 0; i < 4; i++) await ask(working);
  // Each change costs one request; what each wants was learned once.
  expect(told(router)).toEqual([
    'moonshot!',
    'moonshot',
    'groq!',
    'groq',
    'moonshot!',
    'moonshot',
    'groq!',
    'groq',
  ]);
  expect(JSON.stringify(router.log.at(-1)?.request.messages)).toContain('"reasoning":"now"');
});

test('a change of the provider within one call is got over', async () => {
  const { router, ask } = await begin(false);
  router.choose = inTurn('moonshot', 'groq', 'moonshot', 'mistral', 'moonshot');
  expect((await ask(working)).text).toMatch(/^from /);
});

test('nothing that one model’s provider refuses is switched off for another model', async () => {
  const { router, ask } = await begin();
  router.choose = ({ model }) => (model === 'blind/one' ? 'blind' : 'any');
  await ask(picture('png'), 'blind/one');
  expect(sees(router)).toBe(false);
  await ask(picture('png'), 'blind/one');
  expect(told(router)).toEqual(['blind!', 'blind', 'blind']);
  await ask(picture('png'), 'seeing/one');
  expect(sees(router)).toBe(true);
});

test('nor for another provider of the same model, where the router names them', async () => {
  const { router, ask } = await begin();
  router.choose = inTurn('blind', 'blind', 'any', 'any');
  await ask(picture('png'));
  expect(sees(router)).toBe(false);
  await ask(picture('png'));
  await ask(picture('png'));
  expect(sees(router)).toBe(true);
});

test('nor for the same model at another address', async () => {
  const { router } = await begin();
  const other = await startProviders(false);
  open.push(other);
  router.choose = () => 'blind';
  const endpoints = {
    routerUrl: `${router.url}/v1`,
    routerKey: 'k',
    isDirect: false,
    responses: [],
    keys: { VLLM_BASE_URL: other.url },
  };
  const client = createModelClient(
    { endpoints, fallbacks: [], maxOutputTokens: 5, idleTimeoutMs: 5_000, retries: {} },
    systemClock,
  );
  const ask = (model: string) =>
    client.complete({
      model,
      messages: picture('png'),
      tools: [],
      signal: AbortSignal.timeout(9_000),
      onText() {},
    });
  await ask('llava');
  await ask('vllm/llava');
  expect(sees(other)).toBe(true);
});

test('a picture that can’t be read is left out of its conversation, and others are still shown', async () => {
  const { router, ask } = await begin();
  router.choose = () => 'choosy';
  await ask(picture('broken'), 'kimi', 's_1');
  await ask(picture('broken'), 'kimi', 's_1');
  expect(told(router)).toEqual(['choosy!', 'choosy', 'choosy']);
  await ask(picture('png'), 'kimi', 's_2');
  expect(sees(router)).toBe(true);
  await ask(picture('broken'), 'kimi', null);
  await ask(picture('png'), 'kimi', null);
  expect(sees(router)).toBe(true);
});

test('a request of too many bytes goes out without its pictures, before the conversation is made shorter', async () => {
  const { router, ask } = await begin();
  router.choose = () => 'small';
  await ask(picture('png'), 'kimi', 's_1');
  expect(told(router)).toEqual(['small!', 'small']);
  router.choose = () => 'any';
  await ask(picture('png'), 'kimi', 's_2');
  expect(sees(router)).toBe(true);
});

test('words about pictures are not taken to be about some where there are none', async () => {
  const { router, ask } = await begin();
  router.choose = () => 'blind';
  await expect(ask([{ role: 'user', content: 'hi' }])).resolves.toMatchObject({ text: 'from blind' });
  expect(told(router)).toEqual(['blind']);
});

test('what was refused is tried again after an hour', async () => {
  let now = 0;
  const { router, ask } = await begin(true, {}, { ...systemClock, monotonic: () => now });
  router.choose = () => 'blind';
  await ask(picture('png'));
  now = 59 * 60_000;
  router.choose = () => 'blind';
  await ask(picture('png'));
  expect(told(router)).toEqual(['blind!', 'blind', 'blind']);
  now = 61 * 60_000;
  await ask(picture('png'));
  expect(told(router).slice(3)).toEqual(['blind!', 'blind']);
});

test('a model that goes on for another one is given none of its thoughts and signatures', async () => {
  const { router, ask } = await begin(true, { fallbacks: ['second'] });
  const refuse = router.choose;
  router.choose = (request) => (request.model === 'kimi' ? 'down' : refuse(request));
  expect(await ask(working)).toMatchObject({ model: 'second' });
  expect(JSON.stringify(router.log.at(-1)?.request.messages)).not.toMatch(/now|before|c2ln/);
});

describe('tools', () => {
  const tool = (name: string, parameters: Record<string, unknown>) => ({
    type: 'function' as const,
    function: { name, description: 'Looks.', parameters },
  });
  const ask = async (
    { client }: Awaited<ReturnType<typeof begin>>,
    tools: ReturnType<typeof tool>[],
    model = 'kimi',
  ) =>
    client.complete({
      model,
      sessionId: 's_1',
      messages: [{ role: 'user', content: 'hi' }],
      tools,
      signal: AbortSignal.timeout(20_000),
      onText() {},
    });
  const filter = tool('list', {
    type: 'object',
    properties: { 'filter[id]': { type: ['string', 'null'], format: 'uuid' }, any: {} },
    additionalProperties: false,
  });

  test('are told in the barest words once others were refused, to that provider alone', async () => {
    const begun = await begin();
    begun.router.choose = inTurn('narrow', 'narrow', 'narrow', 'any', 'any');
    for (let i = 0; i < 4; i++) await ask(begun, [filter]);
    expect(told(begun.router)).toEqual(['narrow!', 'narrow', 'narrow', 'any', 'any']);
    const last = (at: number) => JSON.stringify(begun.router.log[at]?.request.tools);
    expect(last(2)).toContain('"nullable":true');
    expect(last(4)).toContain('"format":"uuid"');
  });

  test('get arguments by their own names, whatever the provider was told', async () => {
    const begun = await begin();
    const call = {
      id: 'a12345678',
      type: 'function',
      function: { name: 'list', arguments: '{"filter_id":"7"}' },
    };
    begun.router.says = { content: null, tool_calls: [call] };
    const answer = await ask(begun, [filter]);
    expect(answer.calls).toMatchObject([{ name: 'list', arguments: '{"filter[id]":"7"}' }]);
  });

  test('are the first 128 where more were refused', async () => {
    const begun = await begin();
    begun.router.choose = () => 'bounded';
    const many = Array.from({ length: 200 }, (_, i) => tool(`t${i}`, {}));
    await ask(begun, many);
    await ask(begun, many);
    expect(told(begun.router)).toEqual(['bounded!', 'bounded', 'bounded']);
  });
});

test.each([
  ['comments', ': PROCESSING\n\n'],
  ['pings as data', 'data: {"type":"ping"}\n\n'],
  ['parts with nothing in them', `data: {"choices":[{"delta":{"content":""}}]}\n\n`],
])('a provider that sends %s, and never anything else, is given up', async (_name, sign) => {
  const alive = await listen(async (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const signs = setInterval(() => response.write(sign), 20);
    response.on('close', () => clearInterval(signs));
  });
  open.push(alive);
  const endpoints = { routerUrl: alive.url, routerKey: 'k', isDirect: false, responses: [], keys: {} };
  const { ask } = await begin(true, { endpoints, idleTimeoutMs: 100 });
  await expect(ask([{ role: 'user', content: 'hi' }])).rejects.toMatchObject({ kind: 'stalled' });
});
