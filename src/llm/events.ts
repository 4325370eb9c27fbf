import { createParser } from 'eventsource-parser';
import { wholeBeginning } from '../lib/cut.ts';
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
  const parser = createParser({ onEvent: ({ event, data }) => found.push(...namedObjects(event, data)) });
  const decoder = new TextDecoder();
  const errors = new ErrorLines();
  /** The beginning, until it is known to be events. */
  let whole: string | undefined = '';
  for await (const bytes of response.body ?? []) {
    alive();
    const text = decoder.decode(bytes, { stream: true });
    if (whole !== undefined) {
      whole += text;
      if (!EVENT.test(whole)) continue;
      parser.feed(errors.asEvents(whole));
      whole = undefined;
    } else parser.feed(errors.asEvents(text));
    yield* found.splice(0);
  }
  if (whole === undefined)
    parser.feed('\n\n'); // ends an event whose end did not come
  else found.push(...objectsOf(whole));
  yield* found;
}

/** A line of an event; JSON and pages begin otherwise. Comments may stand before either. */
const EVENT = /^\uFEFF?\s*(?::[^\r\n]*[\r\n]\s*)*(?:data|event|id|retry|error):/;

/** An answer that is not streamed: one object, or one a line. */
function objectsOf(text: string): AnswerEvent[] {
  const said = text.replace(/^[ \t]*:[^\r\n]*$/gm, '');
  if (said.trim() === '') return [];
  const objects = objectsIn(said);
  if (objects.length > 0) return objects;
  throw new ModelError(
    'unavailable',
    `the provider answered with something else than JSON: ${wholeBeginning(said.trim(), 80)}`,
  );
}

/** Makes events of lines that begin with `error:`, which are none: llama.cpp's server broke off with them. */
class ErrorLines {
  /** What may be the beginning of such a line. */
  #held = '';
  #isLineStart = true;

  asEvents(text: string): string {
    const all = this.#held + text;
    this.#held = '';
    const start = Math.max(all.lastIndexOf('\n'), all.lastIndexOf('\r')) + 1;
    const last = all.slice(start);
    const mayBe = (start > 0 || this.#isLineStart) && last !== MARK && MARK.startsWith(last);
    const settled = mayBe ? all.slice(0, start) : all;
    const begun = this.#isLineStart ? /(^|[\r\n])error:/g : /([\r\n])error:/g;
    if (mayBe) this.#held = last;
    if (settled !== '') this.#isLineStart = /[\r\n]$/.test(settled);
    return settled.replace(begun, '$1event: error\ndata:');
  }
}

const MARK = 'error:';

/** The objects of an event; what is sent under the name of an error is one, whatever its form is. */
function namedObjects(name: string | undefined, data: string): AnswerEvent[] {
  if (name === 'error') return [errorOf(data)];
  const objects = objectsIn(data);
  if (objects.length === 0 && ERROR.test(data)) return [errorOf(data)];
  const isEmpty = objects.every((object) => object !== 'end' && Object.keys(object).length === 0);
  return name === 'done' && isEmpty ? ['end'] : objects;
}

/** How a server that breaks off says so without JSON: `[ERROR] …`, `error: …`. */
const ERROR = /^\s*(?:\[error\]|error:)/i;

function errorOf(text: string): AnswerEvent {
  const [object = text.trim()] = objectsIn(text).filter((found) => found !== 'end');
  return typeof object !== 'string' && object.error ? object : { error: object || 'an error without words' };
}

/** Servers that leave out the empty line between two events make one of them, a line each. */
function objectsIn(data: string): AnswerEvent[] {
  const whole = objectsInOne(data);
  if (whole.length > 0 || !data.includes('\n')) return whole;
  return data.split('\n').flatMap(objectsInOne);
}

/** Gemini puts an error into a list. */
function objectsInOne(text: string): AnswerEvent[] {
  if (/^\s*\[done\]\s*$/i.test(text)) return ['end'];
  const value = parsedJson(text);
  return (Array.isArray(value) ? value : [value]).filter(isObject);
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
