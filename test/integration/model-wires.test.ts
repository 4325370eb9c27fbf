import type { ServerResponse } from 'node:http';
import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import { afterEach, describe, expect, test } from 'vitest';
import { checkModel, describeModels } from '../../src/agent/models.ts';
import type { Effort } from '../../src/config/effort.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createCatalogue } from '../../src/llm/catalogue.ts';
import { createModelClient, type ModelSettings } from '../../src/llm/client.ts';
import { ModelError } from '../../src/llm/errors.ts';
import { factsOf } from '../../src/llm/facts.ts';
import { type Listening, listen } from '../doubles/http.ts';
import { type ModelDouble, type ModelScript, startModelDouble } from '../doubles/model.ts';
import { listed, startRouter } from '../doubles/router.ts';

const { signal } = new AbortController();
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((item) => item.close()));
});

async function model(script: ModelScript): Promise<ModelDouble> {
  const double = await startModelDouble(script);
  open.push(double);
  return double;
}

function client(
  double: ModelDouble | Listening,
  parts: Partial<ModelSettings> & { responses?: string[] } = {},
) {
  const routerUrl = 'baseUrl' in double ? double.baseUrl : double.url;
  return createModelClient(
    {
      endpoints: {
        routerUrl,
        routerKey: 'k',
        isDirect: false,
        responses: parts.responses ?? [],
        keys: {},
      },
      fallbacks: [],
      maxOutputTokens: 500,
      idleTimeoutMs: 2_000,
      retries: {},
      ...parts,
    },
    systemClock,
  );
}

const ask = (
  id: string,
  messages: ChatCompletionMessageParam[] = [{ role: 'user', content: 'hi' }],
  effort?: Effort,
) => ({
  model: id,
  effort,
  sessionId: 's_1',
  messages,
  tools: [
    {
      type: 'function' as const,
      function: { name: 'look', description: 'Look.', parameters: { type: 'object' } },
    },
  ],
  signal,
  onText: () => {},
});

const field = (request: object, name: string): unknown => Reflect.get(request, name);

describe('the effort', () => {
  test('walks down to what the model takes, once, and what worked is remembered', async () => {
    const double = await model((request) => {
      const effort = field(request, 'reasoning_effort');
      const isTaken = effort === undefined || effort === 'high';
      return isTaken
        ? { text: String(effort) }
        : {
            error: {
              status: 400,
              code: 'unsupported_value',
              param: 'reasoning_effort',
              message: 'no such effort',
            },
          };
    });
    const made = client(double);
    expect((await made.complete(ask('m', undefined, 'max'))).text).toBe('high');
    expect(double.requests).toHaveLength(3);
    expect((await made.complete(ask('m', undefined, 'max'))).text).toBe('high');
    expect(double.requests).toHaveLength(4);
    expect((await made.complete(ask('other', undefined, 'high'))).text).toBe('high');
  });

  test('is not sent to local servers, which do not know it', async () => {
    const double = await model((request) => ({ text: String(field(request, 'reasoning_effort')) }));
    const made = client(double, {
      endpoints: {
        routerUrl: 'http://127.0.0.1:9',
        routerKey: '',
        isDirect: false,
        responses: [],
        keys: { OLLAMA_BASE_URL: double.baseUrl },
      },
    });
    expect((await made.complete(ask('ollama/llama', undefined, 'high'))).text).toBe('undefined');
  });
});

test('a parameter that a provider does not know is left out from then on', async () => {
  const double = await model((request) =>
    field(request, 'max_tokens') === undefined
      ? { text: 'ok' }
      : {
          error: {
            status: 400,
            code: 'unsupported_parameter',
            param: 'max_tokens',
            message: 'use max_completion_tokens',
          },
        },
  );
  const made = client(double);
  await made.complete(ask('m'));
  await made.complete(ask('m'));
  expect(double.requests.map((request) => field(request, 'max_completion_tokens'))).toEqual([
    undefined,
    500,
    500,
  ]);
});

test('thoughts that a provider does not want back are left out, and the conversation goes on', async () => {
  const history = [
    { role: 'user', content: 'hi' },
    { role: 'assistant', content: 'hm', reasoning_content: 'let me think' },
    { role: 'user', content: 'go on' },
  ] as ChatCompletionMessageParam[];
  const double = await model((request) =>
    JSON.stringify(request.messages).includes('let me think')
      ? { error: { status: 400, message: 'messages[1].reasoning_content: invalid signature' } }
      : { text: 'on', reasoning: 'aha' },
  );
  const answer = await client(double).complete(ask('m', history));
  expect(answer).toMatchObject({ text: 'on', reasoning: 'aha' });
  expect(double.requests).toHaveLength(2);
});

