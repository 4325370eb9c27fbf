import type { IncomingMessage, ServerResponse } from 'node:http';
import type OpenAI from 'openai';
import { bodyOf, type Listening, listen, sendJson } from './http.ts';

/** What a model answers, before a provider puts it into its own form. */
export type Said = {
  text: string;
  calls: { id: string; name: string; arguments: string }[];
  usage: unknown;
};

type Request = OpenAI.ChatCompletionCreateParamsStreaming;
type Message = Request['messages'][number];

/** How one provider writes answers, and what it turns down. */
export type Dialect = {
  /** The body of an answer: whole, or events. */
  body(said: Said): string;
  type?: 'application/json';
  /** What it says to a request that it does not take; undefined where it takes it. */
  refusal?(request: Request): string | undefined;
};

export type DialectDouble = Listening & {
  /** How many requests came. */
  asked: number;
  /** What the next request is answered with in the place of an answer; undefined for an answer. */
  failure: (() => string) | undefined;
};

/** A provider in front of a model: it takes what the dialect takes, and answers in it. */
export async function startDialect(
  modelUrl: string,
  { body, type, refusal }: Dialect,
): Promise<DialectDouble> {
  const listening = await listen(async (request: IncomingMessage, response: ServerResponse) => {
    if (request.method !== 'POST') return sendJson(response, 404, { error: { message: 'not here' } });
    const text = await bodyOf(request);
    double.asked++;
    if (double.failure !== undefined) {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(double.failure());
      return;
    }
    const asked: Request = JSON.parse(text);
    const problem = refusal?.(asked);
    if (problem !== undefined)
      return sendJson(response, 400, { error: { message: problem, type: 'invalid_request_error' } });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${modelUrl}/chat/completions`, { method: 'POST', headers, body: text });
    if (!answer.ok) return sendJson(response, answer.status, await answer.json());
    response.writeHead(200, { 'content-type': type ?? 'text/event-stream' });
    response.end(body(saidIn(await answer.text())));
  });
  const double: DialectDouble = { ...listening, asked: 0, failure: undefined };
  return double;
}

export function saidIn(events: string): Said {
  const said: Said = { text: '', calls: [], usage: undefined };
  for (const line of events.split('\n')) {
    if (!line.startsWith('data: {')) continue;
    const { choices = [], usage }: OpenAI.ChatCompletionChunk = JSON.parse(line.slice(6));
    said.usage = usage ?? said.usage;
    const { content, tool_calls: parts = [] } = choices[0]?.delta ?? {};
    said.text += content ?? '';
    for (const { index, id, function: part } of parts) {
      said.calls[index] ??= { id: id ?? '', name: part?.name ?? '', arguments: '' };
      const call = said.calls[index];
      if (call) call.arguments += part?.arguments ?? '';
    }
  }
  return said;
}

const DONE = 'data: [DONE]\n\n';
const event = (data: object | string): string =>
  `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;
const chunk = (delta: object, finish: string | null = null): string =>
  event({ id: 'x', object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: finish }] });

type Call = Said['calls'][number];

/** Events with the text, the calls as `write` puts them, why it ends, and what was used. */
function streamed(
  { text, calls, usage }: Said,
  write: (call: Call, index: number) => object | readonly object[] = whole,
  { finish = calls.length > 0 ? 'tool_calls' : 'stop', before = {}, told = usage } = {},
): string {
  const parts = calls.flatMap((call, index) => [write(call, index)].flat());
  return [
    chunk({ role: 'assistant', content: '', ...before }),
    ...(text.match(/.{1,20}/gs) ?? []).map((content) => chunk({ content })),
    ...parts.map((part) => chunk({ tool_calls: [part] })),
    chunk({}, finish),
    ...(told ? [event({ id: 'x', choices: [], usage: told })] : []),
    DONE,
  ].join('');
}

const whole = ({ id, name, arguments: text }: Call, index: number) => ({
  index,
  id,
  type: 'function',
  function: { name, arguments: text },
});

/** Calls that a server leaves in the text, in the format that the model was trained on. */
const written = (said: Said, write: (call: Call, index: number) => string): string =>
  streamed({ ...said, text: said.text + said.calls.map(write).join(''), calls: [] });

const answers = (request: Request) => request.messages.filter(({ role }) => role === 'assistant');
const callsOf = (message: Message) => (message.role === 'assistant' ? (message.tool_calls ?? []) : []);
const has = (message: object, name: string): boolean => Boolean(Reflect.get(message, name));

export const DIALECTS: Readonly<Record<string, Dialect>> = {
  'calls have no index': {
    body: (said) =>
      streamed(said, ({ id, name, arguments: text }) => [
        { id, type: 'function', function: { name, arguments: text.slice(0, 10) } },
        { function: { arguments: text.slice(10) } },
      ]),
  },
  'calls share an index': { body: (said) => streamed(said, (call) => whole(call, 0)) },
  'ids repeat, and names have a prefix': {
    body: (said) =>
      streamed(said, (call, index) =>
        whole({ ...call, id: `functions.${call.name}:${index}`, name: `functions.${call.name}` }, index),
      ),
  },
  'arguments are an object': {
    body: (said) =>
      streamed(said, ({ id, name, arguments: text }, index) => ({
        index,
        id,
        function: { name, arguments: JSON.parse(text) },
      })),
  },
  'arguments begin as an empty object': {
    body: (said) =>
      streamed(said, ({ id, name, arguments: text }, index) => [
        { index, id, type: 'function', function: { name, arguments: '{}' } },
        { index, function: { arguments: text.slice(0, 10) } },
        { index, function: { arguments: text.slice(10) } },
      ]),
  },
  'each part has all arguments so far': {
    body: (said) =>
      streamed(said, ({ id, name, arguments: text }, index) =>
        [10, 40, text.length].map((end) => ({
          index,
          id,
          function: { name, arguments: text.slice(0, end) },
        })),
      ),
  },
  'arguments are a text within a text': {
    body: (said) =>
      streamed(said, (call, index) => whole({ ...call, arguments: JSON.stringify(call.arguments) }, index)),
  },
  'arguments end with a mark': {
    body: (said) =>
      streamed(said, (call, index) =>
        whole({ ...call, arguments: `${call.arguments}<|tool_call_end|>` }, index),
      ),
  },
  'names have a namespace, and other letters': {
    body: (said) =>
      streamed(said, (call, index) => whole({ ...call, name: `tools/${call.name.toUpperCase()}` }, index)),
  },
  'pings and comments come between': {
    body: (said) =>
      `: processing\n\n${streamed(said).replaceAll('data: {', 'data: ping\n\n: keep-alive\n\ndata: {')}`,
  },
  'lines end as on Windows': { body: (said) => streamed(said).replaceAll('\n', '\r\n') },
  'nothing says why it ends': {
    body: (said) => streamed(said).replaceAll(/"finish_reason":"\w+"/g, '"finish_reason":null'),
  },
  'nothing is counted': { body: (said) => streamed(said, whole, { told: undefined }) },
  'what is counted is in parts': {
    body: (said) => streamed(said, whole, { told: { prompt_tokens: 812.5, completion_tokens: 20.25 } }),
  },
  'it does not stream': {
    type: 'application/json',
    body: ({ text, calls, usage }) =>
      JSON.stringify({
        choices: [
          {
            index: 0,
            finish_reason: calls.length > 0 ? 'tool_calls' : 'stop',
            message: { role: 'assistant', content: text || null, tool_calls: calls.map(whole) },
          },
        ],
        usage,
      }),
  },
  'comments come before an answer that is not streamed': {
    type: 'application/json',
    body: (said) => `: PROCESSING\n\n: PROCESSING\n\n${DIALECTS['it does not stream']?.body(said)}`,
  },
  'its thoughts have no beginning': {
    body: (said) => streamed({ ...said, text: `What do they want?\n</think>\n\n${said.text}` }),
  },
  'calls stand in its thoughts': {
    body: (said) =>
      said.calls.length === 0
        ? streamed(said)
        : streamed({ ...said, text: '', calls: [] }, whole, {
            before: {
              reasoning_content: said.calls
                .map(
                  ({ name, arguments: text }) =>
                    `<tool_call>\n{"name": "${name}", "arguments": ${text}}\n</tool_call>`,
                )
                .join('\n'),
            },
          }),
  },
  'it thinks in the text': {
    body: (said) => streamed({ ...said, text: `<think>\nWhat do they want?\n</think>\n\n${said.text}` }),
  },
  'its end is a mark': { body: (said) => streamed({ ...said, text: `${said.text}<|im_end|>` }) },
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
  'ids are nine letters, and nothing is empty': {
    body: streamed,
    refusal: ({ messages }) => {
      const ids = messages.flatMap((message) =>
        message.role === 'tool' ? [message.tool_call_id] : callsOf(message).map(({ id }) => id),
      );
      const strange = ids.find((id) => !/^[a-zA-Z0-9]{9}$/.test(id));
      if (strange !== undefined)
        return `Tool call id was ${strange} but must be a-z, A-Z, 0-9, with a length of 9.`;
      const isEmpty = messages.some(({ content }) => content === '');
      return isEmpty ? 'Messages must not be empty' : undefined;
    },
  },
  'thoughts have to come back': {
    body: (said) => streamed(said, whole, { before: { reasoning_content: 'They want a model.' } }),
    refusal: (request) =>
      answers(request).every((message) => has(message, 'reasoning_content'))
        ? undefined
        : 'thinking is enabled but reasoning_content is missing in assistant tool call message at index 2',
  },
  'thoughts come back by another name': {
    body: (said) => streamed(said, whole, { before: { reasoning: 'They want a model.' } }),
    refusal: (request) =>
      answers(request).some((message) => has(message, 'reasoning_content'))
        ? "property 'reasoning_content' is unsupported, did you mean 'reasoning'?"
        : undefined,
  },
  'the provider changes between two calls': {
    body: (said) => streamed(said, whole, { before: { reasoning_content: 'They want a model.' } }),
    refusal: (request) => {
      const before = answers(request);
      if (before.length % 2 === 1)
        return before.every((message) => has(message, 'reasoning_content'))
          ? undefined
          : 'The `reasoning_content` in the thinking mode must be passed back to the API.';
      return before.some((message) => has(message, 'reasoning_content'))
        ? "messages.1.assistant.reasoning_content: property 'reasoning_content' is unsupported"
        : undefined;
    },
  },
  'calls have signatures': {
    body: (said) =>
      streamed(said, (call, index) => ({
        ...whole(call, index),
        extra_content: { google: { thought_signature: `c2ln${call.name}` } },
      })),
    refusal: (request) =>
      answers(request)
        .flatMap(callsOf)
        .every((call) => has(call, 'extra_content'))
        ? undefined
        : 'Function call is missing a thought_signature in functionCall parts.',
  },
  'thoughts are signed': {
    body: (said) =>
      streamed(said, whole, {
        before: {
          reasoning_details: [
            { type: 'reasoning.text', index: 0, text: 'They want a model.', signature: 'c2lnbmVk' },
          ],
        },
      }),
    refusal: (request) =>
      answers(request)
        .filter((message) => callsOf(message).length > 0)
        .every((message) => JSON.stringify(Reflect.get(message, 'reasoning_details'))?.includes('c2lnbmVk'))
        ? undefined
        : 'Thought signatures are missing: preserve reasoning_details',
  },
};
