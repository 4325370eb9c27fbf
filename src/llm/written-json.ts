import { parsedJson } from '../lib/json.ts';
import { isObject } from './events.ts';
import { pythonDict } from './python-literals.ts';

/** A call as JSON in a text: the arguments are its JSON text. */
export type JsonCall = { name: string; args: string };

/**
 * The calls that a JSON text names: one, a list, or one a line; or one as a dict of Python. None where it is
 * anything else. Models call the fields as their own templates do, and Apertus has the name for a field.
 */
export function callsInJson(text: string): JsonCall[] {
  const whole = parsedJson(text.trim()) ?? pythonDict(text);
  const values = whole === undefined ? linesOf(text) : [whole].flat();
  const calls = values.map(callOf);
  return calls.every((call) => call !== undefined) ? calls : [];
}

/** One JSON value a line; none where a line is something else. */
function linesOf(text: string): unknown[] {
  const values = text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map(parsedJson);
  return values.every((value) => value !== undefined) ? values : [];
}

function callOf(value: unknown): JsonCall | undefined {
  if (!isObject(value)) return undefined;
  if (isObject(value.function)) return callOf(value.function);
  const name = value.name ?? value.tool_name ?? value.tool ?? value.function;
  const given = value.arguments ?? value.parameters ?? value.args ?? value.input;
  if (typeof name === 'string' && name !== '') {
    return { name, args: typeof given === 'string' ? given : JSON.stringify(given ?? {}) };
  }
  const [only, ...more] = Object.entries(value);
  return only !== undefined && more.length === 0 && isObject(only[1])
    ? { name: only[0], args: JSON.stringify(only[1]) }
    : undefined;
}

/** A call whose JSON does not parse, such as one with quotes within a text that are not escaped. */
export function callInBrokenJson(text: string): JsonCall | undefined {
  const [, name] = /^(?:\[\s*)?\{\s*"name"\s*:\s*"([\w.:/-]{1,100})"/.exec(text.trimStart()) ?? [];
  if (name === undefined) return undefined;
  const [, begin] = /"(arguments|parameters)"\s*:/.exec(text) ?? [];
  const args = begin === undefined ? '' : text.slice(text.indexOf(':', text.indexOf(`"${begin}"`)) + 1);
  return { name, args: args.trim().replace(/\}$/, '').trim() };
}
