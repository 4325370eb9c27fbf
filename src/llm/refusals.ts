import { wholeBeginning } from '../lib/cut.ts';
import { parsedJson } from '../lib/json.ts';
import { isObject } from './events.ts';

/** What a provider says is wrong with a request, whatever form its answer has. */
export type Said = {
  message: string;
  code: string | undefined;
  param: string | undefined;
  /** Who said so, behind a router. */
  provider: string | undefined;
};

/**
 * A fetch whose refusals all have the form of OpenAI's, which alone the client reads: of others it would tell
 * the status and nothing else, or stumble over a code that is a number. Text that is no JSON stays as it is.
 */
export function inOneForm(send: typeof fetch): typeof fetch {
  return async (input, init) => {
    const response = await send(input, init);
    if (response.ok || response.body === null) return response;
    const text = await response.text();
    const headers = new Headers(response.headers);
    for (const name of ['content-length', 'content-encoding', 'transfer-encoding']) headers.delete(name);
    const { status, statusText } = response;
    const body = parsedJson(text);
    if (typeof body !== 'object' || body === null) return new Response(text, { status, statusText, headers });
    const { message, code, param, provider } = saidIn(body);
    const seconds = secondsIn(text, headers);
    if (seconds !== undefined) headers.set('retry-after', seconds);
    if (provider !== undefined && !headers.has(PROVIDER_HEADER)) headers.set(PROVIDER_HEADER, provider);
    headers.set('content-type', 'application/json');
    return new Response(JSON.stringify({ error: { message, code, param } }), { status, statusText, headers });
  };
}

/** The Hugging Face router names in it who answered. */
export const PROVIDER_HEADER = 'x-inference-provider';

/**
 * How many seconds are to be waited, where no header says it as all do: in milliseconds (OpenAI, Azure), or
 * beside the words (Gemini's `retryDelay`).
 */
function secondsIn(text: string, headers: Headers): string | undefined {
  if (headers.has('retry-after')) return undefined;
  const ms = Number(headers.get('retry-after-ms') || Number.NaN);
  if (ms >= 0) return String(ms / 1_000);
  return /"retryDelay"\s*:\s*"(\d{1,7}(?:\.\d{1,9})?)s"/.exec(text)?.[1];
}

/** Longer ones are not read by people, and no pattern goes over them. */
const MESSAGE_CHARACTERS = 4_000;

/**
 * Reads what is said with a refusal: `{error: {…}}` as OpenAI does, the same in a list (Gemini), nothing
 * around it (Cerebras, SiliconFlow), `{object: 'error', message: {detail: […]}}` (Mistral), `{detail: …}`
 * (FastAPI), and what the provider behind a router said (`metadata.raw`, OpenRouter).
 */
export function saidIn(body: unknown): Said {
  const outer = first(body);
  const error = isObject(outer) ? first(outer.error ?? outer.errors) : undefined;
  const inner = isObject(error) ? error : isObject(outer) ? outer : {};
  const fallback = isObject(outer) && error !== undefined && !isObject(error) ? outer : {};
  const passedOn = isObject(inner.metadata) ? codeWithin(inner.metadata.raw) : undefined;
  return {
    message: wordsOf(body) || wholeBeginning(JSON.stringify(body), MESSAGE_CHARACTERS),
    code: [inner.code, fallback.code, passedOn, inner.type, inner.status, fallback.type].find(isWord),
    param: isWord(inner.param) ? inner.param : undefined,
    provider: isObject(inner.metadata) ? nameIn(inner.metadata.provider_name) : undefined,
  };
}

/** All words of a refusal, in any of these forms; none where it has none. */
export const wordsOf = (body: unknown): string =>
  wholeBeginning([...new Set(wordsIn(body, 0))].join(': '), MESSAGE_CHARACTERS);

/** The code of the provider behind a router. */
function codeWithin(raw: unknown): unknown {
  const body = typeof raw === 'string' && raw.length <= RAW_CHARACTERS ? parsedJson(raw) : raw;
  const said = first(body);
  const error = isObject(said) ? first(said.error) : undefined;
  return isObject(error) ? error.code : undefined;
}

const RAW_CHARACTERS = 100_000;

const first = (value: unknown): unknown => (Array.isArray(value) ? value[0] : value);

/** A code: a short number repeats the status, or says it as a number. */
const isWord = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= 200 && !/^\d{1,3}$/.test(value);

/** The name of a provider, as it can stand in a header. */
export const nameIn = (value: unknown): string | undefined =>
  typeof value === 'string' && /^[\w .:/-]{1,100}$/.test(value) ? value : undefined;

const DEEPEST = 8;
const MOST = 20;

/** Where words stand, in the order in which they are told. */
const PLACES = [
  ...['error', 'errors', 'message', 'msg', 'error_msg', 'error_message', 'errorMessage', 'Message'],
  ...['detail', 'details', 'description', 'error_description', 'fault', 'faultstring'],
  ...['base_resp', 'status_msg', 'metadata', 'raw'],
];

function wordsIn(value: unknown, depth: number): string[] {
  if (depth > DEEPEST) return [];
  if (typeof value === 'string') return textIn(value, depth);
  if (Array.isArray(value)) return value.slice(0, MOST).flatMap((item) => wordsIn(item, depth + 1));
  if (!isObject(value)) return [];
  const found = PLACES.flatMap((place) => wordsIn(value[place], depth + 1));
  const at = Array.isArray(value.loc) ? value.loc.filter((part) => typeof part !== 'object').join('.') : '';
  return at !== '' && found.length > 0 ? [`${at}: ${found.join(': ')}`] : found;
}

/** What a router passes on is JSON within a text. */
function textIn(text: string, depth: number): string[] {
  if (text.trim() === '') return [];
  const within = /^\s*[[{]/.test(text) ? parsedJson(text) : undefined;
  const words = within === undefined ? [] : wordsIn(within, depth + 1);
  return words.length > 0 ? words : [text];
}
