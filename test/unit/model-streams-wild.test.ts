import { expect, test } from 'vitest';
import { answered, callsIn, DONE, delta, END, sent, tool } from '../support/model-stream.ts';

/* Streams as servers and models send them, each whole. */

const READ = [['read', '{"path":"a"}']];
test.each<[string, string, { text?: string; calls?: string[][] }]>([
  ['BOM first', `\uFEFF${sent(delta({ content: 'hi' }), END)}${DONE}`, { text: 'hi' }],
  [
    'role chunk, null content',
    sent(delta({ role: 'assistant', content: null }), delta({ content: 'hi' }), END) + DONE,
    { text: 'hi' },
  ],
  ['content as parts', sent(delta({ content: [{ type: 'text', text: 'hi' }] }), END) + DONE, { text: 'hi' }],
  ['tool_calls null', sent(delta({ content: 'hi', tool_calls: null }), END) + DONE, { text: 'hi' }],
  ['tool_calls empty list', sent(delta({ content: 'hi', tool_calls: [] }), END) + DONE, { text: 'hi' }],
  ['finish twice', sent(delta({ content: 'hi' }), END, END) + DONE, { text: 'hi' }],
  [
    'finish then usage with empty choices',
    sent(delta({ content: 'hi' }), END, { choices: [], usage: { prompt_tokens: 3, completion_tokens: 1 } }) +
      DONE,
    { text: 'hi' },
  ],
  [
    'choices null usage',
    sent(delta({ content: 'hi' }), END, { choices: null, usage: { prompt_tokens: 3 } }) + DONE,
    { text: 'hi' },
  ],
  [
    'finish empty string',
    sent(delta({ content: 'h' }, ''), delta({ content: 'i' }, ''), END) + DONE,
    { text: 'hi' },
  ],
  [
    'ollama calls with stop',
    sent(
      delta({
        tool_calls: [
          { id: 'c', index: 0, type: 'function', function: { name: 'read', arguments: '{"path":"a"}' } },
        ],
      }),
      END,
    ) + DONE,
    { calls: READ },
  ],
  [
    'gemini calls all index 0 empty ids',
    sent(
      delta({
        tool_calls: [
          { index: 0, id: '', type: 'function', function: { name: 'read', arguments: '{"path":"a"}' } },
        ],
      }),
      delta({
        tool_calls: [
          { index: 0, id: '', type: 'function', function: { name: 'read', arguments: '{"path":"b"}' } },
        ],
      }),
      END,
    ) + DONE,
    {
      calls: [
        ['read', '{"path":"a"}'],
        ['read', '{"path":"b"}'],
      ],
    },
  ],
  [
    'groq x_groq first',
    sent({ ...delta({ role: 'assistant', content: '' }), x_groq: { id: 'req' } }, delta({ content: 'hi' }), {
      ...END,
      x_groq: { usage: { prompt_tokens: 5, completion_tokens: 2 } },
    }) + DONE,
    { text: 'hi' },
  ],
  [
    'deepseek reasoning then content',
    sent(
      delta({ content: null, reasoning_content: 'hm' }),
      delta({ content: 'hi', reasoning_content: null }),
      END,
    ) + DONE,
    { text: 'hi' },
  ],
  [
    'openrouter comments and processing',
    `: OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\n${sent(delta({ content: 'hi' }), END)}${DONE}`,
    { text: 'hi' },
  ],
  [
    'event lines with names',
    `event: message\ndata: ${JSON.stringify(delta({ content: 'hi' }))}\n\nevent: done\ndata: [DONE]\n\n`,
    { text: 'hi' },
  ],
  [
    'data without space',
    'data:' +
      JSON.stringify(delta({ content: 'hi' })) +
      '\n\ndata:' +
      JSON.stringify(END) +
      '\n\ndata:[DONE]\n\n',
    { text: 'hi' },
  ],
  ['done with spaces', `${sent(delta({ content: 'hi' }), END)}data:  [DONE] \n\n`, { text: 'hi' }],
  [
    'vllm usage continuous',
    sent(
      { ...delta({ content: 'h' }), usage: { prompt_tokens: 3, completion_tokens: 1 } },
      { ...delta({ content: 'i' }), usage: { prompt_tokens: 3, completion_tokens: 2 } },
      END,
    ) + DONE,
    { text: 'hi' },
  ],
  [
    'split surrogate across chunks',
    sent(delta({ content: '\ud83d' }), delta({ content: '\ude80' }), END).replace('"\\ud83d"', '"\\ud83d"') +
      DONE,
    { text: '🚀' },
  ],
  [
    'message instead of delta',
    sent({ choices: [{ index: 0, message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }] }) +
      DONE,
    { text: 'hi' },
  ],
  [
    'text field (completions)',
    sent({ choices: [{ index: 0, text: 'hi', finish_reason: null }] }, END) + DONE,
    { text: 'hi' },
  ],
  [
    'arguments null then text',
    sent(
      tool({ index: 0, id: 'c', function: { name: 'read', arguments: null } }),
      tool({ index: 0, function: { arguments: '{"path":"a"}' } }),
      END,
    ) + DONE,
    { calls: READ },
  ],
  [
    'kimi think tags',
    sent(delta({ content: '◁think▷hm' }), delta({ content: '◁/think▷hi' }), END) + DONE,
    { text: 'hi' },
  ],
  [
    'kimi section tokens',
    sent(
      delta({
        content:
          '<|tool_calls_section_begin|><|tool_call_begin|>functions.read:0<|tool_call_argument_begin|>{"path":"a"}<|tool_call_end|><|tool_calls_section_end|>',
      }),
      END,
    ) + DONE,
    { calls: READ, text: '' },
  ],
  [
    'deepseek dsml',
    sent(
      delta({
        content:
          '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>read<｜tool▁sep｜>{"path":"a"}<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
      }),
      END,
    ) + DONE,
    { calls: READ, text: '' },
  ],
  [
    'qwen xml params',
    sent(
      delta({
        content: '<tool_call>\n<function=read>\n<parameter=path>\na\n</parameter>\n</function>\n</tool_call>',
      }),
      END,
    ) + DONE,
    { calls: READ, text: '' },
  ],
  [
    'hermes json',
    sent(delta({ content: '<tool_call>\n{"name": "read", "arguments": {"path": "a"}}\n</tool_call>' }), END) +
      DONE,
    { calls: READ, text: '' },
  ],
  [
    'glm',
    sent(
      delta({ content: '<tool_call>read\n<arg_key>path</arg_key>\n<arg_value>a</arg_value>\n</tool_call>' }),
      END,
    ) + DONE,
    { calls: READ, text: '' },
  ],
  [
    'deepseek v3.1',
    sent(
      delta({
        content:
          '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>read\n```json\n{"path":"a"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜><｜end▁of▁sentence｜>',
      }),
      END,
    ) + DONE,
    { calls: READ, text: '' },
  ],
  [
    'harmony',
    sent(
      delta({
        content: '<|channel|>commentary to=functions.read <|constrain|>json<|message|>{"path":"a"}<|call|>',
      }),
      END,
    ) + DONE,
    { calls: READ, text: '' },
  ],
  [
    'mistral',
    sent(delta({ content: '[TOOL_CALLS][{"name": "read", "arguments": {"path": "a"}}]' }), END) + DONE,
    { calls: READ, text: '' },
  ],
  [
    'mistral new',
    sent(delta({ content: '[TOOL_CALLS]read[ARGS]{"path":"a"}' }), END) + DONE,
    { calls: READ, text: '' },
  ],
  [
    'anthropic xml invoke (minimax)',
    sent(
      delta({
        content:
          '<minimax:tool_call>\n<invoke name="read">\n<parameter name="path">a</parameter>\n</invoke>\n</minimax:tool_call>',
      }),
      END,
    ) + DONE,
    { calls: READ, text: '' },
  ],
  [
    'dsml v3.2',
    sent(
      delta({
        content:
          '<｜DSML｜function_calls>\n<｜DSML｜invoke name="read">\n<｜DSML｜parameter name="path" string="true">a</｜DSML｜parameter>\n</｜DSML｜invoke>\n</｜DSML｜function_calls>',
      }),
      END,
    ) + DONE,
    { calls: READ, text: '' },
  ],
  [
    'gemini thought summary in content',
    sent(delta({ content: '<thought>hm</thought>hi' }), END) + DONE,
    { text: 'hi' },
  ],
  [
    'llama python tag',
    sent(delta({ content: '<|python_tag|>{"name": "read", "parameters": {"path": "a"}}<|eom_id|>' }), END) +
      DONE,
    { calls: READ, text: '' },
  ],
  ['seed think', sent(delta({ content: '<seed:think>hm</seed:think>hi' }), END) + DONE, { text: 'hi' }],
])('as it is met: %s', async (_name, body, { text, calls }) => {
  const answer = await answered(body);
  if (text !== undefined) expect(answer.text.trim()).toBe(text);
  if (calls !== undefined)
    expect(callsIn(answer).map(([name, args]) => [name, JSON.stringify(JSON.parse(args ?? ''))])).toEqual(
      calls,
    );
});
