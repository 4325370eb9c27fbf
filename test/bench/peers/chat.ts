import type OpenAI from 'openai';
import { LOOK_UP, MODEL } from './turn.ts';

export type Message = OpenAI.ChatCompletionMessageParam;

const { name, description, parameters } = LOOK_UP;
export const TOOLS: OpenAI.ChatCompletionTool[] = [
  { type: 'function', function: { name, description, parameters } },
];

export type Answer = { message: Message; calls: { id: string; query: string }[] };

/** One answer of the model, put together from its stream. */
export async function answerOf(
  client: OpenAI,
  messages: readonly Message[],
  tools: OpenAI.ChatCompletionTool[],
): Promise<Answer> {
  const stream = await client.chat.completions.create({
    model: MODEL,
    messages: [...messages],
    tools,
    stream: true,
    stream_options: { include_usage: true },
  });
  let content = '';
  const calls: { id: string; name: string; arguments: string }[] = [];
  for await (const { choices } of stream) {
    const delta = choices[0]?.delta;
    content += delta?.content ?? '';
    for (const part of delta?.tool_calls ?? []) {
      calls[part.index] ??= { id: '', name: '', arguments: '' };
      const call = calls[part.index];
      if (call === undefined) continue;
      call.id += part.id ?? '';
      call.name += part.function?.name ?? '';
      call.arguments += part.function?.arguments ?? '';
    }
  }
  const tool_calls = calls.map(({ id, ...call }) => ({ id, type: 'function' as const, function: call }));
  return {
    message: { role: 'assistant', content, ...(tool_calls.length > 0 ? { tool_calls } : {}) },
    calls: calls.map(({ id, arguments: text }) => ({ id, query: JSON.parse(text).query })),
  };
}
