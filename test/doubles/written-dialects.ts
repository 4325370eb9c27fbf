import { type Dialect, streamed, written } from './dialect-server.ts';

/** Calls and thoughts that a server leaves in the text, in the formats that models were trained on. */
export const WRITTEN: Readonly<Record<string, Dialect>> = {
  'calls are written as Qwen does': {
    body: (said) =>
      written(
        said,
        ({ name, arguments: text }) =>
          `\n<tool_call>\n{"name": "${name}", "arguments": ${text}}\n</tool_call>`,
      ),
  },
  'calls are written as Kimi does': {
    body: (said) =>
      written(
        said,
        ({ name, arguments: text }, index) =>
          `<|tool_call_begin|>functions.${name}:${index}<|tool_call_argument_begin|>${text}<|tool_call_end|>`,
      ),
  },
  'calls are written as DeepSeek does': {
    body: (said) =>
      written(
        said,
        ({ name, arguments: text }) => `<｜tool▁call▁begin｜>${name}<｜tool▁sep｜>${text}<｜tool▁call▁end｜>`,
      ),
  },
  'calls are written in Harmony': {
    body: (said) =>
      written(
        said,
        ({ name, arguments: text }) =>
          `<|start|>assistant<|channel|>commentary to=functions.${name} <|constrain|>json<|message|>${text}<|call|>`,
      ),
  },
  'calls are written as GLM does': {
    body: (said) =>
      written(
        said,
        ({ name, arguments: text }) =>
          `\n<tool_call>${name}\n${Object.entries(JSON.parse(text))
            .map(
              ([key, value]) =>
                `<arg_key>${key}</arg_key>\n<arg_value>${typeof value === 'string' ? value : JSON.stringify(value)}</arg_value>`,
            )
            .join('\n')}\n</tool_call>`,
      ),
  },
  'calls are written as MiniMax does': {
    body: (said) =>
      written(
        said,
        ({ name, arguments: text }) =>
          `\n<minimax:tool_call>\n<invoke name="${name}">\n${Object.entries(JSON.parse(text))
            .map(
              ([key, value]) =>
                `<parameter name="${key}">${typeof value === 'string' ? value : JSON.stringify(value)}</parameter>`,
            )
            .join('\n')}\n</invoke>\n</minimax:tool_call>`,
      ),
  },
  'calls are written as Mistral does': {
    body: ({ calls, ...said }) =>
      streamed({
        ...said,
        calls: [],
        text:
          calls.length === 0
            ? said.text
            : `${said.text}[TOOL_CALLS][${calls.map(({ name, arguments: text }) => `{"name": "${name}", "arguments": ${text}}`).join(', ')}]`,
      }),
  },
  'calls are a list between marks': {
    body: ({ calls, ...said }) =>
      streamed({
        ...said,
        calls: [],
        text:
          calls.length === 0
            ? said.text
            : `${said.text}<TOOLCALL>[${calls.map(({ name, arguments: text }) => `{"name": "${name}", "arguments": ${text}}`).join(', ')}]</TOOLCALL>`,
      }),
  },
  'calls are JSON without a mark': {
    body: ({ calls, ...said }) =>
      streamed({
        ...said,
        calls: [],
        text:
          calls.length === 0
            ? said.text
            : calls
                .map(({ name, arguments: text }) => `{"name": "${name}", "parameters": ${text}}`)
                .join('\n'),
      }),
  },
  'calls are written as Gemma does': {
    body: (said) =>
      written(
        { ...said, text: `<|channel>thought\nWhat do they want?\n<channel|>${said.text}` },
        ({ name, arguments: text }) => `<|tool_call>call:${name}${inGemma(JSON.parse(text))}<tool_call|>`,
      ),
  },
  'calls are written as Olmo does': {
    body: (said) =>
      written(
        said,
        ({ name, arguments: text }) => `\n<function_calls>\n${inPython(name, text)}\n</function_calls>`,
      ),
  },
  'calls are written as Phi does': {
    body: ({ calls, ...said }) =>
      streamed({
        ...said,
        calls: [],
        text:
          calls.length === 0
            ? said.text
            : `functools[${calls.map(({ name, arguments: text }) => `{"name": "${name}", "arguments": ${text}}`).join(', ')}]`,
      }),
  },
  'calls are written as Solar does': {
    body: (said) =>
      written(
        {
          ...said,
          text: `<|think|>What do they want?<|end|><|begin|>assistant${said.text === '' ? '' : `<|content|>${said.text}<|end|>`}`,
        },
        ({ name, arguments: text }, index) =>
          `<|tool_call:begin|>${index}<|tool_call:name|>${name}<|tool_call:args|>${text}<|tool_call:end|>`,
      ),
  },
  'calls stand in a fence': {
    body: ({ calls, ...said }) =>
      streamed({
        ...said,
        calls: [],
        text:
          calls.length === 0
            ? said.text
            : `\`\`\`tool_code\n${calls.map(({ name, arguments: text }) => inPython(name, text)).join('\n')}\n\`\`\``,
      }),
  },
  'Harmony is written without its marks': {
    body: ({ calls, ...said }) =>
      streamed({
        ...said,
        calls: [],
        text: `analysisWhat do they want?${calls.map(({ name, arguments: text }) => `assistantcommentary to=functions.${name} json${text}`).join('')}${said.text === '' ? '' : `assistantfinal${said.text}`}`,
      }),
  },
};

const inPython = (name: string, text: string): string =>
  `${name}(${Object.entries(JSON.parse(text))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join(', ')})`;

function inGemma(value: unknown): string {
  if (typeof value === 'string') return `<|"|>${value}<|"|>`;
  if (Array.isArray(value)) return `[${value.map(inGemma).join(',')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  return `{${Object.entries(value)
    .map(([key, inner]) => `${key}:${inGemma(inner)}`)
    .join(',')}}`;
}
