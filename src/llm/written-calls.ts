import { parsedJson } from '../lib/json.ts';
import type { RequestedCall } from './answer.ts';
import { newCallId, toolNameOf } from './call-assembly.ts';
import { CodeSpans } from './code-spans.ts';
import { isObject } from './events.ts';

/** Calls that a model wrote as text, and what of the text is left without them and without marks. */
export type Written = { text: string; calls: RequestedCall[] };

/** Reads the rest of an answer from its first structure on. */
export function writtenIn(held: string): Written {
  const calls: RequestedCall[] = [];
  const code = new CodeSpans();
  let rest = '';
  for (let at = 0; at < held.length; ) {
    const here = code.copy();
    here.settle();
    const read = here.isOpen ? undefined : READERS.map((reader) => reader(held, at)).find(Boolean);
    if (read === undefined) {
      const next = nextMark(held, at + 1);
      code.add(held.slice(at, next));
      rest += held.slice(at, next);
      at = next;
      continue;
    }
    calls.push(...read.calls);
    at = read.end;
  }
  return { text: withoutEndings(rest), calls };
}

/** Where a mark may begin next. */
function nextMark(text: string, from: number): number {
  const found = [text.indexOf('<', from), text.indexOf('[TOOL_CALLS]', from)].filter((at) => at !== -1);
  return Math.min(text.length, ...found);
}

/** What stands at a place of a text: calls, and where it goes on. Undefined where it is something else. */
type Reader = (text: string, at: number) => { calls: RequestedCall[]; end: number } | undefined;

/** Between two marks. An end that is missing is the end of the text. */
function between(
  text: string,
  at: number,
  open: string,
  close: string,
): { inner: string; end: number } | undefined {
  if (!text.startsWith(open, at)) return undefined;
  const start = at + open.length;
  const found = text.indexOf(close, start);
  return found === -1
    ? { inner: text.slice(start), end: text.length }
    : { inner: text.slice(start, found), end: found + close.length };
}

const call = (name: string, args: string): RequestedCall => ({
  providerId: newCallId(),
  name: toolNameOf(name),
  arguments: args,
});

/** `<|tool_call_begin|>functions.read:0<|tool_call_argument_begin|>{"path": "a"}<|tool_call_end|>` (Kimi). */
const kimi: Reader = (text, at) => {
  for (const mark of ['<|tool_calls_section_begin|>', '<|tool_calls_section_end|>']) {
    if (text.startsWith(mark, at)) return { calls: [], end: at + mark.length };
  }
  const found = between(text, at, '<|tool_call_begin|>', '<|tool_call_end|>');
  if (found === undefined) return undefined;
  const [name = '', args = ''] = found.inner.split('<|tool_call_argument_begin|>');
  return { calls: [call(name, args.trim())], end: found.end };
};

/**
 * `<｜tool▁call▁begin｜>function<｜tool▁sep｜>read` and JSON in a fence (DeepSeek V3 and R1), or the name, the
 * separator and JSON (V3.1).
 */
const deepSeek: Reader = (text, at) => {
  for (const mark of ['<｜tool▁calls▁begin｜>', '<｜tool▁calls▁end｜>']) {
    if (text.startsWith(mark, at)) return { calls: [], end: at + mark.length };
  }
  const found = between(text, at, '<｜tool▁call▁begin｜>', '<｜tool▁call▁end｜>');
  if (found === undefined) return undefined;
  const [first = '', second = ''] = found.inner.split('<｜tool▁sep｜>');
  if (first.trim() !== 'function') return { calls: [call(first, second.trim())], end: found.end };
  const line = second.indexOf('\n');
  const name = line === -1 ? second : second.slice(0, line);
  const args =
    line === -1
      ? ''
      : second
          .slice(line)
          .trim()
          .replace(/^```(?:json)?/, '')
          .replace(/```$/, '');
  return { calls: [call(name, args.trim())], end: found.end };
};

/**
 * `<tool_call>{"name": "read", "arguments": {…}}</tool_call>` (Hermes, Qwen), or elements (Qwen3-Coder), or
 * keys and values (GLM).
 */
