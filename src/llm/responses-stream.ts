import {
  assertEnds,
  checked,
  type ModelAnswer,
  type RequestedCall,
  type TokenUsage,
  tokenCount,
} from './answer.ts';
import { newCallId, plainArguments, toolNameOf } from './call-assembly.ts';
import { endingOf } from './endings.ts';
import { ModelError, modelErrorIn } from './errors.ts';
import { type AnswerEvent, isObject } from './events.ts';
import { MarkupFilter } from './markup.ts';
import { offeredCalls } from './offered.ts';
import { faultOf } from './stream-faults.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Puts the events of one answer of the Responses API together. Servers besides OpenAI's leave the list of
 * what was said out of their last event, or the event itself: what came before it counts then.
 */
export class ResponsesAssembly {
  readonly #markup = new MarkupFilter();
  readonly #items: Fields[] = [];
  #characters = 0;
  #hasEnded = false;
  #response: Fields | undefined;

  get text(): string {
    return this.#markup.text;
  }

  /** How much of the answer has come. */
  get size(): number {
    return this.#characters + this.#items.length;
  }

  /** Says whether the text has changed. Throws ModelError where it fails, or has no end. */
  add(event: AnswerEvent): boolean {
    if (event === 'end') {
      this.#hasEnded = true;
      return false;
    }
    const type = textOf(event.type);
    if (type === 'error' || type === '' || isObject(event.error)) {
      const fault = faultOf(event);
      if (fault !== undefined) throw modelErrorIn(fault);
    }
    if (type === 'response.output_item.done' && isObject(event.item)) this.#items.push(event.item);
    if (type === 'response.output_text.delta' || type === 'response.refusal.delta') {
      return this.#say(textOf(event.delta));
    }
    if (/^response\.[a-z_]{1,60}\.delta$/.test(type)) this.#characters += textOf(event.delta).length;
    assertEnds(this.#characters, this.#items.length);
    if (ENDS.has(type) && isObject(event.response)) this.#ended(event.response);
    // A server that does not stream answers with the response itself.
    else if (event.object === 'response' && Array.isArray(event.output)) this.#ended(event);
    return false;
  }

  /**
   * The whole answer, with calls by the names of the tools that were offered. Throws ModelError where the
   * stream ended without one.
   */
  finish(offered: readonly string[] = []): ModelAnswer {
    const response = this.#response ?? {};
    const output = Array.isArray(response.output) ? response.output.filter(isObject) : [];
    const items = output.length > 0 ? output : this.#items;
    if (!this.#markup.hasText) this.#markup.add(items.map(textIn).join(''));
    const calls = items.flatMap(callsIn);
    const reason = textOf(fieldsOf(response.incomplete_details).reason);
    const isCut = response.status === 'incomplete' && reason === '';
    const ending = isCut ? 'cut' : endingOf(reason || textOf(response.status));
    const around = { hasCalls: calls.length > 0, isCut: ending === 'cut', known: offered };
    const { text, reasoning, calls: written } = this.#markup.finish(around);
    const isSaid = this.#hasEnded && (text.trim() !== '' || calls.length > 0);
    if (this.#response === undefined && !isSaid) {
      throw new ModelError('network', 'the stream ended before the answer did');
    }
    if (ending === 'failed')
      throw new ModelError('unavailable', `the answer ended with "${reason || 'failed'}"`);
    return checked({
      ...offeredCalls({ text, calls: calls.length > 0 ? calls : written }, offered),
      reasoning, // what the provider tells of it is kept with its signature alone, and so not given back
      isTruncated: ending === 'cut',
      isFiltered: ending === 'filtered',
      usage: countedIn(fieldsOf(response.usage)),
    });
  }

  #say(text: string): boolean {
    this.#characters += text.length;
    assertEnds(this.#characters, this.#items.length);
    return this.#markup.add(text);
  }

  #ended(response: Fields): void {
    this.#response = response;
    const error = fieldsOf(response.error);
    if (response.status !== 'failed' && Object.keys(error).length === 0) return;
    const message = textOf(error.message) || 'the response failed';
    throw modelErrorIn({ status: undefined, code: textOf(error.code) || undefined, message });
  }
}

/** Events that have the response as it is in the end. */
const ENDS: ReadonlySet<string> = new Set([
  'response.completed',
  'response.incomplete',
  'response.failed',
  'response.cancelled',
  'response.done',
]);

const fieldsOf = (value: unknown): Fields => (isObject(value) ? value : {});
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function textIn({ type, content }: Fields): string {
  if (type !== 'message') return '';
  const parts = Array.isArray(content) ? content.filter(isObject) : [{ text: content }];
  return parts.map((part) => textOf(part.text) || textOf(part.refusal)).join('');
}

/** With an id of ours: a provider's may repeat. */
function callsIn({ type, name, arguments: given }: Fields): RequestedCall[] {
  if (type !== 'function_call') return [];
  const text = isObject(given) ? JSON.stringify(given) : textOf(given);
  return [{ providerId: newCallId(), name: toolNameOf(textOf(name)), arguments: plainArguments(text) }];
}

/** Only what is told: other servers than OpenAI's answer on this route, too. */
function countedIn(usage: Fields): Partial<TokenUsage> | undefined {
  const counts = {
    inputTokens: tokenCount(usage.input_tokens),
    cachedTokens: tokenCount(fieldsOf(usage.input_tokens_details).cached_tokens),
    outputTokens: tokenCount(usage.output_tokens),
  };
  const told = Object.entries(counts).filter(([, count]) => count !== undefined);
  return told.length > 0 ? Object.fromEntries(told) : undefined;
}
