import { assertEnds, checked, type ModelAnswer, type TokenUsage } from './answer.ts';
import { CallAssembly } from './call-assembly.ts';
import { type Chunk, chunkOf, faultOf } from './chunks.ts';
import { endingOf } from './endings.ts';
import { ModelError, modelErrorIn } from './errors.ts';
import type { AnswerEvent } from './events.ts';
import { MarkupFilter } from './markup.ts';
import { nameIn } from './refusals.ts';

/** Puts the events of one streamed chat completion together. */
export class AnswerAssembly {
  readonly #markup = new MarkupFilter();
  readonly #calls = new CallAssembly();
  #reasoning = '';
  #characters = 0;
  #finish: string | undefined;
  #hasEnded = false;
  #usage: Partial<TokenUsage> | undefined;
  /** Who answers, where a router says so in its events. */
  provider: string | undefined;

  /** What people may see so far: without thoughts, and without marks of the model's own format. */
  get text(): string {
    return this.#markup.text;
  }

  /** Says whether the text has grown. Throws ModelError where it fails, or has no end. */
  add(event: AnswerEvent): boolean {
    if (event === 'end') {
      this.#hasEnded = true;
      return false;
    }
    const fault = faultOf(event);
    if (fault !== undefined) throw modelErrorIn(fault);
    this.provider ??= nameIn(event.provider);
    return this.#addChunk(chunkOf(event));
  }

  #addChunk(chunk: Chunk): boolean {
    if (chunk.usage) this.#usage = { ...this.#usage, ...chunk.usage };
    this.#finish = chunk.finish ?? this.#finish;
    if (chunk.isWhole) this.#hasEnded = true;
    // Some send the whole answer once more at its end.
    const isRepeated = chunk.isWhole && (this.#markup.hasText || this.#calls.size > 0);
    if (isRepeated) return false;
    const called = chunk.calls.reduce((sum, call) => sum + call.arguments.length, 0);
    this.#characters += chunk.reasoning.length + chunk.text.length + called;
    for (const call of chunk.calls) this.#calls.add(call);
    assertEnds(this.#characters, this.#calls.size);
    this.#reasoning += chunk.reasoning;
    return this.#markup.add(chunk.text);
  }

  /** The whole answer. Throws ModelError where the stream ended without one. */
  finish(): ModelAnswer {
    const { text, reasoning, calls: written } = this.#markup.finish();
    const isSaid =
      text.trim() !== '' || (this.#calls.size > 0 && this.#calls.isComplete) || written.length > 0;
    if (this.#finish === undefined && !(this.#hasEnded && isSaid)) {
      throw new ModelError('network', 'the stream ended before the answer did');
    }
    const ending = endingOf(this.#finish);
    if (ending === 'failed') throw new ModelError('unavailable', `the answer ended with "${this.#finish}"`);
    const calls = this.#calls.finish();
    return checked({
      text,
      reasoning: this.#reasoning + reasoning,
      calls: calls.length > 0 ? calls : written,
      isTruncated: ending === 'cut',
      isFiltered: ending === 'filtered' || (ending === 'refused' && text.trim() === ''),
      usage: this.#usage,
    });
  }
}
