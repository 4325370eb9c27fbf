import { assertEnds, checked, type ModelAnswer, type RequestedCall, type TokenUsage } from './answer.ts';
import { CallAssembly } from './call-assembly.ts';
import { type Chunk, chunkOf } from './chunks.ts';
import { endingOf } from './endings.ts';
import { ModelError, modelErrorIn } from './errors.ts';
import type { AnswerEvent } from './events.ts';
import { MarkupFilter } from './markup.ts';
import { offeredCalls } from './offered.ts';
import { nameIn } from './refusals.ts';
import { faultOf } from './stream-faults.ts';
import { DETAILS, ThoughtDetails } from './thought-details.ts';
import { callsAtEnd } from './written-calls.ts';

/** Puts the events of one streamed chat completion together. */
export class AnswerAssembly {
  readonly #markup = new MarkupFilter();
  readonly #calls = new CallAssembly();
  readonly #details = new ThoughtDetails();
  #reasoning = '';
  #characters = 0;
  #finish: string | undefined;
  #native: string | undefined;
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
    this.#native = chunk.native ?? this.#native;
    if (chunk.isWhole) this.#hasEnded = true;
    // Some send the whole answer once more at its end, and some of its parts only then.
    const text = chunk.isWhole && this.#markup.hasText ? '' : chunk.text;
    const calls = chunk.isWhole && this.#calls.size > 0 ? [] : chunk.calls;
    const reasoning = chunk.isWhole && this.#reasoning !== '' ? '' : chunk.reasoning;
    const called = calls.reduce((sum, call) => sum + call.arguments.length, 0);
    this.#characters += reasoning.length + text.length + called;
    if (calls.length > 0) this.#calls.add(calls, chunk.isWhole);
    for (const detail of chunk.details) this.#details.add(detail);
    assertEnds(this.#characters, this.#calls.size);
    this.#reasoning += reasoning;
    return this.#markup.add(text);
  }

  /** How much of the answer has come: an event that adds nothing is a sign of life alone. */
  get size(): number {
    return this.#characters + this.#calls.size + (this.#finish === undefined ? 0 : 1);
  }

  /**
   * The whole answer, with calls by the names of the tools that were offered. Throws ModelError where the
   * stream ended without one.
   */
  finish(offered: readonly string[] = []): ModelAnswer {
    const said = endingOf(this.#finish);
    // A router may call an end what its provider calls a failure.
    const ending = said === 'whole' ? endingOf(this.#native) : said;
    const around = { hasCalls: this.#calls.size > 0, isCut: ending === 'cut', known: offered };
    const { text, reasoning, calls: inText } = this.#markup.finish(around);
    const isSilent = text.trim() === '' && this.#calls.size === 0 && inText.length === 0;
    // A server that takes thoughts for what comes before their end takes calls for one where it is missing.
    const written = isSilent ? callsAtEnd(this.#reasoning, offered) : inText;
    const isSaid =
      text.trim() !== '' || (this.#calls.size > 0 && this.#calls.isComplete) || written.length > 0;
    if (this.#finish === undefined && !(this.#hasEnded && isSaid)) {
      throw new ModelError('network', 'the stream ended before the answer did');
    }
    if (ending === 'failed') {
      const words = [...new Set([this.#finish, this.#native])].filter(Boolean).join(', ');
      throw new ModelError('unavailable', `the answer ended with "${words}"`);
    }
    const calls = withThoughts(this.#calls.finish(offered), this.#details);
    const hasCalls = calls.length > 0 || written.length > 0;
    if (!hasCalls && CALLING.test(this.#finish ?? '')) {
      throw new ModelError('empty', 'the answer ended with calls of tools, and there are none');
    }
    return checked({
      ...offeredCalls({ text, calls: calls.length > 0 ? calls : written }, offered),
      reasoning: this.#reasoning + reasoning,
      isTruncated: ending === 'cut',
      isFiltered: ending === 'filtered' || (ending === 'refused' && text.trim() === ''),
      usage: this.#usage,
    });
  }
}

/** Why an answer ends that has calls. Where a server could not read them, its text is no answer. */
const CALLING = /^(?:tool_calls?|function_call|tool_use)$/i;

/** Details of thoughts go back with the first call of their answer. */
function withThoughts(calls: RequestedCall[], thoughts: ThoughtDetails): RequestedCall[] {
  const [first, ...others] = calls;
  const details = thoughts.finish();
  if (first === undefined || details === undefined) return calls;
  return [{ ...first, extra: { ...first.extra, [DETAILS]: details } }, ...others];
}
