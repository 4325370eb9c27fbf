import { parsedJson } from '../lib/json.ts';
import type { RequestedCall } from './answer.ts';
import { call, callsWithin, functionAt, invokedAt, ofElements, oldInvokedAt } from './element-calls.ts';
import { gemmaCall } from './gemma-calls.ts';
import { behindEach, between, firstOf, jsonEnd, type Marked, upToLast } from './mark-scan.ts';
import { NEXT_PARTS, plainMarks, THOUGHTS } from './marks.ts';
import { callsInJson } from './written-json.ts';

/** What stands at a place of a text: calls, what is left of it as text, and where it goes on. */
export type Read = { calls: RequestedCall[]; end: number; text?: string };

/**
 * Reads what stands at a place; undefined where it is something else. `isKnown` says whether there is such a
 * tool: what is no mark of a model's own is a call only then.
 */
type Reader = (marked: Marked, at: number, isKnown: (name: string) => boolean) => Read | undefined;

/** What was thought, whatever comes before it, and headers of what is said. */
const thought: Reader = ({ text, plain }, at) => {
  const found = THOUGHTS.find(([open]) => open.includes('<') && plain.startsWith(open, at));
  if (found !== undefined) {
    const end = firstOf(plain, found[1], at + found[0].length);
    if (end === undefined) return { calls: [], end: text.length };
    return { calls: [], end: end.at + (NEXT_PARTS.includes(end.mark) ? 0 : end.mark.length) };
  }
  const header = HEADERS.find((mark) => plain.startsWith(mark, at));
  if (header !== undefined) return { calls: [], end: at + header.length };
  const ended = ['<|end|>', '<|flush|>'].find((mark) => plain.startsWith(mark, at));
  if (ended === undefined) return undefined;
  const next = at + ended.length + Math.max(0, text.slice(at + ended.length, at + 40).search(/\S/));
  const goesOn = NEXT_PARTS.some((mark) => plain.startsWith(mark, next));
  return goesOn ? { calls: [], end: next, text: '\n' } : undefined;
};

const HEADERS = ['<|begin|>assistant<|content|>', '<|begin|>assistant', '<|content|>', '<|tool_calls|>'];

/** `<|tool_call_begin|>functions.read:0<|tool_call_argument_begin|>{"path": "a"}<|tool_call_end|>` (Kimi). */
const kimi: Reader = (marked, at) => {
  const section = /^<\|tool_calls?_section_(?:begin|end)\|>/.exec(marked.plain.slice(at, at + 40))?.[0];
  if (section !== undefined) return { calls: [], end: at + section.length };
  const begin = '<|tool_call_begin|>';
  const bare = /^[\w.-]{1,100}:\d{1,4}\s*(?=<\|tool_call_argument_begin\|>)/.test(
    marked.plain.slice(at, at + 150),
  );
  if (!bare && !marked.plain.startsWith(begin, at)) return undefined;
  const ends = ['<|tool_call_end|>', '<|tool_call_begin|>', '<|tool_calls_section_end|>'];
  const isWhole = (inner: string) =>
    behindEach(inner, ARGUMENTS).every((args) => parsedJson(args) !== undefined);
  const found = between(marked, at, bare ? '' : begin, ends, isWhole);
  const [args] = found === undefined ? [] : behindEach(found.inner, ARGUMENTS);
  if (found === undefined || args === undefined) return undefined;
  const name = found.inner.slice(0, plainMarks(found.inner).indexOf(ARGUMENTS));
  const isNext = marked.plain.startsWith(begin, found.end - begin.length);
  return { calls: [call(name, args.trim())], end: isNext ? found.end - begin.length : found.end };
};

const ARGUMENTS = '<|tool_call_argument_begin|>';

/** `<|tool_call:begin|>0<|tool_call:name|>read<|tool_call:args|>{"path": "a"}<|tool_call:end|>` (Solar). */
const solar: Reader = (marked, at) => {
  const isWhole = (inner: string) =>
    behindEach(inner, '<|tool_call:args|>').every((args) => parsedJson(args) !== undefined);
  const found = between(marked, at, '<|tool_call:begin|>', ['<|tool_call:end|>'], isWhole);
  if (found === undefined) return undefined;
  const [named = ''] = behindEach(found.inner, '<|tool_call:name|>');
  const [args = ''] = behindEach(found.inner, '<|tool_call:args|>');
  return {
    calls: [call(named.slice(0, plainMarks(`${named}<|`).indexOf('<|')), args.trim())],
    end: found.end,
  };
};

