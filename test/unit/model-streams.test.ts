import { describe, expect, test } from 'vitest';
import { answered, CALLED, callsIn, DONE, delta, END, sent, tool } from '../support/model-stream.ts';

describe('calls of tools', () => {
  const READ = ['read', '{"path":"a"}'];
  const WRITE = ['write', '{"path":"b"}'];
  test.each<[string, object[], string[][]]>([
    [
      'that share an index',
      [
        tool({ index: 0, id: 'x1', function: { name: 'read', arguments: '{"path":"a"}' } }),
        tool({ index: 0, id: 'x2', function: { name: 'write', arguments: '{"path":"b"}' } }),
      ],
      [READ, WRITE],
    ],
    [
      'that share an index, in parts, the same tool twice',
      [
        tool({ index: 0, id: 'x1', function: { name: 'read', arguments: '{"path":' } }),
        tool({ index: 0, function: { arguments: '"a"}' } }),
        tool({ index: 0, id: 'x2', function: { name: 'read', arguments: '{"path":' } }),
        tool({ index: 0, function: { arguments: '"a"}' } }),
      ],
      [READ, READ],
    ],
    [
      'without an index',
      [
        tool({ id: 'x1', function: { name: 'read', arguments: '{"path":' } }),
        tool({ function: { arguments: '"a"}' } }),
        tool({ id: 'x2', function: { name: 'write', arguments: '{"path":"b"}' } }),
      ],
      [READ, WRITE],
    ],
    [
      'without an index and without ids',
      [
        delta({
          tool_calls: [
            { function: { name: 'read', arguments: '{"path":"a"}' } },
            { function: { name: 'write', arguments: '{"path":"b"}' } },
          ],
        }),
      ],
      [READ, WRITE],
    ],
    [
      'with the same id for each',
      [
        tool({ index: 0, id: 'call', function: { name: 'read', arguments: '{"path":"a"}' } }),
        tool({ index: 1, id: 'call', function: { name: 'write', arguments: '{"path":"b"}' } }),
      ],
      [READ, WRITE],
    ],
    [
      'with another id in each part',
      [
        tool({ index: 0, id: 'p1', function: { name: 'read', arguments: '' } }),
        tool({ index: 0, id: 'p2', function: { name: '', arguments: '{"path":' } }),
        tool({ index: 0, id: 'p3', function: { arguments: '"a"}' } }),
      ],
      [READ],
    ],
    [
      'whose name and id come with each part',
      [
        tool({ index: 0, id: 'x', function: { name: 'read', arguments: '{"path":' } }),
        tool({ index: 0, id: 'x', function: { name: 'read', arguments: '"a"}' } }),
        tool({ index: 0, id: 'x', function: { name: 'read', arguments: '' } }),
      ],
      [READ],
    ],
    [
      'whose arguments are an object',
      [tool({ index: 0, id: 'x', function: { name: 'read', arguments: { path: 'a' } } })],
      [READ],
    ],
    [
      'in parts that alternate',
      [
        tool({ index: 0, id: 'x1', function: { name: 'read', arguments: '{"pa' } }),
        tool({ index: 1, id: 'x2', function: { name: 'write', arguments: '{"pa' } }),
        tool({ index: 0, function: { arguments: 'th":"a"}' } }),
        tool({ index: 1, function: { arguments: 'th":"b"}' } }),
      ],
      [READ, WRITE],
    ],
    [
      'whose names have what the model was trained with around them',
      [
        tool({
          index: 0,
          id: 'functions.read:0',
          function: { name: 'functions.read:0', arguments: '{"path":"a"}' },
        }),
        tool({
          index: 1,
          id: 'x',
          function: { name: 'write<|channel|>commentary', arguments: '{"path":"b"}' },
        }),
      ],
      [READ, WRITE],
    ],
    [
      'of one function, as they were before',
      [delta({ function_call: { name: 'read', arguments: '{"path":"a"}' } })],
      [READ],
    ],
    ['without arguments', [tool({ index: 0, id: 'x', function: { name: 'ps' } })], [['ps', '']]],
  ])('%s', async (_name, events, expected) => {
    const answer = await answered(sent(...events, CALLED) + DONE);
    expect(callsIn(answer)).toEqual(expected);
    expect(new Set(answer.calls.map(({ providerId }) => providerId)).size).toBe(expected.length);
    for (const { providerId } of answer.calls) expect(providerId).toMatch(/^[A-Za-z0-9]{9}$/);
  });

  test('keep what their provider wants back with them', async () => {
    const extra = { google: { thought_signature: 'Q2lk' } };
    const answer = await answered(
      sent(
        tool({ index: 0, id: '', extra_content: extra, function: { name: 'read', arguments: '{}' } }),
        CALLED,
      ),
    );
    expect(answer.calls[0]?.extra).toEqual(extra);
  });

  const SIGNED = { thought_signature: 'Q2lk' };
  test.each<[string, object, object]>([
    ['with the call', { provider_specific_fields: SIGNED }, { provider_specific_fields: SIGNED }],
    [
      'with its function',
      { function: { name: 'read', arguments: '{}', provider_specific_fields: SIGNED } },
      { 'function.provider_specific_fields': SIGNED },
    ],
    ['in its id', { id: 'call_x__thought__Q2lk' }, { provider_specific_fields: SIGNED }],
    [
      'beside others',
      { provider_specific_fields: SIGNED, extra_content: { google: SIGNED } },
      { google: SIGNED, provider_specific_fields: SIGNED },
    ],
  ])('keep what LiteLLM wants back, %s', async (_where, fields, extra) => {
    const part = { index: 0, id: 'x', function: { name: 'read', arguments: '{}' }, ...fields };
    expect((await answered(sent(tool(part), CALLED))).calls[0]?.extra).toEqual(extra);
    const header = {
      index: 0,
      id: 'x',
      provider_specific_fields: {},
      function: { name: 'read', arguments: '' },
    };
    const late = { index: 0, ...fields, function: { ...part.function, name: '' } };
    expect((await answered(sent(tool(header), tool(late), CALLED))).calls[0]?.extra).toEqual(extra);
  });
});

