import { createParser } from 'eventsource-parser';
import { parsedJson } from '../lib/json.ts';
import { ModelError } from './errors.ts';

/** One JSON object of a streamed answer, or `end`: the provider's own word that nothing follows. */
export type AnswerEvent = Readonly<Record<string, unknown>> | 'end';

/**
 * What a provider answers, as it comes: the data of its events, or the one object that it answers with where
 * it does not stream. What is no JSON object is a sign of life and nothing else. `alive` is called for
 * everything that comes, comments too. Throws ModelError for what is no answer of a model at all.
 */
export async function* eventsOf(response: Response, alive: () => void): AsyncGenerator<AnswerEvent> {
  const found: AnswerEvent[] = [];
  const parser = createParser({ onEvent: ({ data }) => found.push(...objectsIn(data)) });
  const decoder = new TextDecoder();
  /** The beginning, until it is known to be events. */
  let whole: string | undefined = '';
  for await (const bytes of response.body ?? []) {
    alive();
    const text = decoder.decode(bytes, { stream: true });
    if (whole !== undefined) {
      whole += text;
      if (!EVENT.test(whole)) continue;
      parser.feed(whole);
      whole = undefined;
    } else parser.feed(text);
    yield* found.splice(0);
  }
  if (whole === undefined)
    parser.feed('\n\n'); // ends an event whose end did not come
  else found.push(...objectsOf(whole));
  yield* found;
}

/** A line of an event or a comment: JSON and pages begin otherwise. */
const EVENT = /^\uFEFF?\s*(?:data|event|id|retry)?:/;

/** An answer that is not streamed: one object, or one a line. */
function objectsOf(text: string): AnswerEvent[] {
  if (text.trim() === '') return [];
  const objects = objectsIn(text);
  if (objects.length > 0) return objects;
  throw new ModelError(
    'unavailable',
    `the provider answered with something else than JSON: ${text.trim().slice(0, 80)}`,
  );
}

/** Servers that leave out the empty line between two events make one of them, a line each. */
function objectsIn(data: string): AnswerEvent[] {
  const whole = objectIn(data);
  if (whole !== undefined) return [whole];
  if (!data.includes('\n')) return [];
  return data
    .split('\n')
    .map(objectIn)
    .filter((found) => found !== undefined);
}

function objectIn(text: string): AnswerEvent | undefined {
  if (text.trim() === '[DONE]') return 'end';
  const value = parsedJson(text);
  return isObject(value) ? value : undefined;
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
