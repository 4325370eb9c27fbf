import { type Dialect, type Request, streamed, whole } from './dialect-server.ts';
import { WRITTEN } from './written-dialects.ts';

type Message = Request['messages'][number];

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
  'calls share an id and an index': {
    body: (said) => streamed(said, (call) => whole({ ...call, id: 'call' }, 0)),
  },
  'ids change with each part': {
    body: (said) =>
      streamed(said, ({ id, name, arguments: text }) =>
        [text.slice(0, 10), text.slice(10, 40), text.slice(40)]
          .filter((part) => part !== '')
          .map((part, i) => ({ index: 0, id: `${id}${i}`, function: { name, arguments: part } })),
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
  ...WRITTEN,
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
  'calls have signatures beside what is of their provider': {
    body: (said) =>
      streamed(said, (call, index) => ({
        ...whole(call, index),
        provider_specific_fields: { thought_signature: `c2ln${call.name}` },
      })),
    refusal: (request) =>
      answers(request)
        .flatMap(callsOf)
        .every((call) => has(call, 'provider_specific_fields'))
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
