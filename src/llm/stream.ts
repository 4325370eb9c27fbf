import type { ChatCompletionChunk } from 'openai/resources/chat/completions';
import { ModelError } from './errors.ts';

/** A tool call as the model asked for it; `arguments` is its JSON text, which may be malformed. */
export type RequestedCall = { providerId: string; name: string; arguments: string };

export type TokenUsage = { inputTokens: number; cachedTokens: number; outputTokens: number };

export type ModelAnswer = {
  text: string;
  calls: RequestedCall[];
  /** The provider cut the answer at its token limit: the calls may be incomplete. */
  isTruncated: boolean;
  usage: TokenUsage;
};

/** Puts the chunks of one streamed chat completion together. */
export class AnswerAssembly {
  text = '';
  readonly #calls = new Map<number, RequestedCall>();
  #finish: string | undefined;
  #usage: TokenUsage = { inputTokens: 0, cachedTokens: 0, outputTokens: 0 };

  /** Says whether the text has grown. */
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
    const text = choice.delta.content ?? '';
    this.text += text;
    return text !== '';
  }

  /** The whole answer. Throws ModelError where the stream ended without one. */
  finish(): ModelAnswer {
    if (this.#finish === undefined) throw new ModelError('network', 'the stream ended before the answer did');
    const calls = [...this.#calls.entries()].sort(([a], [b]) => a - b).map(([, call]) => call);
    if (this.text.trim() === '' && calls.length === 0)
      throw new ModelError('empty', 'the model said nothing');
    return { text: this.text, calls, isTruncated: this.#finish === 'length', usage: this.#usage };
  }
}