/**
 * `<｜tool▁call▁begin｜>function<｜tool▁sep｜>read` and JSON in a fence (DeepSeek V3 and R1), or the name, the
 * separator and JSON (V3.1), or elements (Step 3). A mark of them may be missing.
 */
const deepSeek: Reader = (marked, at) => {
  const { plain } = marked;
  const edge = ['<|tool_calls_begin|>', '<|tool_calls_end|>', '<|tool_calls|>', '<|/tool_calls|>'].find(
    (mark) => plain.startsWith(mark, at),
  );
  const open = ['<|tool_call_begin|>', '<|tool_call|>'].find((mark) => plain.startsWith(mark, at));
  const first = edge ?? open;
  if (first === undefined) return undefined;
  const ends = [
    '<|tool_call_end|>',
    '<|/tool_call|>',
    '<|tool_calls_end|>',
    '<|/tool_calls|>',
    '<|tool_call_begin|>',
  ];
  const found = between(marked, at, first, ends, isWholePart);
  const inner = found?.inner ?? '';
  if (found === undefined || !plainMarks(inner).includes(SEPARATOR) || /^\s*</.test(inner)) {
    return edge === undefined ? undefined : { calls: [], end: at + edge.length };
  }
  const begin = '<|tool_call_begin|>';
  const end = plain.startsWith(begin, found.end - begin.length) ? found.end - begin.length : found.end;
  return { calls: separated(inner), end };
};

const SEPARATOR = '<|tool_sep|>';

function isWholePart(inner: string): boolean {
  const [args = ''] = behindEach(inner, SEPARATOR);
  const bare = args.trim();
  return bare.startsWith('{')
    ? parsedJson(bare) !== undefined
    : !bare.includes('```') || bare.endsWith('```');
}

