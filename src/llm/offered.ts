import type { RequestedCall } from './answer.ts';
import { newCallId } from './call-assembly.ts';
import { pythonCalls } from './python-literals.ts';
import type { ModelRequest } from './request.ts';
import { callsInJson } from './written-json.ts';

/** The names by which a request offers tools; none where it asks for no calls. */
export const namesOffered = ({ tools, toolChoice }: Pick<ModelRequest, 'tools' | 'toolChoice'>): string[] =>
  toolChoice === 'none'
    ? []
    : tools.flatMap((tool) => (tool.type === 'function' ? [tool.function.name] : []));

type Called = { text: string; calls: RequestedCall[] };

/**
 * The calls of an answer by the names of the tools that were offered: models put a namespace before a name
 * (`tools.read`, `default_api:read`, `mcp/read`), and write it in other letters. What names no tool stays as
 * it is, and its answer says so. An answer that is nothing but calls, by exact names, as JSON or as a list of
 * Python, is those calls: Llama writes them without a mark.
 */
export function offeredCalls<Answer extends Called>(answer: Answer, names: readonly string[]): Answer {
  const { text, calls } = answer;
  if (calls.length > 0) {
    return { ...answer, calls: calls.map((call) => ({ ...call, name: offered(call.name, names) })) };
  }
  const written = callsAlone(text);
  if (written.length === 0 || !written.every(({ name }) => names.includes(name))) return answer;
  return {
    ...answer,
    text: '',
    calls: written.map(({ name, args }) => ({ providerId: newCallId(), name, arguments: args })),
  };
}

function callsAlone(text: string): { name: string; args: string }[] {
  if (/^\s*[[{]/.test(text) && NAMED.test(text)) return callsInJson(text);
  return /^\s*\[\s*[A-Za-z_]/.test(text) ? (pythonCalls(text) ?? []) : [];
}

const NAMED = /"(?:arguments|parameters)"\s*:/;

function offered(name: string, names: readonly string[]): string {
  if (names.includes(name)) return name;
  const last = name.split(/[./:]/).at(-1) ?? '';
  if (names.includes(last)) return last;
  const alike = names.filter((one) => plain(one) === plain(last) || plain(one) === plain(name));
  return alike.length === 1 ? (alike[0] ?? name) : name;
}

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');
