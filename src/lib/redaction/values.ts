import { createBreath } from '../breath.ts';
import { parsedJson } from '../json.ts';
import { type Finding, LONGEST, MARK, withMarks } from './finding.ts';
import type { KnownSecret } from './known-values.ts';
import { looksGenerated } from './looks.ts';
import { kindOfName } from './names.ts';

/** A secret in a value. */
export type Found = {
  /** The names and numbers that lead to the text that it is in; a list begins with 1. */
  path: readonly string[];
  /** On which line of it, where it has several. */
  line: number | undefined;
  /** What it is, in words for people (never the value). */
  what: string;
};

type Look = {
  find(text: string): Finding[];
  /** Keys whose texts stay as they are. */
  unchanged: ReadonlySet<string>;
  found: Found[];
};

/** Goes over a value: it hands out each text, and goes on with what that is without secrets. */
type Steps<T> = Generator<string, T, string>;

/** What is nested deeper is told by a sign. */
const DEPTH = 40;

/**
 * A copy of a value as JSON has it, with a mark in the place of each secret in it: in texts, and behind keys
 * that name one. The value itself where there is none. Bytes are told by their number.
 */
export function scrubbedValue(value: unknown, look: Look, scrub: (text: string) => string): unknown {
  const steps = scrubbing(value, look, []);
  let step = steps.next();
  while (!step.done) step = steps.next(scrub(step.value));
  return step.value;
}

/** The same for a value of megabytes: others get their turn in between. */
export async function scrubbedInTurns(
  value: unknown,
  look: Look,
  scrub: (text: string) => string | Promise<string>,
): Promise<unknown> {
  const breathe = createBreath();
  const steps = scrubbing(value, look, []);
  let step = steps.next();
  while (!step.done) {
    step = steps.next(await scrub(step.value));
    await breathe();
  }
  return step.value;
}

function* scrubbing(value: unknown, look: Look, path: readonly string[]): Steps<unknown> {
  if (typeof value === 'string') return yield* scrubbedText(value, look, path);
  if (typeof value !== 'object' || value === null) return value;
  const bytes = bytesOf(value);
  if (bytes !== undefined) return `[${bytes} bytes]`;
  if ('toJSON' in value && typeof value.toJSON === 'function') return value;
  if (path.length > DEPTH) return '[…]';
  return yield* Array.isArray(value) ? scrubbedList(value, look, path) : scrubbedObject(value, look, path);
}

function* scrubbedText(text: string, look: Look, path: readonly string[]): Steps<string> {
  const clean = yield text;
  if (clean === text) return text;
  const { part, before } = aroundFirst(text, clean);
  for (const { start, what } of look.find(part)) {
    const line = text.includes('\n') ? before + part.slice(0, start).split('\n').length : undefined;
    look.found.push({ path, line, what });
  }
  return clean;
}

/** Of a longer text only what is around its first secret is looked at again, to say what that is. */
const LOOKED_AT = 200_000;

function aroundFirst(text: string, clean: string): { part: string; before: number } {
  if (text.length <= LOOKED_AT) return { part: text, before: 0 };
  let at = 0;
  while (text[at] === clean[at]) at++;
  const start = Math.max(0, at - LONGEST);
  return { part: text.slice(start, at + LONGEST), before: text.slice(0, start).split('\n').length - 1 };
}

function* scrubbedObject(value: object, look: Look, path: readonly string[]): Steps<object> {
  let isSame = true;
  const pairs: [string, unknown][] = [];
  for (const [key, item] of Object.entries(value) as [string, unknown][]) {
    if (look.unchanged.has(key)) {
      pairs.push([key, item]);
      continue;
    }
    const clean = yield* scrubbedText(key, look, [...path, 'the name of a field']);
    const at = [...path, clean];
    const next = behindName(nameOf(key, value), item, look, at) ?? (yield* scrubbing(item, look, at));
    isSame &&= next === item && clean === key;
    pairs.push([clean, next]);
  }
  return isSame ? value : Object.fromEntries(pairs);
}

/** `{"name": "DB_PASSWORD", "value": "…"}`: the name of a value may stand beside it. */
function nameOf(key: string, value: object): string {
  if (key !== 'value') return key;
  const name: unknown = Reflect.get(value, 'name') ?? Reflect.get(value, 'key');
  return typeof name === 'string' ? name : key;
}

