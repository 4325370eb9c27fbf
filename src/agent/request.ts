import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import { context, type Snapshot } from '../session/snapshot.ts';
import { isSettled, type ToolCall } from '../session/tool-calls.ts';
import type { TranscriptMessage } from '../session/transcript.ts';

/**
 * The transcript as the chat completions API wants it: every tool call is followed by exactly one result, in the
 * order of the calls, whatever happened to it. A call without a result gets a stub.
 */
export function buildRequest(systemPrompt: string, snapshot: Snapshot): ChatCompletionMessageParam[] {
  const calls = Map.groupBy(snapshot.toolCalls, (call) => call.messageId);
  return [
    { role: 'system', content: systemPrompt },
    ...context(snapshot).flatMap((message) => messagesOf(message, calls.get(message.id) ?? [])),
  ];
}

function messagesOf({ entry }: TranscriptMessage, calls: readonly ToolCall[]): ChatCompletionMessageParam[] {
  switch (entry.role) {
    case 'user':
      return [{ role: 'user', content: `[${entry.author.name}] ${entry.text}` }];
    case 'note':
      return [{ role: 'user', content: `[ML Intern, automatic] ${entry.text}` }];
    case 'notice':
      return [];
    case 'assistant':
      return assistantMessages(entry.text, calls);
    default:
      return entry satisfies never;
  }
}

function assistantMessages(text: string, calls: readonly ToolCall[]): ChatCompletionMessageParam[] {
  if (calls.length === 0) return [{ role: 'assistant', content: text }];
  return [
    {
      role: 'assistant',
      content: text === '' ? null : text,
      tool_calls: calls.map((call) => ({
        id: call.providerId,
        type: 'function',
        function: { name: call.name, arguments: validJson(call.arguments) },
      })),
    },
    ...calls.map((call) => ({
      role: 'tool' as const,
      tool_call_id: call.providerId,
      content: isSettled(call.state) ? call.state.output : 'This call has not been run.',
    })),
  ];
}

/** Providers reject a history whose arguments do not parse; the call's result says what was wrong with them. */
function validJson(text: string): string {
  try {
    JSON.parse(text);
    return text;
  } catch {
    return '{}';
  }
}
