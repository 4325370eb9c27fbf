import { parsedJson } from '../lib/json.ts';
import type { RequestedCall } from './answer.ts';
import { newCallId, plainArguments, toolNameOf } from './call-assembly.ts';
import { isObject } from './events.ts';
import { gemmaCall } from './gemma-calls.ts';
import { behindEach, type Marked, upToLast } from './mark-scan.ts';
import { pythonCalls, pythonLines } from './python-literals.ts';
import { callInBrokenJson, callsInJson } from './written-json.ts';

export const call = (name: string, args: string): RequestedCall => ({
  providerId: newCallId(),
  name: toolNameOf(name),
  arguments: plainArguments(args),
});

/** The calls between two marks, in whatever way they are written there. */
export function callsWithin(inner: string): RequestedCall[] {
  const asJson = callsInJson(inner);
  if (asJson.length > 0) return asJson.map(({ name, args }) => call(name, args));
  const asPython = pythonCalls(inner) ?? pythonLines(inner);
  if (asPython !== undefined) return asPython.map(({ name, args }) => call(name, args));
  const elements = behindEach(inner, '<function=').map((part) => ofElements(part));
  const read = elements.length > 0 ? elements : [ofPairs(inner) ?? bracketed(inner) ?? broken(inner)];
  return read.filter((found) => found !== undefined);
}

/** A call whose JSON is none is one nevertheless: its tool says what is wrong with it. */
function broken(inner: string): RequestedCall | undefined {
  const found = callInBrokenJson(inner);
  return found && call(found.name, found.args);
}