const qwen: Reader = (text, at) => {
  const found =
    between(text, at, '<tool_call>', '</tool_call>') ?? between(text, at, '<function=', '</function>');
  if (found === undefined) return undefined;
  const isBare = text.startsWith('<function=', at);
  const read = isBare
    ? ofElements(`<function=${found.inner}`)
    : (ofJson(found.inner) ?? ofElements(found.inner) ?? ofPairs(found.inner));
  return read === undefined ? undefined : { calls: [read], end: found.end };
};

function ofJson(inner: string): RequestedCall | undefined {
  const value = parsedJson(inner.trim());
  if (!isObject(value) || typeof value.name !== 'string') return undefined;
  const args = value.arguments ?? value.parameters ?? {};
  return call(value.name, typeof args === 'string' ? args : JSON.stringify(args));
}

/** Values are JSON where they can be read as such, but for what only looks like a number or a word of it. */
function ofElements(inner: string): RequestedCall | undefined {
  const [, name] = /^\s*<function=([^>\s]{1,100})>/.exec(inner) ?? [];
  if (name === undefined) return undefined;
  const parts = inner.split('<parameter=').slice(1);
  const values = parts.map((part): [string, unknown] => {
    const end = part.indexOf('>');
    const raw = part.slice(end + 1).split('</parameter>')[0] ?? '';
    const value = raw.replace(/^\n/, '').replace(/\n$/, '');
    return [part.slice(0, end), parsedJson(value) ?? value];
  });
  return call(name, JSON.stringify(Object.fromEntries(values)));
}

/** `read\n<arg_key>path</arg_key>\n<arg_value>a</arg_value>` */
function ofPairs(inner: string): RequestedCall | undefined {
  const [, name] = /^\s*([\w.:-]{1,100})\s*(?:<arg_key>|$)/.exec(inner) ?? [];
  if (name === undefined) return undefined;
  const pairs = inner
    .split('<arg_key>')
    .slice(1)
    .map((part): [string, unknown] => {
      const [key = '', rest = ''] = part.split('</arg_key>');
      const [, value = ''] = rest.split('<arg_value>');
      const raw = value.split('</arg_value>')[0] ?? '';
      return [key.trim(), parsedJson(raw) ?? raw];
    });
  return call(name, JSON.stringify(Object.fromEntries(pairs)));
}

/**
 * `<minimax:tool_call><invoke name="read"><parameter name="path">a</parameter></invoke></minimax:tool_call>`
 * (MiniMax), and the same with `｜DSML｜` before each name (DeepSeek V3.2), which says of each parameter
 * whether it is text.
 */
const invoked: Reader = (text, at) => {
  for (const [open, close, mark] of INVOKING) {
    const found = between(text, at, open, close);
    if (found === undefined) continue;
    const calls = found.inner
      .split(`<${mark}invoke name="`)
      .slice(1)
      .map((part) => {
        const end = part.indexOf('"');
        return call(part.slice(0, Math.max(0, end)), JSON.stringify(parametersOf(part, mark)));
      });
    if (calls.length > 0) return { calls, end: found.end };
  }
  return undefined;
};

const INVOKING = [
  ['<minimax:tool_call>', '</minimax:tool_call>', ''],
  ['<｜DSML｜function_calls>', '</｜DSML｜function_calls>', '｜DSML｜'],
  ['<function_calls>', '</function_calls>', ''],
] as const;

function parametersOf(part: string, mark: string): Record<string, unknown> {
  const parameters = part.split(`<${mark}parameter name="`).slice(1);
  const values = parameters.map((parameter): [string, unknown] => {
    const end = parameter.indexOf('>');
    const head = parameter.slice(0, Math.max(0, end));
    const raw = parameter.slice(end + 1).split(`</${mark}parameter>`)[0] ?? '';
    const isText = /\bstring="true"/.test(head);
    return [head.slice(0, Math.max(0, head.indexOf('"'))), isText ? raw : (parsedJson(raw) ?? raw)];
  });
  return Object.fromEntries(values);
}