describe('a stream', () => {
  const HELLO = [
    delta({ role: 'assistant', content: '' }),
    delta({ content: 'Hel' }),
    delta({ content: 'lo' }),
  ];
  test.each([
    [
      'of chunks without choices or delta',
      sent({ id: 'x' }, { choices: [] }, { choices: null }, { choices: [{}] }, ...HELLO, END) + DONE,
    ],
    [
      'with pings as data',
      sent('ping', '', '"ping"', '{"type":"ping"}', ...HELLO, ': keep-alive', END) + DONE,
    ],
    [
      'with comments and named events',
      `: OPENROUTER PROCESSING\n\nevent: ping\ndata: {}\n\n${sent(...HELLO, END)}${DONE}`,
    ],
    ['whose lines end as on Windows', (sent(...HELLO, END) + DONE).replaceAll('\n', '\r\n')],
    ['without a blank after the colon', (sent(...HELLO, END) + DONE).replaceAll('data: ', 'data:')],
    ['without empty lines between its events', (sent(...HELLO, END) + DONE).replaceAll('\n\n', '\n')],
    ['that does not say why it ends, but that it does', sent(...HELLO) + DONE],
    ['whose last event has no end', sent(...HELLO, END).trimEnd()],
    ['with a byte order mark', `\uFEFF${sent(...HELLO, END)}`],
  ])('%s', async (_name, body) => {
    expect(await answered(body)).toMatchObject({ text: 'Hello', calls: [], isTruncated: false });
  });

  test.each([
    [
      'is one object',
      JSON.stringify({ choices: [{ message: { content: 'Hello' }, finish_reason: 'stop' }] }),
      'application/json',
    ],
    [
      'has the whole message once more at its end',
      sent(...HELLO, { choices: [{ message: { content: 'Hello' }, finish_reason: 'stop' }] }),
      'text/event-stream',
    ],
    [
      'comes as parts of content',
      sent(
        delta({ content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] }] }),
        delta({ content: [{ type: 'text', text: 'Hello' }] }, 'stop'),
      ),
      'text/event-stream',
    ],
    ['is a refusal', sent(delta({ refusal: 'Hello' }), delta({}, 'refusal')), 'text/event-stream'],
  ])('that %s', async (_name, body, type) => {
    expect(await answered(body, type)).toMatchObject({ text: 'Hello' });
  });

  test('that breaks off is no answer, however much came', async () => {
    await expect(answered(sent(...HELLO))).rejects.toMatchObject({ kind: 'network' });
    const cut = tool({ index: 0, id: 'x', function: { name: 'read', arguments: '{"path":' } });
    await expect(answered(sent(cut) + DONE)).rejects.toMatchObject({ kind: 'network' });
  });

  test.each(['<html><body>502 Bad Gateway</body></html>', 'upstream connect error', '<!doctype html>'])(
    'that is none (%s) is the provider’s trouble',
    async (body) => {
      await expect(answered(body, 'text/html')).rejects.toMatchObject({ kind: 'unavailable' });
    },
  );

  test.each([
    ['length', true],
    ['max_tokens', true],
    ['MAX_TOKENS', true],
    ['model_length', true],
    ['FinishReason.MAX_TOKENS', true],
    ['max_output', true],
    ['max_new_token', true],
    ['maxTokens', true],
    ['incomplete', true],
    ['LENGTH_TRUNCATED', true],
    ['stop', false],
    ['FinishReason.STOP', false],
    ['stop_sequence', false],
    ['COMPLETE', false],
    ['eos', false],
    ['end_turn', false],
    ['some_new_word', false],
  ])('that ends with %s is cut: %s', async (finish, isTruncated) => {
    expect(await answered(sent(delta({ content: 'Hello' }), delta({}, finish)))).toMatchObject({
      isTruncated,
    });
  });

  test.each([
    ['error', 'unavailable'],
    ['network_error', 'unavailable'],
    ['insufficient_system_resource', 'unavailable'],
    ['MALFORMED_FUNCTION_CALL', 'unavailable'],
    ['content_filter', 'filtered'],
    ['SAFETY', 'filtered'],
    ['sensitive', 'filtered'],
    ['failed', 'unavailable'],
    ['exception', 'unavailable'],
    ['internal_server_error', 'unavailable'],
    ['overloaded', 'unavailable'],
    ['unload', 'unavailable'],
    ['FinishReason.ERROR', 'unavailable'],
    ['rate_limited', 'unavailable'],
    ['serviceUnavailable', 'unavailable'],
    ['FinishReason.PROHIBITED_CONTENT', 'filtered'],
    ['IMAGE_PROHIBITED_CONTENT', 'filtered'],
    ['content-filtered', 'filtered'],
  ])('that ends with %s has failed', async (finish, kind) => {
    await expect(answered(sent(delta({ content: 'Hello' }), delta({}, finish)))).rejects.toMatchObject({
      kind,
    });
  });

  test.each([
    [
      {
        error: {
          message: 'prompt is too long: 210000 tokens > 200000 maximum',
          type: 'invalid_request_error',
        },
      },
      'too_long',
    ],
    [{ error: { code: 429, message: 'Provider returned error' } }, 'rate_limit'],
    [
      { error: { code: 502, message: 'Provider returned error', metadata: { raw: 'upstream' } } },
      'unavailable',
    ],
    [{ error: 'Internal server error' }, 'unavailable'],
    [{ object: 'error', message: 'engine died', code: 500 }, 'unavailable'],
    [{ detail: 'Not enough credits' }, 'credits'],
    [
      {
        choices: [
          {
            delta: { content: '' },
            finish_reason: 'error',
            error: { code: 402, message: 'Insufficient credits' },
          },
        ],
      },
      'credits',
    ],
    [{ error: { type: 'overloaded_error', message: 'Overloaded' } }, 'unavailable'],
  ])('in which there is %j has failed', async (event, kind) => {
    await expect(answered(sent(...HELLO, event))).rejects.toMatchObject({ kind });
  });
});

