import { expect } from 'vitest';
import type { ModelAnswer } from '../../src/llm/answer.ts';
import { eventsOf } from '../../src/llm/events.ts';
import { AnswerAssembly } from '../../src/llm/stream.ts';

/** What comes of a body, however it is cut into pieces: all of it at once, and byte by byte. */
export async function answered(body: string, type = 'text/event-stream'): Promise<ModelAnswer> {
  const whole = await assembled([body], type);
  const bytes = Array.from(new TextEncoder().encode(body), (byte) => Uint8Array.of(byte));
  const slowly = await assembled(bytes, type);
  expect(withoutIds(slowly)).toEqual(withoutIds(whole));
  return whole;
}

async function assembled(pieces: readonly (string | Uint8Array)[], type: string): Promise<ModelAnswer> {
  const stream = new ReadableStream({
    start(controller) {
      for (const piece of pieces) {
        controller.enqueue(typeof piece === 'string' ? new TextEncoder().encode(piece) : piece);
      }
      controller.close();
    },
  });
  const assembly = new AnswerAssembly();
  let shown = '';
  let takenBack = '';
  for await (const event of eventsOf(new Response(stream, { headers: { 'content-type': type } }), () => {})) {
    assembly.add(event);
    if (!assembly.text.startsWith(shown)) takenBack = shown;
    shown = assembly.text;
    if (event === 'end') break;
  }
  const answer = assembly.finish(OFFERED);
  // What people have seen is taken back where it was a thought whose beginning stood in the prompt.
  expect(`${answer.reasoning}${answer.text}`).toContain(takenBack.trim());
  return answer;
}

/** Tools that requests offer. */
const OFFERED = ['read', 'write', 'ps'];

const withoutIds = ({ calls, ...rest }: ModelAnswer) => ({
  ...rest,
  calls: calls.map(({ providerId: _, ...call }) => call),
});

export const DONE = 'data: [DONE]\n\n';
export const sent = (...events: readonly (object | string)[]): string =>
  events.map((event) => `data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`).join('');
export const delta = (fields: object, finish: string | null = null, rest: object = {}) => ({
  choices: [{ index: 0, delta: fields, finish_reason: finish }],
  ...rest,
});
export const tool = (part: object) => delta({ tool_calls: [part] });
export const END = delta({}, 'stop');
export const CALLED = delta({}, 'tool_calls');

/** Calls as name and arguments. */
export const callsIn = ({ calls }: ModelAnswer) => calls.map(({ name, arguments: text }) => [name, text]);