/** `read({"path": "a"})` (Gemma 4, as it also does). */
function bracketed(inner: string): RequestedCall | undefined {
  if (!/^\s*(?:call:)?[\w.:-]{1,100}\s*[({]/.test(inner)) return undefined;
  const found = gemmaCall(inner, 0);
  return found !== undefined && inner.slice(found.end).trim() === ''
    ? call(found.name, found.args)
    : undefined;
}

/**
 * What stands behind `<function=`: a name, and elements with parameters (Qwen3-Coder), or JSON (Llama 3.1).
 * Values are JSON where they can be read as such, but for what only looks like a number or a word of it.
 */
export function ofElements(part: string): RequestedCall | undefined {
  const [header, name] = /^\s*["']?([^>\s"'{]{1,100})["']?\s*>?/.exec(part) ?? [];
  if (header === undefined || name === undefined) return undefined;
  const body = upToLast(part.slice(header.length), '</function>');
  const parameters = behindEach(body, '<parameter=');
  if (parameters.length === 0) return call(name, body.trim() === '' ? '{}' : body.trim());
  const values = parameters.map((parameter): [string, unknown] => {
    const end = parameter.indexOf('>');
    const value = upToLast(parameter.slice(end + 1), '</parameter>')
      .replace(/^\n/, '')
      .replace(/\n$/, '');
    return [parameter.slice(0, Math.max(0, end)), parsedJson(value) ?? value];
  });
  return call(name, JSON.stringify(Object.fromEntries(values)));
}

/** `read\n<arg_key>path</arg_key>\n<arg_value>a</arg_value>` (GLM). */
function ofPairs(inner: string): RequestedCall | undefined {
  const [, name] = /^\s*([\w.:-]{1,100})\s*(?:<arg_key>|$)/.exec(inner) ?? [];
  if (name === undefined) return undefined;
  const pairs = behindEach(inner, '<arg_key>').map((part): [string, unknown] => {
    const [key = ''] = part.split('</arg_key>', 1);
    const [value = ''] = behindEach(part, '<arg_value>');
    const raw = upToLast(value, '</arg_value>');
    return [key.trim(), parsedJson(raw) ?? raw];
  });
  return call(name, JSON.stringify(Object.fromEntries(pairs)));
}

const INVOKING = ['minimax:tool_call', 'function_calls', 'tool_calls'];
/** What stands before each name: nothing (MiniMax, Claude), `｜DSML｜` (DeepSeek V3.2), `steptml:` (Step 3). */
const PREFIXES = ['', '|dsml|', 'steptml:', 'antml:'];
/** Between a mark and the next one. */
const BLANKS = 20;

/**
 * `<minimax:tool_call><invoke name="read"><parameter name="path">a</parameter></invoke></minimax:tool_call>`,
 * and the same with something before each name. DeepSeek says of each parameter whether it is text.
 */
export function invokedAt(
  { text, plain }: Marked,
  at: number,
): { calls: RequestedCall[]; end: number } | undefined {
  if (plain[at] !== '<') return undefined;
  for (const prefix of PREFIXES) {
    const around = INVOKING.find((name) => plain.startsWith(`<${prefix}${name}>`, at));
    const start = around === undefined ? at : at + `<${prefix}${around}>`.length;
    const opening = `<${prefix}invoke_name="`;
    const first = text.slice(start, start + BLANKS).search(/\S/);
    if (first === -1 || !plain.startsWith(opening, start + first)) continue;
    const close = around === undefined ? `</${prefix}invoke>` : `</${prefix}${around}>`;
    const found = plain.indexOf(close, start);
    const inner = text.slice(start, found === -1 ? text.length : found);
    const calls = behindEach(inner, opening).map((part) =>
      call(part.slice(0, Math.max(0, part.indexOf('"'))), JSON.stringify(parametersOf(part, prefix))),
    );
    return { calls, end: found === -1 ? text.length : found + close.length };
  }
  return undefined;
}

function parametersOf(part: string, prefix: string): Record<string, unknown> {
  const whole = upToLast(part, `</${prefix}invoke>`);
  const values = behindEach(whole, `<${prefix}parameter_name="`).map((parameter): [string, unknown] => {
    const end = parameter.indexOf('>');
    const head = parameter.slice(0, Math.max(0, end));
    const raw = upToLast(parameter.slice(end + 1), `</${prefix}parameter>`);
    const isText = /\bstring="true"/.test(head);
    return [head.slice(0, Math.max(0, head.indexOf('"'))), isText ? raw : (parsedJson(raw) ?? raw)];
  });
  return Object.fromEntries(values);
}

/**
 * `<invoke><tool_name>read</tool_name><parameters><path>a</path></parameters></invoke>`, as Claude was first
 * told to write.
 */
export function oldInvokedAt({ text, plain }: Marked, at: number) {
  const around = plain.startsWith('<function_calls>', at) ? 'function_calls' : 'invoke';
  if (!plain.startsWith(`<${around}>`, at)) return undefined;
  const close = `</${around}>`;
  const found = plain.indexOf(close, at);
  const inner = text.slice(at, found === -1 ? text.length : found);
  const calls = behindEach(inner, '<tool_name>').map((part) => {
    const [name = ''] = part.split('</tool_name>', 1);
    const [given = ''] = behindEach(part, '<parameters>');
    const body = upToLast(given, '</parameters>').trim();
    return call(name.trim(), isObject(parsedJson(body)) ? body : JSON.stringify(namedElements(body)));
  });
  return calls.length === 0 ? undefined : { calls, end: found === -1 ? text.length : found + close.length };
}

/** Elements by their names, each with a value. */
function namedElements(text: string): Record<string, unknown> {
  const values: [string, unknown][] = [];
  for (let at = 0; at < text.length; ) {
    const open = /\s*<([\w.-]{1,100})>/y;
    open.lastIndex = at;
    const [whole, name] = open.exec(text) ?? [];
    if (whole === undefined || name === undefined) break;
    const start = at + whole.length;
    const end = text.indexOf(`</${name}>`, start);
    const raw = text.slice(start, end === -1 ? text.length : end);
    values.push([name, parsedJson(raw) ?? raw]);
    at = end === -1 ? text.length : end + `</${name}>`.length;
  }
  return Object.fromEntries(values);
}

/** Whether `<function name="read">` and its like open a call here, with what is behind them. */
export const functionAt = ({ plain }: Marked, at: number): string | undefined =>
  ['<function=', '<function_name="'].find((open) => plain.startsWith(open, at));