describe('what was used', () => {
  const used = async (usage: unknown, rest: object = {}) =>
    (await answered(sent(delta({ content: 'Hi' }, 'stop'), { choices: [], usage, ...rest }) + DONE)).usage;
  test.each([
    [
      { prompt_tokens: 100, completion_tokens: 20, prompt_tokens_details: { cached_tokens: 60 } },
      { inputTokens: 100, cachedTokens: 60, outputTokens: 20 },
    ],
    [
      { prompt_tokens: 100.4, completion_tokens: '20' },
      { inputTokens: 101, outputTokens: 20 },
    ],
    [
      { prompt_tokens: 100, completion_tokens: 20, prompt_cache_hit_tokens: 64 },
      { inputTokens: 100, cachedTokens: 64, outputTokens: 20 },
    ],
    [{ prompt_tokens: 100, completion_tokens: null }, { inputTokens: 100 }],
    [{ prompt_tokens: -1, completion_tokens: 5 }, { outputTokens: 5 }],
    [{ prompt_tokens: 9e18, completion_tokens: '1e300' }, undefined],
    [{ prompt_tokens: 7, completion_tokens: ' ', cached_tokens: 3_000_000_000 }, { inputTokens: 7 }],
    [null, undefined],
    [{}, undefined],
  ])('%j', async (usage, expected) => {
    expect(await used(usage)).toEqual(expected);
  });

  test('is read where Groq and Moonshot tell it', async () => {
    const usage = { prompt_tokens: 7, completion_tokens: 3 };
    expect(await used(undefined, { x_groq: { usage } })).toEqual({ inputTokens: 7, outputTokens: 3 });
    const choice = { choices: [{ index: 0, delta: {}, finish_reason: 'stop', usage }] };
    expect((await answered(sent(delta({ content: 'Hi' }), choice))).usage).toEqual({
      inputTokens: 7,
      outputTokens: 3,
    });
  });
});
