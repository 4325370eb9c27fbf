import type { ChatCompletionChunk } from 'openai/resources/chat/completions';
import { assertEnds, checked, type ModelAnswer, type RequestedCall, type TokenUsage } from './answer.ts';
import { ModelError } from './errors.ts';

/** Puts the chunks of one streamed chat completion together. */
export class AnswerAssembly {
  text = '';
  #reasoning = '';
  #characters = 0;
  readonly #calls = new Map<number, RequestedCall>();
  #finish: string | undefined;
  #usage: TokenUsage = { inputTokens: 0, cachedTokens: 0, outputTokens: 0 };

  /** Says whether the text has grown. Throws ModelError where the answer has no end. */
  add(chunk: ChatCompletionChunk): boolean {
    if (chunk.usage) {
      this.#usage = {
        inputTokens: chunk.usage.prompt_tokens,
        cachedTokens: chunk.usage.prompt_tokens_details?.cached_tokens ?? 0,
        outputTokens: chunk.usage.completion_tokens,
      };
    }
    const choice = chunk.choices[0];
    if (choice === undefined) return false;
    this.#finish = choice.finish_reason ?? this.#finish;
    for (const part of choice.delta.tool_calls ?? []) {
      const call = this.#calls.get(part.index) ?? { providerId: '', name: '', arguments: '' };
      this.#calls.set(part.index, {
        providerId: part.id || call.providerId,
        name: call.name || (part.function?.name ?? ''),
        arguments: call.arguments + (part.function?.arguments ?? ''),
      });
    }
    const reasoning = reasoningOf(choice.delta);
    const text = choice.delta.content ?? '';
    const called = choice.delta.tool_calls?.map((part) => part.function?.arguments ?? '').join('') ?? '';
    this.#characters += reasoning.length + text.length + called.length;
    assertEnds(this.#characters, this.#calls.size);
    this.#reasoning += reasoning;
    this.text += text;
    return text !== '';
  }

  /** The whole answer. Throws ModelError where the stream ended without one. */
  finish(): ModelAnswer {
    if (this.#finish === undefined) throw new ModelError('network', 'the stream ended before the answer did');
    const calls = [...this.#calls.entries()].sort(([a], [b]) => a - b).map(([, call]) => call);
    return checked({
      text: this.text,
      reasoning: this.#reasoning,
      calls,
      isTruncated: this.#finish === 'length',
      isFiltered: this.#finish === 'content_filter',
      usage: this.#usage,
    });
  }
}

/** Providers call it one or the other; it is in no standard. */
function reasoningOf(delta: object): string {
  const found: unknown = Reflect.get(delta, 'reasoning_content') ?? Reflect.get(delta, 'reasoning');
  return typeof found === 'string' ? found : '';
}
