import type { IncomingMessage, ServerResponse } from 'node:http';
import type OpenAI from 'openai';
import { bodyOf, type Listening, listen, sendJson } from './http.ts';

/** What a model answers, before a provider puts it into its own form. */
export type Said = {
  text: string;
  calls: { id: string; name: string; arguments: string }[];
  usage: unknown;
};

export type Request = OpenAI.ChatCompletionCreateParamsStreaming;

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

export type Call = Said['calls'][number];

/** Events with the text, the calls as `write` puts them, why it ends, and what was used. */
export function streamed(
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

export const whole = ({ id, name, arguments: text }: Call, index: number) => ({
  index,
  id,
  type: 'function',
  function: { name, arguments: text },
});

/** Calls that a server leaves in the text, in the format that the model was trained on. */
export const written = (said: Said, write: (call: Call, index: number) => string): string =>
  streamed({ ...said, text: said.text + said.calls.map(write).join(''), calls: [] });
