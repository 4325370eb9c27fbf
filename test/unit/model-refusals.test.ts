import OpenAI from 'openai';
import { describe, expect, test } from 'vitest';
import { inOneForm, saidIn } from '../../src/llm/refusals.ts';

const CEREBRAS = {
  message: "messages.2.assistant.reasoning_content: property 'reasoning_content' is unsupported",
  type: 'invalid_request_error',
  param: 'validation_error',
  code: 'wrong_api_format',
};
const EXTRA = { type: 'extra_forbidden', msg: 'Extra inputs are not permitted' };

/** As each answers with a refusal: what is said, and by which code. */
const FORMS: readonly (readonly [provider: string, body: unknown, says: string, code: string | undefined])[] =
  [
    [
      'OpenAI',
      { error: { message: 'no', type: 'invalid_request_error', code: null } },
      'no',
      'invalid_request_error',
    ],
    ['Cerebras', CEREBRAS, 'property', 'wrong_api_format'],
    [
      'Gemini',
      [{ error: { code: 400, message: 'no', status: 'INVALID_ARGUMENT' } }],
      'no',
      'INVALID_ARGUMENT',
    ],
    [
      'SiliconFlow',
      { code: 20015, message: 'reasoning_content is missing', data: null },
      'is missing',
      undefined,
    ],
    [
      'OpenRouter',
      {
        error: {
          code: 400,
          message: 'Provider returned error',
          metadata: {
            provider_name: 'Moonshot',
            raw: '{"error":{"message":"reasoning_content is missing"}}',
          },
        },
      },
      'Provider returned error: reasoning_content is missing',
      undefined,
    ],
    [
      'Mistral',
      {
        object: 'error',
        message: { detail: [{ ...EXTRA, loc: ['body', 'messages', 1, 'reasoning_content'] }] },
      },
      'body.messages.1.reasoning_content: Extra inputs are not permitted',
      undefined,
    ],
    ['FastAPI', { detail: [{ ...EXTRA, loc: ['body', 'tools', 0] }] }, 'body.tools.0: Extra', undefined],
    ['a plain server', { detail: 'Not authenticated' }, 'Not authenticated', undefined],
    ['the router', { error: 'Bad request: model does not exist' }, 'model does not exist', undefined],
    ['Cloudflare', { errors: [{ code: 7003, message: 'no route' }], success: false }, 'no route', undefined],
    [
      'Writer',
      { tpe: 'BadRequest', errors: [{ description: 'Prompt is too long', key: 'fail.input' }], extras: {} },
      'Prompt is too long',
      undefined,
    ],
    [
      'OpenRouter, with a code of who refused',
      {
        error: {
          code: 400,
          message: 'Provider returned error',
          metadata: { raw: '{"error":{"message":"no","code":"context_length_exceeded"}}' },
        },
      },
      'no',
      'context_length_exceeded',
    ],
    ['Apigee', { fault: { faultstring: 'Quota is over', detail: {} } }, 'Quota is over', undefined],
    ['nobody known', { reason: 'because' }, '{"reason":"because"}', undefined],
  ];

describe.each(FORMS)('%s', (_provider, body, says, code) => {
  test('is understood', () => {
    expect(saidIn(body)).toMatchObject({ message: expect.stringContaining(says), code });
  });

  test('is told by the client, with what is said', async () => {
    const send = inOneForm(async () => Response.json(body, { status: 400 }));
    const client = new OpenAI({ apiKey: 'k', baseURL: 'http://provider/v1', maxRetries: 0, fetch: send });
    const thrown = await client.chat.completions.create({ model: 'm', messages: [] }).catch((error) => error);
    expect(thrown).toMatchObject({ status: 400, message: expect.stringContaining(says) });
  });
});

test('whoever refused behind a router is known by name', () => {
  expect(saidIn(FORMS[4]?.[1]).provider).toBe('Moonshot');
});

test.each([
  ['text', 'upstream connect error'],
  ['nested without an end', '['.repeat(600)],
])('what is no JSON is told as it is: %s', async (_name, text) => {
  const response = await inOneForm(async () => new Response(text, { status: 502 }))('http://provider/');
  expect(await response.text()).toBe(text);
});

test('one that goes on and on is cut, whatever it is made of', () => {
  let nested: unknown = 'end';
  for (let i = 0; i < 400; i++) nested = { message: nested, error: [nested] };
  expect(saidIn({ message: 'x'.repeat(1e6) }).message.length).toBe(4_000);
  expect(
    saidIn({ errors: Array.from({ length: 1e4 }, (_, i) => ({ message: `m${i}` })) }).message.length,
  ).toBeLessThan(500);
});

test.each<[string, unknown, Record<string, string>, string | null]>([
  ['in milliseconds (Azure)', { error: { message: 'slow down' } }, { 'retry-after-ms': '2500' }, '2.5'],
  [
    'beside the words (Gemini)',
    [{ error: { code: 429, message: 'quota', details: [{ '@type': 'RetryInfo', retryDelay: '41s' }] } }],
    {},
    '41',
  ],
  ['as all do', { error: { retryDelay: '41s' } }, { 'retry-after': '7', 'retry-after-ms': '1' }, '7'],
  ['nowhere', { error: { message: 'slow down' } }, {}, null],
])('how long to wait is said %s', async (_where, body, headers, seconds) => {
  const send = inOneForm(async () => Response.json(body, { status: 429, headers }));
  expect((await send('http://provider/v1')).headers.get('retry-after')).toBe(seconds);
});