function separated(inner: string): RequestedCall[] {
  const first = inner.slice(0, plainMarks(inner).indexOf(SEPARATOR));
  const [second = ''] = behindEach(inner, SEPARATOR);
  if (first.trim() !== 'function') return [call(first, second.trim())];
  const marked = { text: second.trim(), plain: plainMarks(second.trim()) };
  const invoked = invokedAt(marked, 0);
  if (invoked !== undefined) return invoked.calls;
  const end = second.search(/[\n{]/);
  const args = end === -1 ? '' : second.slice(end).trim();
  const bare = args.replace(/^```(?:json)?/, '').replace(/```$/, '');
  return [call(end === -1 ? second : second.slice(0, end), bare.trim())];
}

/**
 * `<tool_call>{"name": "read", "arguments": {…}}</tool_call>` (Hermes, Qwen), or elements (Qwen3-Coder,
 * Seed), or keys and values (GLM); several of them, or a list (Granite), and the same between other marks.
 */
const wrapped: Reader = (marked, at) => {
  for (const [open, ...closes] of WRAPPING) {
    const found = between(marked, at, open, closes);
    if (found === undefined) continue;
    const calls = callsWithin(found.inner);
    return calls.length === 0 ? undefined : { calls, end: found.end };
  }
  const open = functionAt(marked, at);
  if (open === undefined) return undefined;
  const found = between(marked, at, open, ['</function>', '<function>'], (inner) => {
    const plain = plainMarks(inner).trimEnd();
    return !plain.includes('<parameter=') ? isJsonWhole(inner) : plain.endsWith('</parameter>');
  });
  const read = found && ofElements(found.inner);
  return read === undefined || found === undefined ? undefined : { calls: [read], end: found.end };
};

const isJsonWhole = (inner: string): boolean => {
  const start = inner.indexOf('{');
  return start === -1 || parsedJson(inner.slice(start)) !== undefined;
};

const WRAPPING = [
  ['<tool_call>', '</tool_call>'],
  ['<tool_calls>', '</tool_calls>'], // Hunyuan, Jamba, MiniMax M1
  ['<|tool_call|>', '<|/tool_call|>', '</tool_call>'], // Granite, Phi
  ['<|tool_call_start|>', '<|tool_call_end|>'], // LFM2
  ['<toolcall>', '</toolcall>'], // Nemotron
  ['<seed:tool_call>', '</seed:tool_call>'],
  ['<longcat_tool_call>', '</longcat_tool_call>'],
  ['<|tools_prefix|>', '<|tools_suffix|>'], // Apertus
  ['<|action_start|><|plugin|>', '<|action_end|>'], // InternLM
  ['<|start_action|>', '<|end_action|>'], // Command
  ['<|function_call|>', '<|function_call_end|>', '<|message_sep|>'], // GigaChat
] as const;

/** `<function_calls>read(path="a")</function_calls>` (Olmo 3): of tools that there are. */
const olmo: Reader = (marked, at, isKnown) => {
  const found = between(marked, at, '<function_calls>', ['</function_calls>']);
  const calls = found === undefined ? [] : callsWithin(found.inner);
  if (found === undefined || calls.length === 0) return undefined;
  return calls.every(({ name }) => isKnown(name)) ? { calls, end: found.end } : undefined;
};

/** `<|tool_call>call:read{path:<|"|>a<|"|>}<tool_call|>` (Gemma 4), and FunctionGemma's. */
const gemma: Reader = (marked, at) => {
  for (const [open, close] of GEMMA) {
    if (!marked.plain.startsWith(open, at)) continue;
    const calls: RequestedCall[] = [];
    let end = at + open.length;
    for (let next = gemmaCall(marked.text, end); next !== undefined; next = gemmaCall(marked.text, end)) {
      const isBroken = next.end === marked.text.length && marked.plain.indexOf(close, end) !== -1;
      const stop = isBroken ? marked.plain.indexOf(close, end) : next.end;
      calls.push(call(next.name, isBroken ? upToLast(next.args, close) : next.args));
      end = stop;
      if (isBroken) break;
    }
    const blanks = marked.text.slice(end, end + 20).search(/\S/);
    const after = blanks === -1 ? marked.text.length : end + blanks;
    if (marked.plain.startsWith(close, after)) end = after + close.length;
    return calls.length === 0 ? undefined : { calls, end };
  }
  return undefined;
};

const GEMMA = [
  ['<|tool_call>', '<tool_call|>'],
  ['<start_function_call>', '<end_function_call>'],
] as const;

/** Elements with a name in an element of its own (Claude, once): of tools that there are. */
const oldInvoked: Reader = (marked, at, isKnown) => {
  const read = oldInvokedAt(marked, at);
  return read?.calls.every(({ name }) => isKnown(name)) ? read : undefined;
};

/** `functools[{"name": "read", "arguments": {…}}]` (Phi): of tools that there are. */
const functools: Reader = ({ text, plain }, at, isKnown) => {
  if (!plain.startsWith('functools[', at)) return undefined;
  const start = at + 'functools'.length;
  const end = jsonEnd(text, start) ?? text.length;
  const calls = callsInJson(text.slice(start, end)).map(({ name, args }) => call(name, args));
  return calls.length > 0 && calls.every(({ name }) => isKnown(name)) ? { calls, end } : undefined;
};

/** `function call<|role_sep|>\n{"name": "read", "arguments": {…}}` (GigaChat 3). */
const gigaChat: Reader = ({ text, plain }, at) => {
  const [header] = /^function_call<\|role_sep\|>\s*(?=\{)/.exec(plain.slice(at, at + 60)) ?? [];
  if (header === undefined) return undefined;
  const end = jsonEnd(text, at + header.length) ?? text.length;
  const calls = callsWithin(text.slice(at + header.length, end));
  return calls.length === 0 ? undefined : { calls, end };
};

/**
 * `<|python_tag|>{"name": "read", "parameters": {…}}<|eom_id|>` (Llama 3), several with a semicolon between
 * them, `<|python_start|>[read(path="a")]` (Llama 4).
 */
const llama: Reader = (marked, at) => {
  const { text, plain } = marked;
  const open = ['<|python_tag|>', '<|python_start|>'].find((mark) => plain.startsWith(mark, at));
  if (open === undefined) return undefined;
  const calls: RequestedCall[] = [];
  let end = at + open.length;
  for (;;) {
    const [blanks = ''] = /^[\s;]*/.exec(text.slice(end, end + 20)) ?? [];
    const whole = jsonEnd(text, end + blanks.length);
    const found = whole === undefined ? [] : callsWithin(text.slice(end + blanks.length, whole));
    if (whole === undefined || found.length === 0) break;
    calls.push(...found);
    end = whole;
  }
  const next = plain.indexOf('<|', end);
  if (calls.length === 0) {
    calls.push(...callsWithin(text.slice(end, next === -1 ? text.length : next)));
    end = next === -1 ? text.length : next;
  }
  if (calls.length === 0) return undefined;
  const close = '<|python_end|>';
  return { calls, end: plain.startsWith(close, end) ? end + close.length : end };
};

/**
 * `[TOOL_CALLS][{"name": "read", "arguments": {…}}]` (Mistral), or `[TOOL_CALLS]read[ARGS]{…}`, with
 * `[CALL_ID]` between or not.
 */
const mistral: Reader = ({ text, plain }, at) => {
  const open = '[tool_calls]';
  if (!plain.startsWith(open, at)) return undefined;
  const start = at + open.length + Math.max(0, text.slice(at + open.length, at + 40).search(/\S/));
  const listEnd = jsonEnd(text, start);
  const listed = listEnd === undefined ? [] : callsInJson(text.slice(start, listEnd));
  if (listEnd !== undefined && listed.length > 0) {
    return { calls: listed.map(({ name, args }) => call(name, args)), end: listEnd };
  }
  const head = /^[\w.:/-]{1,100}/.exec(text.slice(start, start + 100))?.[0];
  if (head === undefined) return undefined;
  const rest = plain.slice(start + head.length, start + head.length + 200);
  const [between = '', hasMark] = /^\s*(?:\[call_id\]\s*[\w-]{0,100}\s*)?(\[args\]\s*)?/.exec(rest) ?? [];
  const from = start + head.length + between.length;
  const end = jsonEnd(text, from);
  if (end === undefined || parsedJson(text.slice(from, end)) === undefined) {
    if (hasMark === undefined) return undefined;
    const next = plain.indexOf(open, from);
    const stop = next === -1 ? text.length : next;
    return { calls: [call(head, text.slice(from, stop).trim())], end: stop };
  }
  return { calls: [call(head, text.slice(from, end))], end };
};

/** `<|channel|>commentary to=functions.read <|constrain|>json<|message|>{…}<|call|>` (Harmony). */
const harmony: Reader = (marked, at) => {
  const start = '<|start|>assistant';
  if (marked.plain.startsWith(start, at)) {
    const next = marked.plain.indexOf('<|channel|>', at);
    const header = next === -1 ? '' : marked.text.slice(at + start.length, next);
    if (next !== -1 && header.length < 200) return channel(marked, next, header);
  }
  return channel(marked, at, '');
};

function channel(marked: Marked, at: number, header: string): Read | undefined {
  const found = between(marked, at, '<|channel|>', ['<|message|>'], () => true);
  if (found === undefined || found.inner.length > 300) return undefined;
  const [, to] = /\bto=([\w.:-]{1,100})/.exec(`${header} ${found.inner}`) ?? [];
  const ends = ['<|call|>', '<|end|>', '<|return|>', '<|start|>'];
  const isWhole = (inner: string) => to === undefined || parsedJson(inner) !== undefined;
  const body = between(marked, found.end, '', ends, isWhole);
  const end = body?.end ?? marked.text.length;
  const begins = marked.plain.startsWith('<|start|>', end - '<|start|>'.length);
  const after = begins ? end - '<|start|>'.length : end;
  if (to !== undefined) return { calls: [call(to, (body?.inner ?? '').trim())], end: after };
  // What is said, finally or before a call, is text: only its header goes. What is thought goes whole.
  const isSaid = /^\s*(?:final|commentary)/.test(found.inner);
  return isSaid ? { calls: [], end: found.end } : { calls: [], end: after };
}

export const READERS: readonly Reader[] = [
  kimi,
  solar,
  deepSeek,
  invokedAt,
  oldInvoked,
  olmo,
  wrapped,
  gemma,
  functools,
  gigaChat,
  llama,
  mistral,
  thought,
  harmony,
];
