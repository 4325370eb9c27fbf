import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';

/*
 * A model that streams, as a program of its own: node test/bench/streaming-model.ts --rate 50 --seconds 20
 * Every request is answered with words, one a chunk, so many a second for so long, and then, where the
 * request offers a tool that `CALLS` has, with a call of it, so that the next step follows: in the form of
 * OpenAI's chat completions. `--wait` milliseconds pass before the first word. One timer writes for all
 * streams: it has to cost less than whoever reads them.
 */

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '20' },
    wait: { type: 'string', default: '0' },
  },
});
const rate = Number(values.rate);
const last = rate * Number(values.seconds);
const waitMs = Number(values.wait);

const TICK_MS = 20;

/** A call that costs next to nothing, where the request offers it. */
const CALLS = { plan_tool: '{"todos":[{"id":"1","content":"Train it","status":"in_progress"}]}' };

type Stream = { response: ServerResponse; head: string; sent: number; began: number; calls: boolean };

const streams = new Set<Stream>();
let asked = 0;
let sentCalls = 0;

const WORDS = 'so the loss goes down as the batch grows and then it stays where it is for a while '.split(
  ' ',
);

function chunk({ head }: Stream, delta: unknown, finish: string | null): string {
  const choices = [{ index: 0, delta, logprobs: null, finish_reason: finish }];
  return `data: ${head}${JSON.stringify(choices)}}\n\n`;
}

function write(stream: Stream, now: number): void {
  const { response, began } = stream;
  const due = Math.min(last, Math.floor(((now - began) / 1000) * rate));
  let text = '';
  for (; stream.sent < due; stream.sent++) {
    const end = stream.sent % 40 === 39 ? '.\n\n' : ' ';
    text += chunk(stream, { content: `${WORDS[stream.sent % WORDS.length] || 'and'}${end}` }, null);
  }
  if (stream.sent < last) return void (text && response.write(text));
  streams.delete(stream);
  const call = { index: 0, id: `call_${asked}_${sentCalls++}`, type: 'function' };
  const [name, argumentsText] = Object.entries(CALLS)[0] ?? [];
  const called = { tool_calls: [{ ...call, function: { name, arguments: argumentsText } }] };
  const end = stream.calls
    ? `${chunk(stream, called, null)}${chunk(stream, {}, 'tool_calls')}`
    : chunk(stream, {}, 'stop');
  const usage = { prompt_tokens: 2_000, completion_tokens: last, total_tokens: 2_000 + last };
  const counted = `data: ${stream.head}[],"usage":${JSON.stringify(usage)}}\n\n`;
  response.end(`${text}${end}${counted}data: [DONE]\n\n`);
}

setInterval(() => {
  const now = performance.now();
  for (const stream of streams) write(stream, now);
}, TICK_MS);

const server = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (text: string) => {
    body += text;
  });
  request.on('end', () => {
    const calls = Object.keys(CALLS).some((name) => body.includes(`"${name}"`));
    const id = `chatcmpl-${++asked}`;
    const created = Math.floor(Date.now() / 1000);
    const head = `{"id":"${id}","object":"chat.completion.chunk","created":${created},"model":"streaming","choices":`;
    setTimeout(() => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const stream = { response, head, sent: 0, began: performance.now(), calls };
      response.write(chunk(stream, { role: 'assistant', content: '' }, null));
      response.once('close', () => streams.delete(stream));
      streams.add(stream);
    }, waitMs);
  });
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`MODEL_BASE_URL=http://127.0.0.1:${port}/v1\n`);
});
