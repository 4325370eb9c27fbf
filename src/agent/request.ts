import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import { effectiveArguments, isSettled, type ToolCall } from '../session/tool-calls.ts';
import type { TranscriptMessage } from '../session/transcript.ts';

/**
 * The transcript as the chat completions API wants it: every tool call is followed by exactly one result, in the
 * order of the calls, whatever happened to it. A call without a result gets a stub.
 */
export function requestOf(
  systemPrompt: string,
  messages: readonly TranscriptMessage[],
  toolCalls: readonly ToolCall[],
): ChatCompletionMessageParam[] {
  const calls = Map.groupBy(toolCalls, (call) => call.messageId);
  return [
    { role: 'system', content: systemPrompt },
    ...messages.flatMap((message) => messagesOf(message, calls.get(message.id) ?? [])),
  ];
}

function messagesOf({ entry }: TranscriptMessage, calls: readonly ToolCall[]): ChatCompletionMessageParam[] {
  switch (entry.role) {
    case 'user':
      return [{ role: 'user', content: `[${entry.author.name}] ${entry.text}` }];
    case 'note':
      return [{ role: 'user', content: `[ML Intern, automatic] ${entry.text}` }];
    case 'summary':
      return [
        { role: 'user', content: `[ML Intern, automatic] What was said here, in short:\n${entry.text}` },
      ];
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
        function: { name: call.name, arguments: validJson(effectiveArguments(call)) },
      })),
    },
    ...calls.map((call) => ({
      role: 'tool' as const,
      tool_call_id: call.providerId,
      content: resultOf(call),
    })),
  ];
}

/** What the model is told came of a call, and whether a person changed it before it ran. */
function resultOf(call: ToolCall): string {
  if (call.state.kind === 'awaiting_approval') {
    return 'This call waits for approval by people: it has not been run, and it is still open. Do not propose it again.';
  }
  if (!isSettled(call.state)) return 'This call has not been run.';
  const edit = call.approval?.decision.edit;
  if (edit === undefined || call.state.kind === 'rejected') return call.state.output;
  return `[${edit.by.name} changed this call before it was approved (${edit.changed}). The arguments above are the changed ones, and they are what ran.]\n${call.state.output}`;
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
