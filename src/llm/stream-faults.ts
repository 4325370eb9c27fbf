import type { Fault } from './errors.ts';
import { isObject } from './events.ts';
import { saidIn, wordsOf } from './refusals.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * An error that a provider sends in a stream that has begun, or instead of an answer with status 200, in one
 * of the forms that are known.
 */
export function faultOf(event: Fields): Fault | undefined {
  const [choice] = Array.isArray(event.choices) ? event.choices : [];
  const error = event.error ?? fieldsOf(choice).error;
  if (isObject(error) && Object.keys(error).length > 0 && !isNothing(error)) return faultIn(error);
  if (typeof error === 'string' && error !== '') return { ...faultIn(event), message: wordsOf({ error }) };
  if (choice !== undefined || event.usage) return undefined;
  return besideChoices(event);
}

/** What is no answer, and says so in other fields than OpenAI's. */
function besideChoices(event: Fields): Fault | undefined {
  const based = fieldsOf(event.base_resp); // MiniMax
  if (Number(based.status_code ?? 0) !== 0) return faultIn(based);
  const [listed] = Array.isArray(event.errors) ? event.errors : []; // Cloudflare, Writer
  if (listed !== undefined) return { ...faultIn(fieldsOf(listed)), message: wordsOf(event) };
  const thrown = Object.entries(event).find(([name, value]) => EXCEPTION.test(name) && isObject(value));
  if (thrown !== undefined) return { ...faultIn(fieldsOf(thrown[1])), code: thrown[0] }; // Bedrock
  const said = wordsOf(event);
  const fault = faultIn(event);
  const within = withinOf(event);
  const isError =
    event.object === 'error' ||
    event.type === 'error' ||
    event.status === 'error' ||
    event.success === false ||
    fault.status !== undefined ||
    within?.status !== undefined ||
    (isObject(event.detail) && Boolean(event.detail.error));
  const isAlone = said !== '' && Object.keys(event).every((name) => SAYING.has(name) || NAMING.has(name));
  const number = event.error_code ?? event.code; // Baidu; SiliconFlow, Zhipu
  const hasCode = typeof number === 'string' ? number !== '' : typeof number === 'number' && number !== 0;
  if (!isError && !isAlone && !(said !== '' && hasCode)) return undefined;
  return { ...fault, code: fault.code ?? within?.code, status: fault.status ?? within?.status };
}

/** What has nothing but words, and what names the request, is no part of an answer. */
const SAYING: ReadonlySet<string> = new Set([
  ...[
    'message',
    'detail',
    'details',
    'msg',
    'error_msg',
    'error_message',
    'errorMessage',
    'Message',
    'fault',
  ],
]);
const NAMING: ReadonlySet<string> = new Set(['id', 'request_id', 'requestId', 'trace_id', 'timestamp']);

/** What a server puts around an error of another one: `{detail: {error: {…}}}`. */
function withinOf({ detail, message, fault }: Fields): Fault | undefined {
  const around = [detail, message, fault].flat().find(isObject);
  if (around === undefined) return undefined;
  return faultIn(isObject(around.error) ? around.error : around);
}

const EXCEPTION = /^\w{1,60}Exception$/;

/** Some send the place of an error with each event, and nothing in it. */
const isNothing = ({ message, code, ...rest }: Fields): boolean =>
  !message && !code && Object.values(rest).every((value) => !value);

function faultIn(error: Fields): Fault {
  const status = [error.code, error.status, error.status_code, error.http_code].map(Number);
  return {
    message: wordsOf(error) || JSON.stringify(error),
    code: saidIn(error).code,
    status: status.find((value) => value >= 400 && value < 600),
  };
}

const fieldsOf = (value: unknown): Fields => (isObject(value) ? value : {});
