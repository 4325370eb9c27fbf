import { describe, expect, test } from 'vitest';
import { answered, CALLED, callsIn, delta, sent, tool } from '../support/model-stream.ts';

describe('thoughts', () => {
  test.each([
    [sent(delta({ reasoning_content: 'hm' }), delta({ content: 'Hello' }, 'stop'))],
    [sent(delta({ reasoning_content: '', reasoning: 'hm' }), delta({ content: 'Hello' }, 'stop'))],
    [
      sent(
        delta({ reasoning: 'hm', reasoning_details: [{ type: 'reasoning.text', text: 'hm' }] }),
        delta({ content: 'Hello' }, 'stop'),
      ),
    ],
    [
      sent(
        delta({ reasoning_details: [{ type: 'reasoning.text', text: 'hm' }] }),
        delta({ content: 'Hello' }, 'stop'),
      ),
    ],
    [sent(delta({ content: '<think>hm</think>\n\nHello' }, 'stop'))],
    [
      sent(
        delta({ content: '\n<thi' }),
        delta({ content: 'nk>h' }),
        delta({ content: 'm</th' }),
        delta({ content: 'ink>Hello' }, 'stop'),
      ),
    ],
    [sent(delta({ content: '[THINK]hm[/THINK]Hello' }, 'stop'))],
    [sent(delta({ content: '◁think▷hm◁/think▷Hello' }, 'stop'))],
    [
      sent(
        delta(
          {
            content:
              '<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>Hello<|return|>',
          },
          'stop',
        ),
      ),
    ],
  ])('are no part of the text: %s', async (body) => {
    const { text, reasoning } = await answered(body);
    expect([text, reasoning.trim()]).toEqual(['Hello', 'hm']);
  });

  test('that never end are what was said', async () => {
    expect(await answered(sent(delta({ content: '<think>So: 42.' }, 'stop')))).toMatchObject({
      text: 'So: 42.',
    });
  });

  test.each([
    'Use `<think>` tags.',
    'It says:\n```\n<think>hm</think>\n```\nSo.',
    'The tag <think> opens it.',
  ])('that are spoken of stay: %s', async (text) => {
    expect(await answered(sent(delta({ content: text }, 'stop')))).toMatchObject({ text, reasoning: '' });
  });
});

describe('marks of a model’s own format', () => {
  test.each([
    'Hello<|im_end|>',
    'Hello<|im_end|>\n<|im_start|>user\nand then',
    'Hello<|endoftext|>',
    'Hello<｜end▁of▁sentence｜>',
    'Hello<|eot_id|>\n\n',
    '<|start|>assistant<|channel|>final<|message|>Hello<|return|>',
    '<|im_start|>assistant\nHello',
  ])('are not shown: %s', async (text) => {
    expect(await answered(sent(delta({ content: text }, 'stop')))).toMatchObject({ text: 'Hello' });
  });

  test.each([
    'Set `pad_token = "<|endoftext|>"` first.',
    'The token <|endoftext|> ends each text, <|im_end|> each turn.',
    '```python\nEOS = "<|im_end|>"\nx = "<tool_call>"\n```\nThat is all.',
    'The token <|im_start|> begins a turn, and `<tool_call>` a call.',
    'Turns end with <|im_end|> in this format:\n```\n<tool_call>\n{"name": "read", "arguments": {}}\n</tool_call>\n```',
    '    indented = True\n\nis code.',
    'a < b and [b] > `c`',
    'Trailing <',
    '~~~\n<|end|>\n~~~',
  ])('that are spoken of stay: %s', async (text) => {
    expect(await answered(sent(delta({ content: text }, 'stop')))).toMatchObject({ text });
  });

  const ARGS = '{"path": "a"}';
  test.each([
    `Looking.<|tool_calls_section_begin|><|tool_call_begin|>functions.read:0<|tool_call_argument_begin|>${ARGS}<|tool_call_end|><|tool_calls_section_end|>`,
    `Looking.\n<tool_call>\n{"name": "read", "arguments": ${ARGS}}\n</tool_call>`,
    'Looking.\n<tool_call>\n<function=read>\n<parameter=path>\na\n</parameter>\n</function>\n</tool_call>',
    `Looking.<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>read\n\`\`\`json\n${ARGS}\n\`\`\`<｜tool▁call▁end｜><｜tool▁calls▁end｜><｜end▁of▁sentence｜>`,
    `Looking.<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>read<｜tool▁sep｜>${ARGS}<｜tool▁call▁end｜><｜tool▁calls▁end｜>`,
    `Looking.[TOOL_CALLS][{"name": "read", "arguments": ${ARGS}}]`,
    `Looking.[TOOL_CALLS]read${ARGS}`,
    `Looking.<|start|>assistant<|channel|>commentary to=functions.read <|constrain|>json<|message|>${ARGS}<|call|>`,
  ])('in which a call is written are a call: %s', async (content) => {
    const answer = await answered(sent(delta({ content }, 'stop')));
    expect(answer.text).toBe('Looking.');
    expect(answer.calls.map(({ name, arguments: text }) => [name, JSON.parse(text)])).toEqual([
      ['read', { path: 'a' }],
    ]);
  });

  test('beside calls that came as such are no calls', async () => {
    const content = `<tool_call>{"name": "write", "arguments": {}}</tool_call>`;
    const asked = { index: 0, id: 'x', function: { name: 'read', arguments: '{}' } };
    const answer = await answered(sent(delta({ content }), tool(asked), CALLED));
    expect(callsIn(answer)).toEqual([['read', '{}']]);
    expect(answer.text).toBe('');
  });
});

test.each([['<|im_end|>'], ['<|end|>'], ['<|eot_id|>'], [' <|im_end|>\n']])(
  'an end right behind code is taken out: %j',
  async (end) => {
    const code = 'To use it:\n\n```python\nx = 1\n```';
    expect((await answered(sent(delta({ content: `${code}${end}` }, 'stop')))).text).toBe(code);
  },
);
