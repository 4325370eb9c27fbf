import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import { describe, expect, test } from 'vitest';
import { messagesFor, type Thought } from '../../src/llm/messages.ts';
import { healed, isOfConversation, NO_QUIRKS, type Quirks } from '../../src/llm/quirks.ts';
import { pictureType } from '../../src/session/store/images.ts';

const call = (id: string, name: string) => ({
  id,
  type: 'function' as const,
  function: { name, arguments: '{}' },
});

describe('what goes to any provider', () => {
  test('has ids in the strictest alphabet, and each result that of its call', () => {
    const ids = ['functions.read:0', 'call_abc-1', '', 'x'.repeat(80), 'Abc123xyz'];
    const messages: ChatCompletionMessageParam[] = ids.flatMap((id) => [
      { role: 'assistant', content: null, tool_calls: [call(id, 'read')] },
      { role: 'tool', tool_call_id: id, content: 'done' },
    ]);
    const sent = messagesFor(messages, NO_QUIRKS);
    const asked = sent.flatMap((message) => (message.role === 'assistant' ? (message.tool_calls ?? []) : []));
    const answered = sent.flatMap((message) => (message.role === 'tool' ? message.tool_call_id : []));
    expect(asked.map(({ id }) => id)).toEqual(answered);
    for (const id of answered) expect(id).toMatch(/^[A-Za-z0-9]{9}$/);
    expect(new Set(answered).size).toBe(ids.length);
    expect(answered.at(-1)).toBe('Abc123xyz');
  });

  test.each([
    ['read file', 'read_file'],
    ['mcp.search/all', 'mcp_search_all'],
    ['', 'unnamed'],
    ['é', '_'],
    ['a'.repeat(100), 'a'.repeat(64)],
  ])('names tools in letters that all take: "%s"', (name, expected) => {
    const [sent] = messagesFor(
      [{ role: 'assistant', content: null, tool_calls: [call('c', name)] }],
      NO_QUIRKS,
    );
    expect(sent).toMatchObject({ tool_calls: [{ function: { name: expected } }] });
  });

  test('has what LiteLLM wants back where it stood', () => {
    const signed = { thought_signature: 'Q2lk' };
    const extra = { provider_specific_fields: signed, 'function.provider_specific_fields': signed };
    const asked = { ...call('c', 'read'), extra_content: { google: signed, ...extra } };
    const [sent] = messagesFor([{ role: 'assistant', content: null, tool_calls: [asked] }], NO_QUIRKS);
    expect(sent).toMatchObject({
      tool_calls: [
        {
          extra_content: { google: signed },
          provider_specific_fields: signed,
          function: { name: 'read', arguments: '{}', provider_specific_fields: signed },
        },
      ],
    });
    expect(JSON.stringify(sent)).not.toContain('function.provider');
  });

  test('has no answer without words, and no empty result', () => {
    const sent = messagesFor(
      [
        { role: 'assistant', content: '' },
        { role: 'assistant', content: ' \n', tool_calls: [call('c', 'read')] },
        { role: 'tool', tool_call_id: 'c', content: '' },
        { role: 'assistant', content: 'Done.' },
      ],
      NO_QUIRKS,
    );
    expect(sent.map(({ role, content }) => [role, content])).toEqual([
      ['assistant', null],
      ['tool', '(nothing)'],
      ['assistant', 'Done.'],
    ]);
  });
});

describe('thoughts', () => {
  const now: Thought = { role: 'assistant', content: 'b', reasoning_content: 'hm' };
  const earlier: Thought = { role: 'assistant', content: 'a', earlier_reasoning: 'old' };
  const none: Thought = { role: 'assistant', content: 'c' };
  const sentWith = (reasoning: Quirks['reasoning']) =>
    messagesFor([earlier, now, none], { ...NO_QUIRKS, reasoning });
  const [a, b, c] = ['a', 'b', 'c'].map((content) => ({ role: 'assistant', content }));

  test.each<[Quirks['reasoning'], object[]]>([
    ['reasoning_content', [{ ...a }, { ...b, reasoning_content: 'hm' }, { ...c }]],
    ['reasoning', [{ ...a }, { ...b, reasoning: 'hm' }, { ...c }]],
    ['none', [{ ...a }, { ...b }, { ...c }]],
    [
      'required',
      [
        { ...a, reasoning_content: 'old' },
        { ...b, reasoning_content: 'hm' },
        { ...c, reasoning_content: ' ' },
      ],
    ],
  ])('go back as %s', (reasoning, expected) => {
    expect(sentWith(reasoning)).toEqual(expected);
  });

  const afterRefusal = (message: string, from: Quirks['reasoning'] = 'reasoning_content') =>
    healed(
      { ...NO_QUIRKS, reasoning: from },
      { status: 400, code: undefined, param: undefined, message },
      undefined,
    )?.reasoning;
  test.each([
    ["property 'reasoning_content' is unsupported, did you mean 'reasoning'?", 'reasoning'],
    ['messages.2.assistant.reasoning_content: Extra inputs are not permitted', 'reasoning'],
    [
      'thinking is enabled but reasoning_content is missing in assistant tool call message at index 3',
      'required',
    ],
    ['Missing `reasoning_content` field in the assistant message at message index 1', 'required'],
    ['The `reasoning_content` in the thinking mode must be passed back to the API.', 'required'],
    ['reasoning_content is not included in the schema of messages', 'reasoning'],
    [
      "Additional properties are not allowed ('reasoning_content' was unexpected); required: role",
      'reasoning',
    ],
    ['reasoning_content should not be provided in the input', 'reasoning'],
    ['messages[3]: invalid signature in thinking block', 'none'],
  ])('that one provider refuses so are given back otherwise: %s', (message, expected) => {
    expect(afterRefusal(message)).toBe(expected);
  });

  test('are what a refusal is about whose parameter is the name of a check', () => {
    const message = "messages.2.assistant.reasoning_content: property 'reasoning_content' is unsupported";
    const refusal = { status: 400, code: 'wrong_api_format', param: 'validation_error', message };
    expect(healed(NO_QUIRKS, refusal, undefined)?.reasoning).toBe('reasoning');
  });

  test('that are missed by one provider, after another one wanted none, are given again', () => {
    expect(afterRefusal('reasoning_content is missing', 'none')).toBe('required');
    expect(afterRefusal("property 'reasoning_content' is unsupported", 'required')).toBe('reasoning');
    expect(afterRefusal("property 'reasoning' is unsupported", 'reasoning')).toBe('none');
    expect(afterRefusal('reasoning_content is missing', 'required')).toBeUndefined(); // it would be refused again
  });
});

