import { describe, expect, test } from 'vitest';
import { answered, CALLED, callsIn, DONE, delta, END, sent, tool } from '../support/model-stream.ts';

/* What servers and models do that no other does, each as it was reported. */

const ARGS = '{"path":"a"}';
const HELLO = delta({ content: 'Hello' });
const said = (content: string): string => sent(delta({ content }), END) + DONE;

describe('what goes wrong in a stream that has begun is never an answer', () => {
  test.each<[string, string, string]>([
    [
      'a list (Gemini)',
      sent([{ error: { code: 429, message: 'x', status: 'RESOURCE_EXHAUSTED' } }]),
      'rate_limit',
    ],
    ['a list, and no event (Gemini)', JSON.stringify([{ error: { code: 429, message: 'x' } }]), 'rate_limit'],
    [
      'base_resp (MiniMax)',
      sent({ choices: null, base_resp: { status_code: 1008, status_msg: 'insufficient balance' } }),
      'credits',
    ],
    [
      'base_resp, and no event (MiniMax)',
      JSON.stringify({
        choices: null,
        base_resp: { status_code: 2013, status_msg: 'invalid params, context window exceeds limit (2013)' },
      }),
      'too_long',
    ],
    [
      'error_msg (Baidu)',
      sent({ error_code: 336103, error_msg: 'the prompt is too long', id: 'x' }),
      'too_long',
    ],
    ['msg (Zhipu)', sent({ code: 500, msg: '404 NOT_FOUND', success: false }), 'unavailable'],
    [
      'a code that is a number (SiliconFlow)',
      sent({ code: 50505, message: 'Model service overloaded.', data: null }),
      'unavailable',
    ],
    [
      'errors (Cloudflare)',
      sent({
        success: false,
        errors: [{ code: 5021, message: 'exceeded this model context window limit (8192)' }],
        result: {},
      }),
      'too_long',
    ],
    [
      'an exception by its name (Bedrock)',
      sent(HELLO, { throttlingException: { message: 'Too many requests' } }),
      'rate_limit',
    ],
    [
      'another one (Bedrock)',
      sent(HELLO, { modelStreamErrorException: { message: 'The model broke off' } }),
      'unavailable',
    ],
    [
      'an event of that name, as text (proxies)',
      `${sent(HELLO)}event: error\ndata: upstream connect error\n\n${DONE}`,
      'unavailable',
    ],
    [
      'an event of that name, with a code (AWS)',
      `${sent(HELLO)}event: error\ndata: {"code":"x","message":"Input is too long for requested model."}\n\n`,
      'too_long',
    ],
    [
      'a field of that name (llama.cpp)',
      `${sent(HELLO)}error: {"code":500,"message":"Context size has been exceeded.","type":"server_error"}\n\n`,
      'too_long',
    ],
    [
      'text behind a word (FastChat)',
      `${sent(HELLO)}data: [ERROR] CUDA out of memory\n\n${DONE}`,
      'unavailable',
    ],
    [
      'an end as an object (SGLang)',
      sent(HELLO, delta({}, { type: 'abort', message: 'OOM' } as never)) + DONE,
      'unavailable',
    ],
    [
      'a filter of calls (Gemini)',
      sent(HELLO, delta({}, 'function_call_filter: MALFORMED_FUNCTION_CALL')),
      'unavailable',
    ],
    ['a filter of texts (Gemini)', sent(HELLO, delta({}, 'content_filter: RECITATION')), 'filtered'],
    [
      'an end that its provider calls a failure (OpenRouter)',
      sent(HELLO, {
        choices: [{ delta: {}, finish_reason: 'stop', native_finish_reason: 'MALFORMED_FUNCTION_CALL' }],
      }),
      'unavailable',
    ],
    ['calls that the server could not read (vLLM)', sent(HELLO, CALLED) + DONE, 'empty'],
    ['an error within detail (proxies)', sent({ detail: { error: 'Insufficient credits' } }), 'credits'],
    [
      'an error of some fields within detail (FastAPI)',
      sent(HELLO, { detail: { error: { message: 'prompt is too long', code: 400 } } }),
      'too_long',
    ],
    ['words within detail (FastAPI)', sent({ detail: { msg: 'Not enough credits' } }), 'credits'],
    [
      'a list within detail (FastAPI)',
      sent({ detail: [{ msg: 'overloaded', loc: ['body'] }] }),
      'unavailable',
    ],
    [
      'a status within detail (proxies)',
      sent({ detail: { error: { code: 402, message: 'no' } }, request_id: 'x', more: 1 }),
      'credits',
    ],
    [
      'words within a message (Mistral)',
      sent({ object: 'error', message: { detail: [{ msg: 'out of credits' }] } }),
      'credits',
    ],
    [
      'what is passed on, by its code (OpenRouter)',
      sent(HELLO, {
        error: {
          code: 400,
          message: 'Provider returned error',
          metadata: { raw: '{"error":{"message":"no","code":"context_length_exceeded"}}' },
        },
      }),
      'too_long',
    ],
    ['a text within the text (proxies)', sent({ error: '{"message":"Insufficient credits"}' }), 'credits'],
    [
      'a description (Writer)',
      sent({ errors: [{ description: 'prompt is too long' }], tpe: 'x' }),
      'too_long',
    ],
    ['comments alone', ': waiting\n\n: waiting\n\n', 'network'],
  ])('%s', async (_name, body, kind) => {
    await expect(answered(body)).rejects.toMatchObject({ kind });
  });

  test.each([
    ['the place of an error, and nothing in it', sent({ ...HELLO, error: { message: '', code: 0 } }, END)],
    ['a code that says success', sent({ ...HELLO, code: 0, message: 'success' }, END)],
    ['detail about the answer', sent({ ...HELLO, detail: { msg: 'cached' } }, END)],
    [
      'detail about the request, with an id',
      sent({ id: 'x', type: 'start', detail: { tokens: 3 } }, HELLO, END),
    ],
    ['base_resp that says success', sent({ ...HELLO, base_resp: { status_code: 0, status_msg: '' } }, END)],
    [
      'a filter that has not run',
      sent(
        HELLO,
        {
          choices: [
            { index: 0, delta: {}, content_filter_results: { error: { code: 'content_filter_error' } } },
          ],
        },
        END,
      ),
    ],
  ])('but %s is', async (_name, body) => {
    expect(await answered(body)).toMatchObject({ text: 'Hello', isTruncated: false });
  });
});

