import { parsedJson } from '../lib/json.ts';
import type { RequestedCall } from './answer.ts';
import { newCallId, plainArguments, toolNameOf } from './call-assembly.ts';
import { CodeSpans } from './code-spans.ts';
import { ENDS } from './marks.ts';
import { pythonCalls } from './python-literals.ts';
import { callInBrokenJson, callsInJson } from './written-json.ts';

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

/**
 * Calls that stand at the end of a thought, behind which nothing was said: some models forget to end it
 * first.
 */
export function callsAtEnd(thought: string): RequestedCall[] {
  const code = new CodeSpans();
  for (let at = 0; at < thought.length; ) {
    const here = code.copy();
    here.settle();
    if (!here.isOpen && READERS.some((reader) => (reader(thought, at)?.calls.length ?? 0) > 0)) {
      const { text, calls } = writtenIn(thought.slice(at));
      return text.trim() === '' ? calls : [];
    }
    const next = nextMark(thought, at + 1);
    code.add(thought.slice(at, next));
    at = next;
  }
  return [];
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
  arguments: plainArguments(args),
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
 * `<tool_call>{"name": "read", "arguments": {…}}</tool_call>` (Hermes, Qwen), or elements (Qwen3-Coder,
 * Seed), or keys and values (GLM); several of them, or a list (Granite), and the same between other marks.
 */
const qwen: Reader = (text, at) => {
  for (const [open, close] of WRAPPING) {
    const found = between(text, at, open, close);
    if (found === undefined) continue;
    const calls = callsWithin(found.inner);
    return calls.length === 0 ? undefined : { calls, end: found.end };
  }
  const found = between(text, at, '<function=', '</function>');
  const read = found && ofElements(`<function=${found.inner}`);
  return read === undefined || found === undefined ? undefined : { calls: [read], end: found.end };
};

const WRAPPING = [
  ['<tool_call>', '</tool_call>'],
  ['<tool_calls>', '</tool_calls>'], // Hunyuan, Jamba, MiniMax M1
  ['<|tool_call|>', '<|/tool_call|>'], // Granite, Phi
  ['<|tool_call_start|>', '<|tool_call_end|>'], // LFM2
  ['<TOOLCALL>', '</TOOLCALL>'], // Nemotron
  ['<seed:tool_call>', '</seed:tool_call>'],
  ['<longcat_tool_call>', '</longcat_tool_call>'],
  ['<|tools_prefix|>', '<|tools_suffix|>'], // Apertus
  ['<|action_start|><|plugin|>', '<|action_end|>'], // InternLM
  ['<|START_ACTION|>', '<|END_ACTION|>'], // Command
] as const;

function callsWithin(inner: string): RequestedCall[] {
  const asJson = callsInJson(inner);
  if (asJson.length > 0) return asJson.map(({ name, args }) => call(name, args));
  const asPython = pythonCalls(inner);
  if (asPython !== undefined) return asPython.map(({ name, args }) => call(name, args));
  const elements = inner
    .split('<function=')
    .slice(1)
    .map((part) => ofElements(`<function=${part}`));
  const read = elements.length > 0 ? elements : [ofPairs(inner) ?? broken(inner)];
  return read.filter((found) => found !== undefined);
}

/** A call whose JSON is none is one nevertheless: its tool says what is wrong with it. */
function broken(inner: string): RequestedCall | undefined {
  const found = callInBrokenJson(inner);
  return found && call(found.name, found.args);
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
  for (const mark of ['', '｜DSML｜']) {
    const around = text.startsWith('<', at)
      ? INVOKING.find((name) => text.startsWith(`<${mark}${name}>`, at))
      : undefined;
    const start = around === undefined ? at : at + `<${mark}${around}>`.length;
    const opening = `<${mark}invoke name="`;
    const first = text.slice(start, start + BLANKS).search(/\S/);
    if (first === -1 || !text.startsWith(opening, start + first)) continue;
    const close = around === undefined ? `</${mark}invoke>` : `</${mark}${around}>`;
    const found = text.indexOf(close, start);
    const end = found === -1 ? text.length : found + close.length;
    const calls = text
      .slice(start, found === -1 ? text.length : found)
      .split(opening)
      .slice(1)
      .map((part) => {
        const quote = part.indexOf('"');
        return call(part.slice(0, Math.max(0, quote)), JSON.stringify(parametersOf(part, mark)));
      });
    return { calls, end };
  }
  return undefined;
};

const INVOKING = ['minimax:tool_call', 'function_calls', 'tool_calls'];
/** Between a mark and the next one. */
const BLANKS = 20;

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

/**
 * `<|python_tag|>{"name": "read", "parameters": {…}}<|eom_id|>` (Llama 3), `<|python_start|>[read(path="a")]`
 * (Llama 4).
 */
const llama: Reader = (text, at) => {
  const open = ['<|python_tag|>', '<|python_start|>'].find((mark) => text.startsWith(mark, at));
  if (open === undefined) return undefined;
  const end = text.indexOf('<|', at + open.length);
  const inner = text.slice(at + open.length, end === -1 ? text.length : end);
  const calls = callsWithin(inner);
  if (calls.length === 0) return undefined;
  const close = '<|python_end|>';
  const after = text.startsWith(close, end) ? end + close.length : end;
  return { calls, end: end === -1 ? text.length : after };
};

/** `[TOOL_CALLS][{"name": "read", "arguments": {…}}]` (Mistral), or `[TOOL_CALLS]read{…}`. */
const mistral: Reader = (text, at) => {
  if (!text.startsWith('[TOOL_CALLS]', at)) return undefined;
  const inner = text
    .slice(at + '[TOOL_CALLS]'.length)
    .trim()
    .replace(/<\/s>$/, '')
    .trim();
  const listed = callsInJson(inner).map(({ name, args }) => call(name, args));
  const calls = listed.length > 0 ? listed : inner.split('[TOOL_CALLS]').map((part) => named(part.trim()));
  const read = calls.filter((item) => item !== undefined);
  return read.length === 0 ? undefined : { calls: read, end: text.length };
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
  // What is said, finally or before a call, is text: only its header goes. What is thought goes whole.
  const isSaid = /^\s*(?:final|commentary)/.test(found.inner);
  return isSaid ? { calls: [], end: found.end } : { calls: [], end };
}

const READERS: readonly Reader[] = [kimi, deepSeek, invoked, qwen, llama, mistral, harmony];

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