describe('while a provider is out', () => {
  test('another model goes on, and the answer says which', async () => {
    const double = await model(({ model: id }) =>
      id === 'first' ? { error: { status: 503 } } : { text: `from ${id}` },
    );
    const made = client(double, { fallbacks: ['first', 'second'] });
    expect(await made.complete(ask('first'))).toMatchObject({ text: 'from second', model: 'second' });
  });

  test('and all others are, too, the reason is that of the one asked for', async () => {
    const double = await model(({ model: id }) => ({ error: { status: id === 'first' ? 402 : 503 } }));
    const asked = client(double, { fallbacks: ['second'] }).complete(ask('first'));
    await expect(asked).rejects.toMatchObject({ kind: 'credits' });
  });

  test('what is wrong with the request itself is no outage', async () => {
    const double = await model(() => ({ error: { status: 401 } }));
    const asked = client(double, { fallbacks: ['second'] }).complete(ask('first'));
    await expect(asked).rejects.toMatchObject({ kind: 'authentication' });
    expect(double.requests).toHaveLength(1);
  });
});

test.each([
  [{ status: 400, code: 'context_length_exceeded' }, 'too_long'],
  [{ status: 400, message: "This model's maximum context length is 8192 tokens" }, 'too_long'],
  [{ status: 413 }, 'too_long'],
  [{ status: 429, code: 'insufficient_quota' }, 'credits'],
  [{ status: 400, code: 'content_filter' }, 'filtered'],
  [{ status: 400, code: 'model_not_found' }, 'unknown_model'],
  [{ status: 400, message: 'something odd' }, 'rejected'],
])('%j is %s', async (error, kind) => {
  const double = await model(() => ({ error }));
  const failure = await client(double)
    .complete(ask('m'))
    .catch((thrown: unknown) => thrown);
  expect(failure).toBeInstanceOf(ModelError);
  expect(failure).toMatchObject({ kind });
});

test('an answer that was filtered is said to be so', async () => {
  const double = await model(() => ({ text: 'x', finish: 'content_filter' }));
  await expect(client(double).complete(ask('m'))).rejects.toMatchObject({ kind: 'filtered' });
});

describe('a stream that stands still', () => {
  const hello = 'data: {"choices":[{"index":0,"delta":{"content":"Hel"}}]}\n\n';
  const rest = 'data: {"choices":[{"index":0,"delta":{"content":"lo"},"finish_reason":"stop"}]}\n\n';

  /** Sends a beginning, then whatever `go` sends. */
  async function standing(go: (response: ServerResponse) => void): Promise<Listening> {
    const server = await listen(async (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(hello);
      go(response);
    });
    open.push(server);
    return server;
  }

  test('in the middle of an answer is given up', async () => {
    const made = client(await standing(() => {}), { idleTimeoutMs: 150 });
    await expect(made.complete(ask('m'))).rejects.toMatchObject({ kind: 'stalled' });
  });

  test('lives as long as it says that it does', async () => {
    const alive = await standing((response) => {
      let left = 30;
      const timer = setInterval(() => {
        if (left-- > 0) return response.write(': keep-alive\n\n');
        clearInterval(timer);
        response.end(rest);
      }, 50);
    });
    const made = client(alive, { idleTimeoutMs: 1_000 });
    expect((await made.complete(ask('m'))).text).toBe('Hello');
  });

  test('is left at once where people stop it', async () => {
    const stop = new AbortController();
    const made = client(await standing(() => stop.abort(new Error('stopped'))), { idleTimeoutMs: 60_000 });
    await expect(made.complete({ ...ask('m'), signal: stop.signal })).rejects.toThrow('stopped');
  });
});