/** With marks, where a name says that what stands behind it is a secret, and it looks like one. */
function behindName(name: string, item: unknown, look: Look, path: readonly string[]): string | undefined {
  if (typeof item !== 'string' && typeof item !== 'number') return undefined;
  if (typeof item === 'string' && item.length > LONGEST) return undefined; // looked at as any text
  if (kindOfName(name) === undefined && !/^(?:set-)?cookie$/i.test(name)) return undefined;
  const named = `{${JSON.stringify(name)}: `;
  const text = JSON.stringify(item);
  const found = look.find(`${named}${text}}`).filter(({ end }) => end > named.length);
  if (found.length === 0) return undefined;
  for (const { what } of found) look.found.push({ path, line: undefined, what });
  if (typeof item === 'number' || text.length !== item.length + 2) return MARK; // escapes move what was found
  const quoted = named.length + 1;
  return withMarks(
    item,
    found.map(({ start, end, what }) => ({
      start: Math.max(0, start - quoted),
      end: Math.min(item.length, end - quoted),
      what,
    })),
  );
}

/** `["--password", "x"]` and `["authorization", "x"]`: what follows a name may be its value. */
function* scrubbedList(
  list: readonly unknown[],
  look: Look,
  path: readonly string[],
): Steps<readonly unknown[]> {
  const ofCommand = secretWords(list, look);
  const clean: unknown[] = [];
  for (const [i, item] of list.entries()) {
    const at = [...path, `${i + 1}`];
    const next = behindWord(list[i - 1], item, look, at) ?? (yield* scrubbing(item, look, at));
    const what = next === item ? ofCommand.get(i) : undefined;
    if (what !== undefined) look.found.push({ path: at, line: undefined, what });
    clean.push(what === undefined ? next : MARK);
  }
  return clean.every((item, i) => item === list[i]) ? list : clean;
}

/** Longer lists are no commands. */
const WORDS = 100;

/**
 * Words that only the whole command tells to be secret, and what they are: `["sshpass", "-p", "x", "ssh"]`.
 */
function secretWords(list: readonly unknown[], look: Look): Map<number, string> {
  if (list.length < 2 || list.length > WORDS) return new Map();
  const words = list.filter((item) => typeof item === 'string').map((word) => word.slice(0, LONGEST));
  if (words.length < list.length) return new Map();
  let at = 1;
  const starts = words.map((word) => {
    const start = at;
    at += JSON.stringify(word).length + 1;
    return start;
  });
  const found = look.find(JSON.stringify(words));
  return new Map(found.map(({ start, what }) => [starts.findLastIndex((begin) => begin <= start), what]));
}

function behindWord(name: unknown, item: unknown, look: Look, path: readonly string[]): string | undefined {
  if (typeof name !== 'string' || typeof item !== 'string' || kindOfName(name) === undefined)
    return undefined;
  if (item.length > LONGEST) return undefined; // looked at as any text
  const before = `[${JSON.stringify(name)}, `;
  const found = look.find(`${before}${JSON.stringify(item)}]`).find(({ end }) => end > before.length);
  if (found === undefined) return undefined;
  look.found.push({ path, line: undefined, what: found.what });
  return MARK;
}

/** How many bytes a value stands for; undefined where it is none. */
function bytesOf(value: object): number | undefined {
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return value.byteLength;
  const { type, data }: { type?: unknown; data?: unknown } = value;
  if (type === 'Buffer' && Array.isArray(data)) return data.length;
  // A Uint8Array in JSON is an object of its positions.
  const keys = Object.keys(value);
  const isPositions = keys.length > 7 && keys.every((key, i) => key === String(i));
  return isPositions && !Array.isArray(value) && Object.values(value).every(isByte) ? keys.length : undefined;
}

const isByte = (value: unknown): boolean =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) < 256;

/** What is secret in a text that is encrypted: a token, or JSON with tokens among other things. */
export function secretsInEncrypted(text: string): KnownSecret[] {
  const value = parsedJson(text);
  if (typeof value !== 'object' || value === null) return [{ name: 'an account', value: text }];
  return textsIn(value).flatMap(([key, item]) =>
    kindOfName(key) !== undefined || looksGenerated(item) ? [{ name: 'an account', value: item }] : [],
  );
}

/** All texts in a value, with the name that each stands behind. */
const textsIn = (value: object): [string, string][] =>
  Object.entries(value).flatMap(([key, item]: [string, unknown]): [string, string][] => {
    if (typeof item === 'string') return [[key, item]];
    return typeof item === 'object' && item !== null ? textsIn(item) : [];
  });