describe('an end', () => {
  test.each<[string, string, boolean]>([
    ['in another case', `${sent(HELLO)}data: [done]\n\n`, false],
    ['that is an event', `${sent(HELLO)}event: done\ndata: {}\n\n`, false],
    ['as stop_reason', sent(HELLO, { choices: [{ delta: {}, stop_reason: 'max_tokens' }] }), true],
    ['as an object', sent(HELLO, delta({}, { type: 'length', length: 100 } as never)), true],
    [
      'that a router has no word for',
      sent(HELLO, { choices: [{ delta: {}, native_finish_reason: 'MAX_TOKENS' }] }),
      true,
    ],
    [
      'behind comments, of an answer that is not streamed',
      `: PROCESSING\n\n: PROCESSING\n\n${JSON.stringify({ choices: [{ message: { content: 'Hello' }, finish_reason: 'stop' }] })}`,
      false,
    ],
  ])('%s', async (_name, body, isTruncated) => {
    expect(await answered(body)).toMatchObject({ text: 'Hello', isTruncated });
  });
});

describe('a call in the text', () => {
  const JSON_CALL = '{"name": "read", "arguments": {"path": "a"}}';
  test.each([
    `<|tool_call|>[${JSON_CALL}]`,
    `<tool_call>[${JSON_CALL}]</tool_call>`,
    `<tool_call>{"type":"function","function":${JSON_CALL}}</tool_call>`,
    '<tool_call>\n{"name":"read","arguments":"{\\"path\\":\\"a\\"}"}\n</tool_call>',
    `<tool_calls>[${JSON_CALL}]</tool_calls>`,
    `<TOOLCALL>[${JSON_CALL}]</TOOLCALL>`,
    `<longcat_tool_call>${JSON_CALL}</longcat_tool_call>`,
    `<|tool_call_start|>[${JSON_CALL}]<|tool_call_end|>`,
    '<|tool_call_start|>[read(path="a")]<|tool_call_end|>',
    "<|tool_call_start|>[read(path='a',)]<|tool_call_end|>",
    '<|python_start|>[read(path="a")]<|python_end|>',
    '[read(path="a")]',
    '<|python_tag|>read(path="a")<|eom_id|>',
    "<tool_call>{'name': 'read', 'arguments': {'path': 'a'}}</tool_call>",
    '<|tools_prefix|>[{"read": {"path": "a"}}]<|tools_suffix|>',
    '<|action_start|><|plugin|>{"name":"read","parameters":{"path":"a"}}<|action_end|>',
    '<|START_ACTION|>[{"tool_call_id":"0","tool_name":"read","parameters":{"path":"a"}}]<|END_ACTION|>',
    '<seed:tool_call>\n<function=read>\n<parameter=path>a</parameter>\n</function>\n</seed:tool_call>',
    '<invoke name="read"><parameter name="path">a</parameter></invoke>',
    '<｜DSML｜tool_calls>\n<｜DSML｜invoke name="read">\n<｜DSML｜parameter name="path" string="true">a</｜DSML｜parameter>\n</｜DSML｜invoke>\n</｜DSML｜tool_calls>',
    '{"name": "read", "parameters": {"path": "a"}}',
    '<think>I should read.\n<tool_call>\n{"name":"read","arguments":{"path":"a"}}\n</tool_call>',
    'I should read.\n</think>\n<tool_call>\n{"name":"read","arguments":{"path":"a"}}\n</tool_call>',
  ])('is one: %s', async (content) => {
    const answer = await answered(said(content));
    expect(answer.calls.map(({ name, arguments: text }) => [name, JSON.parse(text)])).toEqual([
      ['read', { path: 'a' }],
    ]);
    expect(answer.text).toBe('');
  });

  test('that was taken for a thought, with nothing behind it, is one', async () => {
    const thought = `I should read.\n<tool_call>\n${JSON_CALL}\n</tool_call>`;
    expect((await answered(sent(delta({ reasoning_content: thought }), END))).calls).toHaveLength(1);
    const spoken = `A call looks like <tool_call>${JSON_CALL}</tool_call>, and I make none.`;
    await expect(answered(sent(delta({ reasoning_content: spoken }), END))).rejects.toMatchObject({
      kind: 'empty',
    });
  });

  test('of several, a line each', async () => {
    const answer = await answered(
      said(`<tool_calls>\n${JSON_CALL}\n{"name":"ps","arguments":{}}\n</tool_calls>`),
    );
    expect(callsIn(answer).map(([name]) => name)).toEqual(['read', 'ps']);
  });

  test('whose JSON is none is a call, and no answer', async () => {
    const answer = await answered(
      said('<tool_call>\n{"name": "read", "arguments": {"path": "say "hi""}}\n</tool_call>'),
    );
    expect(answer).toMatchObject({ text: '', calls: [{ name: 'read', arguments: '{"path": "say "hi""}' }] });
  });

  test.each(['{"name": "rows", "arguments": 3}', '{"name": "read"}', '[]', '{"lr": 1}'])(
    'is none: %s',
    async (text) => {
      expect(await answered(said(text))).toMatchObject({ text, calls: [] });
    },
  );
});

