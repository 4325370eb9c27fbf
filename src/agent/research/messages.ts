import type { ChatCompletionMessageParam } from 'openai/resources/chat/completions';
import { automatic } from '../../lib/speech.ts';
import { validJson } from '../request.ts';
import type { Entry } from './journal.ts';

/** A research as its model is told of it. */
export function messagesOf(
  prompt: string,
  request: string,
  entries: readonly Entry[],
): ChatCompletionMessageParam[] {
  const told = entries.flatMap((entry, i): ChatCompletionMessageParam[] => {
    switch (entry.kind) {
      case 'note':
        return [{ role: 'user', content: automatic(entry.text) }];
      case 'answer':
        return [answerMessage(entry)];
      case 'results': {
        const asked = entries[i - 1];
        const calls = asked?.kind === 'answer' ? asked.calls : [];
        return calls.map(({ providerId }, n) => ({
          role: 'tool' as const,
          tool_call_id: providerId,
          content: entry.results[n]?.output ?? 'This call has not been run.',
        }));
      }
      default:
        return entry satisfies never;
    }
  });
  return [{ role: 'system', content: prompt }, { role: 'user', content: request }, ...told];
}

function answerMessage({ text, calls }: Extract<Entry, { kind: 'answer' }>): ChatCompletionMessageParam {
  if (calls.length === 0) return { role: 'assistant', content: text };
  return {
    role: 'assistant',
    content: text === '' ? null : text,
    tool_calls: calls.map((call) => ({
      id: call.providerId,
      type: 'function',
      function: { name: call.name, arguments: validJson(call.arguments) },
    })),
  };
}