test.each<[string, boolean]>([
  ['messages[3]: invalid signature in thinking block', true],
  ['The encrypted_content could not be verified: invalid', true],
  ['Could not process image', true],
  ['messages.1.content.1.image.source.base64: image exceeds 5 MB maximum', true],
  ['Invalid image data: failed to decode', true],
  ['No endpoints found that support image input', false],
  ['this model does not support images', false],
  ["property 'reasoning_content' is unsupported", false],
  ['reasoning_content is missing in assistant tool call message', false],
  ["Unsupported value: 'xhigh' for reasoning_effort", false],
])('what is wrong with one conversation is told from what a model does not take: %s', (message, expected) => {
  expect(isOfConversation({ status: 400, code: undefined, param: undefined, message })).toBe(expected);
});

test.each<[string, string | undefined]>([
  [
    "Invalid schema for function 'x': In context=('properties', 'image_url'), 'oneOf' is not permitted.",
    undefined,
  ],
  [
    'tools.73.custom.input_schema: input_schema does not support oneOf, allOf, or anyOf at the top level',
    undefined,
  ],
  ['JSON schema conversion failed: Pattern must start with ^ and end with $', undefined],
  ['Failed to initialize samplers: failed to parse grammar', undefined],
  [
    'Invalid JSON payload received. Unknown name "const" at \'tools[0].function_declarations[0].parameters\'',
    undefined,
  ],
  ['tools.function.parameters is not a valid moonshot flavored json schema, details: <At path>', undefined],
  ['something is wrong', 'tools[5].function.parameters'],
])('a schema that a provider does not take is told in the barest words: %s', (message, param) => {
  const refusal = { status: 400, code: undefined, param, message };
  expect(healed(NO_QUIRKS, refusal, undefined)?.omitted).toEqual(new Set(['schema_details']));
});

describe('pictures', () => {
  test('are what they begin as, whatever they are called', () => {
    const bytes = (text: string) => Buffer.from(text, 'latin1');
    expect(pictureType(bytes('\x89PNG\r\n\x1a\n0000'))).toBe('image/png');
    expect(pictureType(bytes('\xff\xd8\xff\xe00000'))).toBe('image/jpeg');
    expect(pictureType(bytes('RIFF0000WEBPVP8 '))).toBe('image/webp');
    expect(pictureType(bytes('GIF89a'))).toBe('image/gif');
    expect(pictureType(bytes('<svg xmlns='))).toBeUndefined();
    expect(pictureType(bytes(''))).toBeUndefined();
  });

  test.each(['no such revision', 'provisioned throughput is not ready'])(
    'are not what every refusal is about: %s',
    (message) => {
      const refusal = { status: 400, code: undefined, param: undefined, message };
      expect(healed(NO_QUIRKS, refusal, undefined)).toBeUndefined();
    },
  );

  test.each([
    [404, 'No endpoints found that support image input'],
    [500, 'image input is not supported - hint: if this is unexpected, you may need to provide the mmproj'],
    [415, 'this model does not support images'],
  ])('are refused with whatever status there is: %i', (status, message) => {
    const refusal = { status, code: undefined, param: undefined, message };
    expect(healed(NO_QUIRKS, refusal, undefined)?.omitted).toEqual(new Set(['images']));
    expect(healed(NO_QUIRKS, { ...refusal, message: 'no such tool_choice' }, undefined)).toBeUndefined();
  });

  test.each([
    'No endpoints found that support image input',
    'Invalid content type. image_url is only supported by certain models.',
    'Could not process image',
    'model does not support images',
  ])('are told of in words once they are refused: %s', (message) => {
    const quirks = healed(NO_QUIRKS, { status: 400, code: undefined, param: undefined, message }, undefined);
    const [sent] = messagesFor(
      [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'look' },
            { type: 'image_url', image_url: { url: 'data:' } },
          ],
        },
      ],
      quirks ?? NO_QUIRKS,
    );
    expect(sent?.content).toBe('look\n\n[A picture, which this model does not take.]');
  });
});