describe('over the Responses API', () => {
  test('the same conversation gives the same answers: text, calls, usage', async () => {
    const double = await model((request) =>
      request.messages.some(({ role }) => role === 'tool')
        ? { text: `seen: ${request.messages.at(-1)?.content}`, usage: { input: 77, output: 11 } }
        : { text: 'Looking.', calls: [{ name: 'look', arguments: { at: 'this' } }] },
    );
    const made = client(double, { responses: ['router'] });
    const texts: string[] = [];
    const first = await made.complete({ ...ask('m'), onText: (text) => void texts.push(text) });
    expect(first).toMatchObject({ text: 'Looking.', isTruncated: false });
    expect(texts.at(-1)).toBe('Looking.');
    const [call] = first.calls;
    expect(JSON.parse(call?.arguments ?? '')).toEqual({ at: 'this' });
    const second = await made.complete(
      ask('m', [
        { role: 'system', content: 'be brief' },
        { role: 'user', content: 'hi' },
        {
          role: 'assistant',
          content: first.text,
          tool_calls: [
            { id: call?.providerId ?? '', type: 'function', function: { name: 'look', arguments: '{}' } },
          ],
        },
        { role: 'tool', tool_call_id: call?.providerId ?? '', content: 'a result' },
      ]),
    );
    expect(second).toMatchObject({ text: 'seen: a result', usage: { inputTokens: 77, outputTokens: 11 } });
    expect(double.refusals).toEqual([]);
  });

  test('errors are classified alike', async () => {
    const double = await model(() => ({ error: { status: 429 } }));
    const asked = client(double, { responses: ['router'] }).complete(ask('m'));
    await expect(asked).rejects.toMatchObject({ kind: 'rate_limit' });
  });
});

describe('the catalogue', () => {
  const MODELS = [
    listed('moonshotai/Kimi-K2.5', [
      { provider: 'novita', context: 262_144, input: 0.6, output: 3 },
      { provider: 'together', context: 131_072, input: 0.5, output: 2.8 },
      { provider: 'plain', context: 8_192, input: 0.1, output: 0.1, tools: false },
    ]),
    listed('Qwen/Qwen3-VL-8B', [{ provider: 'novita', context: 131_072 }], ['text', 'image']),
    listed('no/tools', [{ provider: 'x', tools: false }]),
  ];
  const defaults = { contextTokens: 1_000, price: undefined };

  async function router(script: ModelScript = () => ({ calls: [{ name: 'ready', arguments: {} }] })) {
    const started = await startRouter(await model(script), MODELS);
    open.push(started);
    return { started, catalogue: createCatalogue(started.baseUrl, systemClock), model: client(started) };
  }

  test('tells the window and the price, for whichever provider may answer', async () => {
    const { catalogue, started } = await router();
    expect(await factsOf(catalogue, 'moonshotai/Kimi-K2.5:fastest', defaults)).toEqual({
      contextTokens: 131_072,
      price: { inputUsdPerMillion: 0.6, outputUsdPerMillion: 3 },
      seesImages: false,
      takesTools: true,
    });
    expect(await factsOf(catalogue, 'moonshotai/Kimi-K2.5:novita', defaults)).toMatchObject({
      contextTokens: 262_144,
    });
    expect(await factsOf(catalogue, 'moonshotai/Kimi-K2.5:cheapest', defaults)).toMatchObject({
      price: { outputUsdPerMillion: 2.8 },
    });
    expect(await factsOf(catalogue, 'Qwen/Qwen3-VL-8B', defaults)).toMatchObject({ seesImages: true });
    expect(await factsOf(catalogue, 'local/thing', defaults)).toMatchObject({
      contextTokens: 1_000,
      takesTools: undefined,
    });
    expect(started.catalogueRequests()).toBe(1);
  });

  test('is no reason to fail where it can’t be had', async () => {
    const catalogue = createCatalogue('http://127.0.0.1:9/v1', systemClock);
    expect(await factsOf(catalogue, 'a/b', defaults)).toMatchObject({ contextTokens: 1_000 });
    expect(await describeModels({ catalogue, choices: [] }, 'a/b')).toContain('**a/b**');
  });

  test('a switch is checked: by what the catalogue tells, and by asking once', async () => {
    const deps = { ...(await router()), choices: [] };
    expect(await checkModel(deps, 'moonshotai/Kimi-K2.5', signal)).toEqual({ ok: true, note: '' });
    expect(await checkModel(deps, 'no/tools', signal)).toMatchObject({
      ok: false,
      reason: expect.stringContaining('does not take tools'),
    });
  });

  test('a model that is not there is answered with what is like it', async () => {
    const { catalogue, model: made } = await router(() => ({ error: { status: 404 } }));
    const checked = await checkModel({ catalogue, model: made, choices: [] }, 'moonshotai/Kimi-K25', signal);
    expect(checked).toMatchObject({
      ok: false,
      reason: expect.stringContaining('Did you mean moonshotai/Kimi-K2.5'),
    });
  });
});
