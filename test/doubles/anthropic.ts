import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { type Said, saidIn } from './dialect-server.ts';
import { bodyOf, type Listening, listen, sendJson } from './http.ts';

/*
 * Anthropic's Messages API in front of a model: what it refuses, and its events, as
 * https://platform.claude.com/docs/en/api/messages has them.
 */

const mark = { cache_control: z.strictObject({ type: z.literal('ephemeral') }).optional() };
const Text = z.strictObject({
  type: z.literal('text'),
  text: z.string().regex(/\S/, 'text content blocks must be non-empty'),
  ...mark,
});
const Image = z.strictObject({
  type: z.literal('image'),
  source: z.discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('base64'),
      media_type: z.enum(['image/jpeg', 'image/png', 'image/gif', 'image/webp']),
      data: z.base64(),
    }),
    z.strictObject({ type: z.literal('url'), url: z.url() }),
  ]),
  ...mark,
});
const id = z.string().regex(/^[\w-]+$/);
const ToolUse = z.strictObject({
  type: z.literal('tool_use'),
  id,
  name: z.string().regex(/^[\w-]{1,128}$/),
  input: z.record(z.string(), z.unknown()),
  ...mark,
});
const ToolResult = z.strictObject({
  type: z.literal('tool_result'),
  tool_use_id: id,
  content: z.array(z.discriminatedUnion('type', [Text, Image])).min(1),
  ...mark,
});
const Request = z.strictObject({
  model: z.string(),
  max_tokens: z.int().positive(),
  system: z.array(Text).optional(),
  messages: z
    .array(
      z.discriminatedUnion('role', [
        z.strictObject({
          role: z.literal('user'),
          content: z.array(z.discriminatedUnion('type', [Text, Image, ToolResult])).min(1),
        }),
        z.strictObject({
          role: z.literal('assistant'),
          content: z.array(z.discriminatedUnion('type', [Text, ToolUse])).min(1),
        }),
      ]),
    )
    .min(1),
  tools: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[\w-]{1,128}$/),
        description: z.string(),
        input_schema: z.looseObject({ type: z.literal('object') }),
      }),
    )
    .optional(),
  tool_choice: z.strictObject({ type: z.enum(['none', 'auto', 'any']) }).optional(),
  output_config: z.strictObject({ effort: z.enum(['low', 'medium', 'high', 'xhigh', 'max']) }).optional(),
  stream: z.literal(true),
});
export type MessagesRequest = z.infer<typeof Request>;

/** What it says of a request that it does not take. */
export function refusalOf(body: unknown): string | undefined {
  const read = Request.safeParse(body);
  if (!read.success) return z.prettifyError(read.error);
  const { messages } = read.data;
  const marks = [...JSON.stringify(read.data).matchAll(/"cache_control"/g)].length;
  if (marks > 4) return `A maximum of 4 blocks with cache_control may be provided. Found ${marks}.`;
  if (messages[0]?.role !== 'user') return 'messages: first message must use the "user" role';
  const twice = messages.findIndex(({ role }, i) => role === messages[i - 1]?.role);
  if (twice !== -1) return `messages.${twice}: roles must alternate`;
  for (const [i, { role, content }] of messages.entries()) {
    const before = role === 'user' ? (messages[i - 1]?.content ?? []) : [];
    const open = before.flatMap((block) => (block.type === 'tool_use' ? [block.id] : []));
    const results = content.flatMap((block) => (block.type === 'tool_result' ? [block.tool_use_id] : []));
    const firsts = content.slice(0, results.length).every(({ type }) => type === 'tool_result');
    if (role === 'user' && (open.toSorted().join() !== results.toSorted().join() || !firsts))
      return `messages.${i}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after`;
  }
  return undefined;
}

export type AnthropicDouble = Listening & { requests: MessagesRequest[]; refusals: string[] };

