import type { Fault } from './errors.ts';
import { isObject } from './events.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * An error that a provider sends in a stream that has begun, or instead of an answer with status 200, in one
 * of the forms that are known.
 */
export function faultOf(event: Fields): Fault | undefined {
  const [choice] = Array.isArray(event.choices) ? event.choices : [];
  const error = event.error ?? fieldsOf(choice).error;
  if (isObject(error) && Object.keys(error).length > 0 && !isNothing(error)) return faultIn(error);
  if (typeof error === 'string' && error !== '') return { ...faultIn(event), message: error };
  if (choice !== undefined || event.usage) return undefined;
  return besideChoices(event);
}

/** What is no answer, and says so in other fields than OpenAI's. */
function besideChoices(event: Fields): Fault | undefined {
  const based = fieldsOf(event.base_resp); // MiniMax
  if (Number(based.status_code ?? 0) !== 0) {
    return { ...faultIn(based), message: textOf(based.status_msg) || JSON.stringify(based) };
  }
  const [listed] = Array.isArray(event.errors) ? event.errors : []; // Cloudflare
  if (listed !== undefined) return faultIn(isObject(listed) ? listed : { message: String(listed) });
  const thrown = Object.entries(event).find(([name, value]) => EXCEPTION.test(name) && isObject(value));
  if (thrown !== undefined) return { ...faultIn(fieldsOf(thrown[1])), code: thrown[0] }; // Bedrock
  const said = [event.message, event.detail, event.error_msg, event.msg].map(textOf).find(Boolean) ?? '';
  const fault = { ...faultIn(event), message: said || JSON.stringify(event) };
  const isError =
    event.object === 'error' ||
    event.type === 'error' ||
    event.success === false ||
    fault.status !== undefined;
  const isAlone = said !== '' && Object.keys(event).length === 1;
  const number = event.error_code ?? event.code; // Baidu; SiliconFlow, Zhipu
  const hasCode = typeof number === 'string' ? number !== '' : typeof number === 'number' && number !== 0;
  return isError || isAlone || (said !== '' && hasCode) ? fault : undefined;
}

const EXCEPTION = /^\w{1,60}Exception$/;

/** Some send the place of an error with each event, and nothing in it. */
const isNothing = ({ message, code, ...rest }: Fields): boolean =>
  !message && !code && Object.values(rest).every((value) => !value);

function faultIn(error: Fields): Fault {
  const code = [error.code, error.type, error.status].find((value) => typeof value === 'string');
  const status = [error.code, error.status, error.status_code, error.http_code].map(Number);
  const inner = fieldsOf(error.metadata).raw; // what the provider behind a router said
  const message = [textOf(error.message), textOf(inner)].filter((text) => text !== '').join(': ');
  return {
    message: message || JSON.stringify(error),
    code: typeof code === 'string' ? code : undefined,
    status: status.find((value) => value >= 400 && value < 600),
  };
}

const fieldsOf = (value: unknown): Fields => (isObject(value) ? value : {});
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