/** `<|python_tag|>{"name": "read", "parameters": {…}}<|eom_id|>` (Llama). */
const llama: Reader = (text, at) => {
  const open = '<|python_tag|>';
  if (!text.startsWith(open, at)) return undefined;
  const end = text.indexOf('<|', at + open.length);
  const inner = text.slice(at + open.length, end === -1 ? text.length : end);
  const read = ofJson(inner);
  return read === undefined ? undefined : { calls: [read], end: end === -1 ? text.length : end };
};

/** `[TOOL_CALLS][{"name": "read", "arguments": {…}}]` (Mistral), or `[TOOL_CALLS]read{…}`. */
const mistral: Reader = (text, at) => {
  if (!text.startsWith('[TOOL_CALLS]', at)) return undefined;
  const inner = text
    .slice(at + '[TOOL_CALLS]'.length)
    .trim()
    .replace(/<\/s>$/, '')
    .trim();
  const value = parsedJson(inner);
  const listed = Array.isArray(value) ? value.map((item) => ofJson(JSON.stringify(item))) : [named(inner)];
  const calls = listed.filter((item) => item !== undefined);
  return calls.length === 0 ? undefined : { calls, end: text.length };
};

function named(inner: string): RequestedCall | undefined {
  const start = inner.indexOf('{');
  if (start <= 0 || parsedJson(inner.slice(start)) === undefined) return undefined;
  return call(inner.slice(0, start).replace('[ARGS]', ''), inner.slice(start));
}

/** `<|channel|>commentary to=functions.read <|constrain|>json<|message|>{…}<|call|>` (Harmony). */
const harmony: Reader = (text, at) => {
  const start = '<|start|>assistant';
  if (text.startsWith(start, at)) {
    const next = text.indexOf('<|channel|>', at);
    const header = next === -1 ? '' : text.slice(at + start.length, next);
    if (next !== -1 && header.length < 200) return channel(text, next, header);
  }
  return channel(text, at, '');
};

function channel(text: string, at: number, header: string): ReturnType<Reader> {
  const found = between(text, at, '<|channel|>', '<|message|>');
  if (found === undefined) return undefined;
  const ends = ['<|call|>', '<|end|>', '<|return|>', '<|start|>'].map((mark) => ({
    mark,
    end: text.indexOf(mark, found.end),
  }));
  const [first] = ends.filter(({ end }) => end !== -1).sort((a, b) => a.end - b.end);
  const body = text.slice(found.end, first?.end ?? text.length);
  const end =
    first === undefined ? text.length : first.end + (first.mark === '<|start|>' ? 0 : first.mark.length);
  const [, to] = /\bto=([\w.:-]{1,100})/.exec(`${header} ${found.inner}`) ?? [];
  if (to !== undefined) return { calls: [call(to, body.trim())], end };
  // What is said finally is text: only its header goes. What is thought goes whole.
  return found.inner.trim().startsWith('final') ? { calls: [], end: found.end } : { calls: [], end };
}

const READERS: readonly Reader[] = [kimi, deepSeek, qwen, invoked, llama, mistral, harmony];

/** Marks at which an answer ends, whatever a server lets through behind them. */
const ENDS = [
  '<|im_end|>',
  '<|eot_id|>',
  '<|eom_id|>',
  '<|end_of_text|>',
  '<|endoftext|>',
  '<|return|>',
  '<|call|>',
  '<|end|>',
  '<|end_of_solution|>',
  '<|user|>',
  '<|observation|>',
  '<｜end▁of▁sentence｜>',
  '<end_of_turn>',
  '<|im_start|>',
];

/**
 * Without what follows an end that stands at the end of a line. An end in the middle of a sentence is what
 * the sentence is about.
 */
function withoutEndings(text: string): string {
  for (const mark of ENDS) {
    for (let at = text.indexOf(mark); at !== -1; at = text.indexOf(mark, at + mark.length)) {
      const after = text.slice(at + mark.length);
      if (/^[ \t]*(?:\n|$|<[|｜])/.test(after)) return withoutEndings(text.slice(0, at).trimEnd());
    }
  }
  return text;
}