/** It takes the key in its own header alone. */
export async function startAnthropic(modelUrl: string, key: string): Promise<AnthropicDouble> {
  const listening = await listen(async (request: IncomingMessage, response: ServerResponse) => {
    if (request.method !== 'POST' || request.url !== '/v1/messages')
      return refuse(response, 404, 'not_found_error', 'Not found');
    const { authorization, 'x-api-key': given, 'anthropic-version': version } = request.headers;
    if (given !== key || authorization !== undefined || version !== '2023-06-01')
      return refuse(response, 401, 'authentication_error', 'invalid x-api-key');
    const body: unknown = JSON.parse(await bodyOf(request));
    const problem = refusalOf(body);
    if (problem !== undefined) {
      double.refusals.push(problem);
      return refuse(response, 400, 'invalid_request_error', problem);
    }
    const asked = Request.parse(body);
    double.requests.push(asked);
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${modelUrl}/chat/completions`, {
      method: 'POST',
      headers,
      body: JSON.stringify(asChat(asked)),
    });
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(events(saidIn(await answer.text())));
  });
  const double: AnthropicDouble = { ...listening, requests: [], refusals: [] };
  return double;
}

const refuse = (response: ServerResponse, status: number, type: string, message: string): void =>
  sendJson(response, status, { type: 'error', error: { type, message } });

type Content = MessagesRequest['messages'][number]['content'];

const textIn = (content: Content | { type: 'text' | 'image' }[]): string =>
  content.flatMap((block) => ('text' in block && block.type === 'text' ? [block.text] : [])).join('\n\n');

/** The same request as one of chat completions. */
function asChat({ model, system = [], messages, tools = [] }: MessagesRequest): object {
  const told = messages.flatMap(({ role, content }): object[] => {
    if (role === 'assistant') {
      const calls = content.flatMap((block) =>
        block.type === 'tool_use'
          ? [
              {
                id: block.id,
                type: 'function',
                function: { name: block.name, arguments: JSON.stringify(block.input) },
              },
            ]
          : [],
      );
      return [{ role, content: textIn(content) || null, ...(calls.length > 0 ? { tool_calls: calls } : {}) }];
    }
    const results = content.flatMap((block) =>
      block.type === 'tool_result'
        ? [{ role: 'tool', tool_call_id: block.tool_use_id, content: textIn(block.content) }]
        : [],
    );
    const text = textIn(content);
    return [...results, ...(text === '' ? [] : [{ role, content: text }])];
  });
  return {
    model,
    messages: [{ role: 'system', content: textIn(system) }, ...told],
    tools: tools.map(({ input_schema: parameters, ...tool }) => ({
      type: 'function',
      function: { ...tool, parameters },
    })),
    stream: true,
  };
}

const event = (type: string, fields: object): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;

function events({ text, calls }: Said): string {
  const usage = {
    input_tokens: 100,
    cache_read_input_tokens: 2_000,
    cache_creation_input_tokens: 50,
    output_tokens: 1,
  };
  const texts = text === '' ? [] : [text];
  const stop = calls.length > 0 ? 'tool_use' : 'end_turn';
  return [
    event('message_start', {
      message: { type: 'message', role: 'assistant', content: [], stop_reason: null, usage },
    }),
    event('ping', {}),
    ...texts.flatMap((said, index) => [
      event('content_block_start', { index, content_block: { type: 'text', text: '' } }),
      ...(said.match(/.{1,20}/gs) ?? []).map((part) =>
        event('content_block_delta', { index, delta: { type: 'text_delta', text: part } }),
      ),
      event('content_block_stop', { index }),
    ]),
    ...calls.flatMap(({ name, arguments: json }, i) => {
      const index = texts.length + i;
      const parts = ['', ...(json.match(/.{1,30}/gs) ?? [])];
      return [
        event('content_block_start', {
          index,
          content_block: { type: 'tool_use', id: `toolu_${i}`, name, input: {} },
        }),
        ...parts.map((part) =>
          event('content_block_delta', { index, delta: { type: 'input_json_delta', partial_json: part } }),
        ),
        event('content_block_stop', { index }),
      ];
    }),
    event('message_delta', {
      delta: { stop_reason: stop, stop_sequence: null },
      usage: { output_tokens: 20 },
    }),
    event('message_stop', {}),
  ].join('');
}
