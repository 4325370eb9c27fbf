import { readCutJson } from '../../lib/cut-json.ts';
import { JSON_DEPTH } from '../../lib/json.ts';

/**
 * Of one message. The client goes over each value of a message many times, so that a tenth of what other
 * JSON may have takes as long: what is more is far more than a model is told of a result.
 */
export const MESSAGE = { bytes: 16_000_000, values: 20_000, depth: JSON_DEPTH };

/** Of a message that is too large so many bytes are read of its beginning, and of its end, for its id. */
export const HEAD_BYTES = 1_000_000;
export const TAIL_BYTES = 4_000;

/** Values of it that are read: far more than a model is told. */
const VALUES = 5_000;

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * An answer of a server that is too large, as far as it is read: what it has is cut, and says so. Undefined
 * where it is no answer, or it can't be told to what.
 */
export function cutMessage(head: string, tail: string): Fields | undefined {
  const message = readCutJson(head, VALUES);
  if (!isFields(message) || 'method' in message) return undefined;
  const id = 'id' in message ? message.id : idAtEnd(tail);
  if (!isFields(message.result) || (typeof id !== 'number' && typeof id !== 'string')) return undefined;
  return { jsonrpc: '2.0', id, result: cutResult(message.result) };
}

/** The id of a message that has it at its end, behind the result. */
function idAtEnd(tail: string): number | string | undefined {
  const [, number, text] =
    /"id"\s*:\s*(?:(\d+)|"([^"\\]*)")\s*(?:,\s*"jsonrpc"\s*:\s*"2\.0"\s*)?\}\s*$/.exec(tail) ?? [];
  return number === undefined ? text : Number(number);
}

const REST = 'The server sent more than is taken. Here is the beginning: ask for a smaller part.';

/** The last item may be half of one. */
const LISTS = ['tools', 'resources', 'resourceTemplates', 'prompts'] as const;

function cutResult(result: Fields): Fields {
  const cut: Fields = { ...result };
  for (const name of LISTS) if (Array.isArray(cut[name])) cut[name] = cut[name].slice(0, -1);
  if (Array.isArray(cut.contents)) cut.contents = [...texts(cut.contents), { uri: 'about:rest', text: REST }];
  if (Array.isArray(cut.messages)) {
    const said = cut.messages.slice(0, -1);
    cut.messages = [...said, { role: 'user', content: { type: 'text', text: REST } }];
  }
  const isOther = [...LISTS, 'contents', 'messages'].some((name) => name in cut);
  if (isOther) return cut;
  // Models are told either texts or, without any, the structure.
  const content = Array.isArray(cut.content) ? texts(cut.content) : [];
  const structure =
    content.length === 0 ? { type: 'text', text: JSON.stringify(cut.structuredContent ?? '') } : [];
  return { content: [...content, structure, { type: 'text', text: REST }].flat() };
}

/** Half of a picture can't be looked at. */
const texts = (parts: readonly unknown[]): unknown[] =>
  parts.filter((part, i) => i < parts.length - 1 || (isFields(part) && typeof part.text === 'string'));
