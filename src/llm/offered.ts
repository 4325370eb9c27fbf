import type { RequestedCall } from './answer.ts';
import { newCallId, toolNameOf } from './call-assembly.ts';
import { gemmaCall } from './gemma-calls.ts';
import { offered } from './offered-names.ts';
import { pythonCalls, pythonLines } from './python-literals.ts';
import type { ModelRequest } from './request.ts';
import { callsInJson } from './written-json.ts';

/** The names by which a request offers tools; none where it asks for no calls. */
export const namesOffered = ({ tools, toolChoice }: Pick<ModelRequest, 'tools' | 'toolChoice'>): string[] =>
  toolChoice === 'none'
    ? []
    : tools.flatMap((tool) => (tool.type === 'function' ? [tool.function.name] : []));

type Called = { text: string; calls: RequestedCall[] };

/**
 * The calls of an answer by the names of the tools that were offered. What names no tool stays as it is, and
 * its answer says so. An answer that is nothing but calls of such tools, as JSON, as a list of Python or in a
 * fence, is those calls: Llama and Gemma write them without a mark.
 */
export function offeredCalls<Answer extends Called>(answer: Answer, names: readonly string[]): Answer {
  const { text, calls } = answer;
  if (calls.length > 0) {
    return { ...answer, calls: calls.map((call) => ({ ...call, name: offered(call.name, names) })) };
  }
  const { before, calls: alone } = callsAlone(text);
  const written = alone.map((call) => ({ ...call, name: offered(toolNameOf(call.name), names) }));
  if (written.length === 0 || !written.every(({ name }) => names.includes(name))) return answer;
  return {
    ...answer,
    text: before,
    calls: written.map(({ name, args }) => ({ providerId: newCallId(), name, arguments: args })),
  };
}

type Alone = { before: string; calls: { name: string; args: string }[] };

function callsAlone(text: string): Alone {
  const bare = text.trim();
  if (/^[[{]/.test(bare) && NAMED.test(bare)) return { before: '', calls: callsInJson(bare) };
  if (/^\[\s*[A-Za-z_]/.test(bare)) return { before: '', calls: pythonCalls(bare) ?? [] };
  if (bare.startsWith('call:')) return { before: '', calls: gemmaCalls(bare) };
  if (/^function call\s*\{/.test(bare))
    return { before: '', calls: callsInJson(bare.slice(bare.indexOf('{'))) };
  return bare.endsWith(FENCE) ? fenced(bare) : { before: '', calls: [] };
}

const NAMED = /"(?:arguments|parameters)"\s*:/;
const FENCE = '```';

/** A fence of calls that ends an answer (`tool_code` of Gemma 3), or one of JSON that is all of it. */
function fenced(text: string): Alone {
  const start = text.lastIndexOf(FENCE, text.length - FENCE.length - 1);
  const line = text.indexOf('\n', start);
  if (start === -1 || line === -1 || (start > 0 && text[start - 1] !== '\n'))
    return { before: '', calls: [] };
  const kind = text
    .slice(start + FENCE.length, line)
    .trim()
    .toLowerCase();
  const body = text.slice(line + 1, -FENCE.length).trim();
  const before = text.slice(0, start).trimEnd();
  if (/^tool_(?:code|calls?)$/.test(kind)) return { before, calls: ofCode(body) };
  const isJson = before === '' && /^(?:json)?$/.test(kind) && /^[[{]/.test(body) && NAMED.test(body);
  return { before: '', calls: isJson ? callsInJson(body) : [] };
}

function ofCode(body: string): Alone['calls'] {
  const asJson = /^[[{]/.test(body) ? callsInJson(body) : [];
  if (asJson.length > 0) return asJson;
  const bare = body.startsWith('print(') && body.endsWith(')') ? body.slice('print('.length, -1) : body;
  return pythonCalls(bare) ?? pythonLines(bare) ?? [];
}

function gemmaCalls(text: string): Alone['calls'] {
  const found = gemmaCall(text, 0);
  return found !== undefined && text.slice(found.end).trim() === '' ? [found] : [];
}
