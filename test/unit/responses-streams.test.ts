import { describe, expect, test } from 'vitest';
import type { ModelAnswer } from '../../src/llm/answer.ts';
import { eventsOf } from '../../src/llm/events.ts';
import { ResponsesAssembly } from '../../src/llm/responses-stream.ts';
import { DONE } from '../support/model-stream.ts';

/* Answers over the Responses API, as OpenAI and servers besides send them. */

async function answered(body: string): Promise<ModelAnswer> {
  const assembly = new ResponsesAssembly();
  for await (const event of eventsOf(new Response(body), () => {})) {
    assembly.add(event);
    if (event === 'end') break;
  }
  return assembly.finish(['read', 'ps']);
}

const sent = (...events: readonly object[]): string =>
  events.map((event) => `event: ${Reflect.get(event, 'type')}\ndata: ${JSON.stringify(event)}\n\n`).join('');
const delta = (text: string) => ({ type: 'response.output_text.delta', delta: text });
const completed = (response: object) => ({
  type: 'response.completed',
  response: { status: 'completed', error: null, ...response },
});
const message = (text: string) => ({ type: 'message', content: [{ type: 'output_text', text }] });
const call = (name: string, args: unknown = '{"path":"a"}') => ({
  type: 'function_call',
  call_id: 'call_1',
  name,
  arguments: args,
});
const done = (item: object) => ({ type: 'response.output_item.done', item });

describe('an answer', () => {
  test.each([
    ['whole at its end', sent(delta('Hel'), delta('lo'), completed({ output: [message('Hello')] }))],
    ['with nothing at its end', sent(delta('Hello'), completed({ output: [] }))],
    ['with no list at its end', sent(delta('Hello'), completed({}))],
    ['in its parts alone', sent(done(message('Hello')), completed({ output: [] }))],
    ['without its last event', sent(delta('Hello'), done(message('Hello'))) + DONE],
    ['not streamed', JSON.stringify({ object: 'response', status: 'completed', output: [message('Hello')] })],
    ['with a thought in the text', sent(delta('<think>hm</think>Hello'), completed({ output: [] }))],
    ['with pings', `: ping\n\ndata: ping\n\n${sent({ type: 'ping' }, delta('Hello'), completed({}))}`],
  ])('%s', async (_name, body) => {
    expect(await answered(body)).toMatchObject({ text: 'Hello', calls: [], isTruncated: false });
  });

  test('that breaks off is none', async () => {
    await expect(answered(sent(delta('Hello')))).rejects.toMatchObject({ kind: 'network' });
  });

  test.each([
    [{ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }, true],
    [{ status: 'incomplete', incomplete_details: null }, true],
    [{ status: 'completed' }, false],
  ])('that is %j is cut: %s', async (response, isTruncated) => {
    const last = { type: 'response.incomplete', response };
    expect(await answered(sent(delta('Hello'), last))).toMatchObject({ isTruncated });
  });
});

test.each([
  ['in a list', sent(completed({ output: [call('functions.read'), call('read')] }))],
  ['in parts alone', sent(done(call('read')), done(call('Read:0')), completed({ output: [] }))],
  ['with arguments as an object', sent(completed({ output: [call('read', { path: 'a' }), call('read')] }))],
])('calls %s have ids of their own and the names of tools', async (_name, body) => {
  const { calls } = await answered(body);
  expect(calls.map(({ name, arguments: text }) => [name, text])).toEqual([
    ['read', '{"path":"a"}'],
    ['read', '{"path":"a"}'],
  ]);
  expect(new Set(calls.map(({ providerId }) => providerId)).size).toBe(2);
});

describe('what goes wrong is told by what it is', () => {
  const failed = (error: object) => ({ type: 'response.failed', response: { status: 'failed', error } });
  test.each([
    [
      sent(failed({ code: 'context_length_exceeded', message: 'Your input exceeds the context window' })),
      'too_long',
    ],
    [sent(failed({ code: 'rate_limit_exceeded', message: 'slow down' })), 'rate_limit'],
    [sent(failed({ code: 'insufficient_quota', message: 'You exceeded your current quota' })), 'credits'],
    [sent(failed({ code: 'server_error', message: 'oops' })), 'unavailable'],
    [
      sent({ type: 'error', code: 'context_length_exceeded', message: 'too long', param: 'input' }),
      'too_long',
    ],
    [
      sent({ type: 'error', error: { code: 'x', message: 'prompt is too long: 210 tokens > 200 maximum' } }),
      'too_long',
    ],
    ['event: error\ndata: upstream connect error\n\n', 'unavailable'],
    [sent(delta('He'), { type: 'response.cancelled', response: { status: 'cancelled' } }), 'unavailable'],
    [
      sent({
        type: 'response.incomplete',
        response: { status: 'incomplete', incomplete_details: { reason: 'content_filter' } },
      }),
      'filtered',
    ],
  ])('%s', async (body, kind) => {
    await expect(answered(body)).rejects.toMatchObject({ kind });
  });
});