describe('thoughts', () => {
  test.each([
    'They want x.\n</think>\n\nHello',
    'They want x.</think>\n\nHello',
    'They want x.\n</thinking>\nHello',
    '<|START_THINKING|>They want x.<|END_THINKING|><|START_RESPONSE|>Hello<|END_RESPONSE|>',
    '<unused94>thought\nThey want x.<unused95>Hello',
    '<longcat_think>They want x.</longcat_think>Hello',
  ])('are no part of the text: %s', async (content) => {
    const { text, reasoning } = await answered(said(content));
    expect([text, reasoning.trim()]).toEqual(['Hello', 'They want x.']);
  });

  test.each([
    'A thought ends with </think> there.',
    'It is `</think>`.\n\nSo.',
    'Between <think> and\n</think>\n\nit thinks.',
    '```\nhm\n</think>\n\n```',
    'a <s>b</s>',
  ])('that are spoken of stay: %s', async (content) => {
    expect(await answered(said(content))).toMatchObject({ text: content, reasoning: '' });
  });

  test.each(['They want x.\n</think>\n\n', '<think>They want x.'])(
    'before a call are none either: %j',
    async (content) => {
      const asked = tool({ index: 0, id: 'a', function: { name: 'read', arguments: ARGS } });
      expect(await answered(sent(delta({ content }), asked, CALLED))).toMatchObject({
        text: '',
        calls: [{}],
      });
    },
  );

  test('that end the answer are what was said', async () => {
    expect(await answered(said('So: 42.\n</think>'))).toMatchObject({ text: 'So: 42.' });
  });
});

test('thoughts that are signed are kept with the first call, whole', async () => {
  const part = (fields: object) =>
    delta({ reasoning_details: [{ index: 0, type: 'reasoning.text', ...fields }] });
  const asked = { index: 0, id: 'a', function: { name: 'read', arguments: ARGS } };
  const events = [
    part({ text: 'They ' }),
    part({ text: 'want x.' }),
    part({ signature: 'c2ln' }),
    tool(asked),
    CALLED,
  ];
  expect((await answered(sent(...events))).calls[0]?.extra).toEqual({
    reasoning_details: [{ index: 0, type: 'reasoning.text', text: 'They want x.', signature: 'c2ln' }],
  });
  const plain = await answered(sent(part({ text: 'They' }), tool(asked), CALLED));
  expect(plain.calls[0]?.extra).toBeUndefined();
});

describe('marks', () => {
  test.each([
    '<|start_header_id|>assistant<|end_header_id|>\n\nHello<|eot_id|>',
    '<|im_assistant|>assistant<|im_middle|>Hello<|im_end|>',
    '<|begin_of_box|>Hello<|end_of_box|>',
    'Hello</s>',
    'Hello<｜tool▁outputs▁begin｜><｜tool▁output▁begin｜>x',
    '<start_of_turn>model\nHello<end_of_turn>',
  ])('are not shown: %s', async (content) => {
    expect(await answered(said(content))).toMatchObject({ text: 'Hello' });
  });

  test('before a call leave what is said to people', async () => {
    const call =
      '<|start|>assistant<|channel|>commentary to=functions.read <|constrain|>json<|message|>{"path":"a"}<|call|>';
    const answer = await answered(said(`<|channel|>commentary<|message|>I will look.<|end|>${call}`));
    expect(answer).toMatchObject({ text: 'I will look.', calls: [{ name: 'read' }] });
  });
});
